//! What a callback says of others, and the state it brings.

use super::bare;
use super::settings::bare_value;
use crate::callback::syntax::{Arguments, Member, Word};
use proc_macro2::Ident;
use syn::{Expr, Lit, LitStr, Type};

/// Something that is said of others.
pub(crate) enum Relation {
    /// `after(Metrics)`: of the callbacks of a type or of a group.
    Type { verb: Ident, of: Type },
    /// `after("loss")`: of the callback of that name.
    Name { verb: Ident, of: LitStr },
    /// `group(Measures)`: that it is one of them.
    Group { verb: Ident, group: Type },
}

/// State that the callback brings.
pub(crate) struct Provision {
    pub(crate) state: Type,
    /// The function that makes it; `None` if its `Default` does.
    pub(crate) make: Option<Expr>,
}

/// Everything said of others, in the order it is written; what makes no sense is left out, and a rule says so.
pub(super) fn relations(arguments: &Arguments) -> Vec<Relation> {
    let said = arguments.lists().flat_map(|(verb, word, list)| {
        let members = list.members.iter();
        members.filter_map(move |member| Relation::new(verb, word, member))
    });
    said.collect()
}

impl Relation {
    fn new(verb: &Ident, word: Word, member: &Member) -> Option<Self> {
        let verb = verb.clone();
        match member {
            Member::Type(of) if !can_name_callbacks(of) => None,
            Member::Type(of) if word.names_callbacks() => {
                let of = of.clone();
                Some(Self::Type { verb, of })
            }
            Member::Type(of) if word == Word::Group => {
                let group = of.clone();
                Some(Self::Group { verb, group })
            }
            Member::Literal(Lit::Str(of)) if word.names_callbacks() => {
                let of = of.clone();
                Some(Self::Name { verb, of })
            }
            _ => None,
        }
    }
}

/// Everything it provides, in the order it is written.
pub(super) fn provisions(arguments: &Arguments) -> Vec<Provision> {
    let lists = arguments
        .lists()
        .filter(|(_, word, _)| *word == Word::Provides);
    let members = lists.flat_map(|(_, _, list)| &list.members);
    members.filter_map(Provision::new).collect()
}

impl Provision {
    fn new(member: &Member) -> Option<Self> {
        let (state, make) = match member {
            Member::Type(state) => (state, None),
            Member::Made { state, make } if can_make(make) => (state, Some((**make).clone())),
            _ => return None,
        };
        can_be_state(state).then(|| Self {
            state: state.clone(),
            make,
        })
    }
}

/// Whether callbacks, or groups of them, are types written like this.
pub(crate) fn can_name_callbacks(written: &Type) -> bool {
    match bare(written) {
        Type::Path(_) | Type::Macro(_) => true,
        Type::TraitObject(object) => object.dyn_token.is_some(),
        _ => false,
    }
}

/// Whether it owns itself and has a size, as far as one can see.
pub(crate) fn can_be_state(written: &Type) -> bool {
    match bare(written) {
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

/// Whether `make` can be a function.
pub(crate) fn can_make(make: &Expr) -> bool {
    matches!(
        bare_value(make),
        Expr::Path(_) | Expr::Closure(_) | Expr::Macro(_)
    )
}
