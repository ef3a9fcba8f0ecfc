//! The units of counters and periods, which both macros parse.

use crate::spelling::{did_you_mean, nearest};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The unit in which a loop counts and a period is given.
///
/// The runtime's enum of the same name cannot be shared, because a dependency on the runtime would compile it for the host before
/// any macro could expand.
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
    /// Every unit with the name that the user writes.
    pub(crate) const NAMES: [(&str, Self); 6] = [
        ("epochs", Self::Epochs),
        ("steps", Self::Steps),
        ("micro_steps", Self::MicroSteps),
        ("samples", Self::Samples),
        ("time", Self::Time),
        ("seconds", Self::Seconds),
    ];

    /// Returns the unit that is called `ident`.
    pub(crate) fn from_ident(ident: &Ident) -> Option<Self> {
        let ident = ident.unraw();
        let entry = Self::NAMES.iter().find(|(name, _)| ident == name);
        entry.map(|(_, unit)| *unit)
    }

    /// Returns the name that the user writes.
    pub(crate) fn name(self) -> &'static str {
        let entry = Self::NAMES.iter().find(|(_, unit)| *unit == self);
        entry.map_or("", |(name, _)| name)
    }

    /// Returns a name for a scope that counts the unit, for an example; `None` if a scope cannot count it.
    pub(crate) fn scope(self) -> Option<&'static str> {
        match self {
            Self::Epochs => Some("EPOCH"),
            Self::Steps => Some("STEP"),
            Self::MicroSteps => Some("MICRO_STEP"),
            Self::Samples => Some("SAMPLE"),
            Self::Time | Self::Seconds => None,
        }
    }

    /// Returns the unit that a word of another framework contains: `epochs` for `every_n_epochs`.
    pub(crate) fn in_words(words: &str) -> Option<Self> {
        words.split('_').find_map(|word| match word {
            "epoch" | "epochs" => Some(Self::Epochs),
            "step" | "steps" | "update" | "updates" | "iteration" | "iterations" | "iter"
            | "iters" => Some(Self::Steps),
            "batch" | "batches" => Some(Self::MicroSteps),
            "sample" | "samples" => Some(Self::Samples),
            "sec" | "secs" | "second" | "seconds" | "time" => Some(Self::Seconds),
            _ => None,
        })
    }

    /// Whether the unit is counted in whole numbers.
    pub(crate) fn is_whole(self) -> bool {
        !matches!(self, Self::Time | Self::Seconds)
    }
}

/// Returns `: did you mean …?` if one of `names` is near `ident` or near the unit that `ident` is a synonym of.
pub(crate) fn suggest_name<'a>(ident: &Ident, names: impl IntoIterator<Item = &'a str>) -> String {
    let name = ident.unraw().to_string();
    let name = match name.as_str() {
        "frequency" | "freq" | "interval" | "every" | "n" => "steps".to_owned(),
        "min" | "minutes" | "hours" => "seconds".to_owned(),
        "start" | "skip" => "offset".to_owned(),
        "end" | "stop" => "until".to_owned(),
        "condition" | "event_filter" | "predicate" => "when".to_owned(),
        other => match Unit::in_words(other) {
            // `time` is a unit of its own.
            Some(unit) if other != "time" => unit.name().to_owned(),
            _ => other.to_owned(),
        },
    };
    did_you_mean(nearest(&name, names))
}
