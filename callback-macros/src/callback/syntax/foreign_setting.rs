//! The words of other frameworks for the settings of a callback.

/// What a word of another framework sets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ForeignSetting {
    Weight,
    Last,
    After,
    Before,
    Name,
    Period,
    Breakpoint,
    Phase,
    Persist,
    Background,
}

const WORDS: [(&str, ForeignSetting); 38] = [
    ("priority", ForeignSetting::Weight),
    ("callback_order", ForeignSetting::Weight),
    ("toward_end", ForeignSetting::Last),
    ("run_after", ForeignSetting::After),
    ("runafter", ForeignSetting::After),
    ("depends_on", ForeignSetting::After),
    ("run_before", ForeignSetting::Before),
    ("runbefore", ForeignSetting::Before),
    ("state_key", ForeignSetting::Name),
    ("frequency", ForeignSetting::Period),
    ("freq", ForeignSetting::Period),
    ("interval", ForeignSetting::Period),
    ("period", ForeignSetting::Period),
    ("throttle", ForeignSetting::Period),
    ("save_freq", ForeignSetting::Period),
    ("update_freq", ForeignSetting::Period),
    ("log_freq", ForeignSetting::Period),
    ("log_interval", ForeignSetting::Period),
    ("log_every_n_steps", ForeignSetting::Period),
    ("logging_steps", ForeignSetting::Period),
    ("eval_steps", ForeignSetting::Period),
    ("save_steps", ForeignSetting::Period),
    ("train_time_interval", ForeignSetting::Period),
    ("refresh_rate", ForeignSetting::Period),
    ("stage", ForeignSetting::Breakpoint),
    ("stages", ForeignSetting::Breakpoint),
    ("event", ForeignSetting::Breakpoint),
    ("events", ForeignSetting::Breakpoint),
    ("event_name", ForeignSetting::Breakpoint),
    ("on", ForeignSetting::Breakpoint),
    ("run_train", ForeignSetting::Phase),
    ("run_valid", ForeignSetting::Phase),
    ("phase", ForeignSetting::Phase),
    ("stateattrs", ForeignSetting::Persist),
    ("state_dict", ForeignSetting::Persist),
    ("stateful", ForeignSetting::Persist),
    ("run_in_background", ForeignSetting::Background),
    ("save_weights_only", ForeignSetting::Persist),
];

impl ForeignSetting {
    /// Returns what `word` sets, if it is a word of another framework.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let entry = WORDS.iter().find(|(known, _)| *known == word);
        // `every_n_epochs`, `every_n_train_steps`, …
        let is_period = || word.starts_with("every_").then_some(Self::Period);
        entry.map(|(_, setting)| *setting).or_else(is_period)
    }
}
