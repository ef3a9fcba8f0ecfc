//! The state that the callback provides: `provides(Count, Recent = Self::recent)`.

use super::{ungroup_expr, ungroup_type};
use crate::callback::syntax::{ArgumentName, Arguments, ListEntry};
use syn::{Expr, Type};

/// A state that the callback provides.
pub(crate) struct Provision {
    pub(crate) state: Type,
    /// The function that returns the first value; `None` for the state's `Default`.
    pub(crate) constructor: Option<Expr>,
}

/// Returns the provisions in the order of the source, without the entries that a rule refuses.
pub(super) fn provisions(arguments: &Arguments) -> Vec<Provision> {
    let lists = arguments
        .lists()
        .filter(|(_, name, _)| *name == ArgumentName::Provides);
    let entries = lists.flat_map(|(_, _, list)| &list.entries);
    entries.filter_map(Provision::new).collect()
}

impl Provision {
    fn new(entry: &ListEntry) -> Option<Self> {
        let (state, constructor) = match entry {
            ListEntry::Type(state) => (state, None),
            ListEntry::WithConstructor { state, constructor } if can_be_function(constructor) => {
                (state, Some((**constructor).clone()))
            }
            _ => return None,
        };
        can_be_state(state).then(|| Self {
            state: state.clone(),
            constructor,
        })
    }
}

/// Whether a type of this form can be owned and sized.
pub(crate) fn can_be_state(ty: &Type) -> bool {
    match ungroup_type(ty) {
        Type::Reference(reference) => {
            let lifetime = reference.lifetime.as_ref();
            lifetime.is_some_and(|lifetime| lifetime.ident == "static")
        }
        Type::Path(path) => !path.path.is_ident("str"),
        Type::Slice(_)
        | Type::TraitObject(_)
        | Type::ImplTrait(_)
        | Type::Infer(_)
        | Type::Never(_) => false,
        _ => true,
    }
}

/// Whether an expression of this form can be a function.
pub(crate) fn can_be_function(value: &Expr) -> bool {
    matches!(
        ungroup_expr(value),
        Expr::Path(_) | Expr::Closure(_) | Expr::Macro(_)
    )
}
