//! The names of the arguments of `#[callback(…)]`.

use proc_macro2::Ident;

/// The name of an argument. The last four are refused with a message that says where the setting belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgumentName {
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
    Produces,
    Declare,
    Persist,
    Background,
    ReadyMade,
    /// A setting of an attachment.
    OnFailure,
    /// A setting of a plan.
    Order,
    /// A setting of a plan.
    Strict,
    /// A setting of a handler.
    Every,
}

impl ArgumentName {
    /// Every name with its spelling.
    const ALL: [(&str, Self); 21] = [
        ("weight", Self::Weight),
        ("name", Self::Name),
        ("after", Self::After),
        ("before", Self::Before),
        ("group", Self::Group),
        ("requires", Self::Requires),
        ("incompatible", Self::Incompatible),
        ("no_conflict", Self::NoConflict),
        ("provides", Self::Provides),
        ("produces", Self::Produces),
        ("declare", Self::Declare),
        ("persist", Self::Persist),
        ("background", Self::Background),
        ("ready_made", Self::ReadyMade),
        ("discover", Self::Discover),
        ("register", Self::Register),
        ("crate", Self::Crate),
        ("on_failure", Self::OnFailure),
        ("order", Self::Order),
        ("strict", Self::Strict),
        ("every", Self::Every),
    ];

    pub(crate) fn from_ident(ident: &Ident) -> Option<Self> {
        let entry = Self::ALL.iter().find(|(spelling, _)| ident == spelling);
        entry.map(|(_, name)| *name)
    }

    /// Returns the spellings of all names.
    pub(crate) fn spellings() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(spelling, _)| *spelling)
    }

    /// Whether the argument can have a list in parentheses.
    pub(crate) fn may_have_list(self) -> bool {
        self.takes_list() || self == Self::Persist
    }

    /// Whether the argument has a list in parentheses, and nothing else.
    pub(crate) fn takes_list(self) -> bool {
        self.names_callbacks() || matches!(self, Self::Group | Self::Provides | Self::Produces)
    }

    /// Whether the argument's list names other callbacks.
    pub(crate) fn names_callbacks(self) -> bool {
        matches!(
            self,
            Self::After | Self::Before | Self::Requires | Self::Incompatible | Self::NoConflict
        )
    }
}
