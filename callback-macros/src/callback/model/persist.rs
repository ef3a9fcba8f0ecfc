//! What the callback remembers: `persist`, `persist(best, waited, version = 2, migrate = Self::migrate)`, `persist = Self::persist`.

use super::{can_be_function, ungroup_type};
use crate::callback::syntax::{ArgumentName, ArgumentValue, Arguments, List, ListEntry};
use proc_macro2::{Ident, Span};
use syn::{Expr, Type};

/// What the callback remembers, without the entries that a rule refuses.
pub(crate) enum Persist {
    /// `persist`, at this place
    Whole(Span),
    /// `persist = Self::persist`
    Function(Box<Expr>),
    /// `persist(best)`
    Fields(Box<PersistFields>),
}

/// The entries of `persist(…)`.
pub(crate) struct PersistFields {
    /// `best`
    pub(crate) fields: Vec<Ident>,
    /// `version = 2`
    pub(crate) version: Option<Expr>,
    /// `migrate = Self::migrate`
    pub(crate) migrate: Option<Expr>,
}

/// The settings in the list of `persist(…)`, which stand beside its fields.
pub(crate) const PERSIST_SETTINGS: [&str; 2] = ["version", "migrate"];

impl Persist {
    pub(super) fn of(arguments: &Arguments) -> Option<Self> {
        let mut named = arguments.named();
        let is_persist =
            |ident: &Ident| ArgumentName::from_ident(ident) == Some(ArgumentName::Persist);
        let (ident, value) = named.find(|(ident, _)| is_persist(ident))?;
        match value {
            ArgumentValue::Absent => Some(Self::Whole(ident.span())),
            ArgumentValue::Expr(function) => {
                can_be_function(function).then(|| Self::Function(function.clone()))
            }
            ArgumentValue::List(list) => Some(Self::Fields(Box::new(PersistFields::of(list)))),
            ArgumentValue::Path(_) => None,
        }
    }
}

impl PersistFields {
    fn of(list: &List) -> Self {
        let fields = list.entries.iter().filter_map(|entry| match entry {
            ListEntry::Type(field) => field_name(field).cloned(),
            _ => None,
        });
        Self {
            fields: fields.collect(),
            version: setting(list, "version"),
            migrate: setting(list, "migrate").filter(can_be_function),
        }
    }
}

/// Returns the value of a setting in the list.
fn setting(list: &List, name: &str) -> Option<Expr> {
    list.entries.iter().find_map(|entry| match entry {
        ListEntry::WithConstructor { state, constructor } if is_named(state, name) => {
            Some((**constructor).clone())
        }
        _ => None,
    })
}

fn is_named(entry: &Type, name: &str) -> bool {
    field_name(entry).is_some_and(|ident| ident == name)
}

/// Returns the name of a field, which is parsed as a type.
pub(crate) fn field_name(entry: &Type) -> Option<&Ident> {
    match ungroup_type(entry) {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident(),
        _ => None,
    }
}
