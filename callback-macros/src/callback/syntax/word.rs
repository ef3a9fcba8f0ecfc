//! The names that arguments of `#[callback(…)]` have.

use proc_macro2::Ident;

/// What an argument is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Weight,
    Name,
    Discover,
    Register,
    Crate,
    After,
    Before,
    Group,
    Requires,
    Incompatible,
    NoConflict,
    Provides,
    Background,
    /// One that is said where a callback is attached.
    OnFailure,
    /// Two that are said of a plan.
    Order,
    Strict,
    /// One that is said of a handler.
    Every,
}

impl Word {
    /// Every word there is, as it is written.
    pub(crate) const ALL: [(&str, Self); 17] = [
        ("weight", Self::Weight),
        ("name", Self::Name),
        ("after", Self::After),
        ("before", Self::Before),
        ("group", Self::Group),
        ("requires", Self::Requires),
        ("incompatible", Self::Incompatible),
        ("no_conflict", Self::NoConflict),
        ("provides", Self::Provides),
        ("background", Self::Background),
        ("discover", Self::Discover),
        ("register", Self::Register),
        ("crate", Self::Crate),
        ("on_failure", Self::OnFailure),
        ("order", Self::Order),
        ("strict", Self::Strict),
        ("every", Self::Every),
    ];

    pub(crate) fn of(name: &Ident) -> Option<Self> {
        let known = Self::ALL.iter().find(|(word, _)| name == word);
        known.map(|(_, word)| *word)
    }

    /// Whether a list in parentheses follows it.
    pub(crate) fn takes_list(self) -> bool {
        self.names_callbacks() || matches!(self, Self::Group | Self::Provides)
    }

    /// Whether its list says of whom something holds.
    pub(crate) fn names_callbacks(self) -> bool {
        matches!(
            self,
            Self::After | Self::Before | Self::Requires | Self::Incompatible | Self::NoConflict
        )
    }
}
