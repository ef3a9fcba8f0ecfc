//! What is counted, by the words that both macros know.

use crate::spelling::nearest;
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// What a loop counts, and a period is said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Epochs,
    Steps,
    MicroSteps,
    Samples,
    Time,
    Seconds,
}

impl Unit {
    /// Every unit, as it is written.
    pub(crate) const ALL: [(&str, Self); 6] = [
        ("epochs", Self::Epochs),
        ("steps", Self::Steps),
        ("micro_steps", Self::MicroSteps),
        ("samples", Self::Samples),
        ("time", Self::Time),
        ("seconds", Self::Seconds),
    ];

    pub(crate) fn of(word: &Ident) -> Option<Self> {
        let word = word.unraw();
        let known = Self::ALL.iter().find(|(name, _)| word == name);
        known.map(|(_, unit)| *unit)
    }

    /// As it is written.
    pub(crate) fn word(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, unit)| *unit == self);
        known.map_or("", |(word, _)| word)
    }

    /// Whether there are no halves of it.
    pub(crate) fn is_whole(self) -> bool {
        !matches!(self, Self::Time | Self::Seconds)
    }
}

/// `: did you mean …?`, if one of `words` is near.
pub(crate) fn guess<'a>(word: &Ident, words: impl IntoIterator<Item = &'a str>) -> String {
    // In the singular, or by the names that others have for it.
    let meant = match word.unraw().to_string().as_str() {
        "update" | "updates" | "iteration" | "iterations" | "iters" => "steps".to_owned(),
        "batch" | "batches" => "micro_steps".to_owned(),
        "sec" | "secs" => "seconds".to_owned(),
        written => written.to_owned(),
    };
    nearest(&meant, words)
        .map(|guess| format!(": did you mean `{guess}`?"))
        .unwrap_or_default()
}
