//! The relations of the callback to other callbacks: `after(Metrics)`, `group(Measures)`.

use super::ungroup_type;
use crate::callback::syntax::{ArgumentName, Arguments, ListEntry};
use proc_macro2::Ident;
use syn::{Lit, LitStr, Type};

/// A relation. `method` is the name of the argument, and of the method that generated code calls.
pub(crate) enum Relation {
    /// `after(Metrics)`: the callbacks of a type or of a group.
    Type { method: Ident, ty: Type },
    /// `after("loss")`: the callback of that name.
    Name { method: Ident, name: LitStr },
    /// `group(Measures)`: the callback is in the group.
    Group { method: Ident, group: Type },
}

/// Returns the relations in the order of the source, without the entries that a rule refuses.
pub(super) fn relations(arguments: &Arguments) -> Vec<Relation> {
    let relations = arguments.lists().flat_map(|(ident, name, list)| {
        let entries = list.entries.iter();
        entries.filter_map(move |entry| Relation::new(ident, name, entry))
    });
    relations.collect()
}

impl Relation {
    fn new(ident: &Ident, argument: ArgumentName, entry: &ListEntry) -> Option<Self> {
        let method = ident.clone();
        match entry {
            ListEntry::Type(ty) if !can_name_callbacks(ty) => None,
            ListEntry::Type(ty) if argument.names_callbacks() => {
                let ty = ty.clone();
                Some(Self::Type { method, ty })
            }
            ListEntry::Type(ty) if argument == ArgumentName::Group => {
                let group = ty.clone();
                Some(Self::Group { method, group })
            }
            ListEntry::Literal(Lit::Str(name)) if argument.names_callbacks() => {
                let name = name.clone();
                Some(Self::Name { method, name })
            }
            _ => None,
        }
    }
}

/// Whether a type of this form can be a callback or a group.
pub(crate) fn can_name_callbacks(ty: &Type) -> bool {
    match ungroup_type(ty) {
        Type::Path(_) | Type::Macro(_) => true,
        Type::TraitObject(object) => object.dyn_token.is_some(),
        _ => false,
    }
}
