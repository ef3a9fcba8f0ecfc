//! The generic parameters of a callback.

use crate::callback::model::{Model, anonymous_lifetimes};
use crate::errors::Errors;
use syn::GenericParam;

/// A callback lives as long as its plan.
pub(super) fn check_borrows_nothing(model: &Model, errors: &Errors) {
    let message = "a callback borrows nothing, because it lives as long as its plan; own the value, or share it in an `Arc`";
    let declared: Vec<_> = model
        .head
        .generics
        .lifetimes()
        .map(|declared| &declared.lifetime)
        .collect();
    for lifetime in &declared {
        errors.at(lifetime, message);
    }
    if declared.is_empty() {
        for name in anonymous_lifetimes(&model.head.self_type) {
            errors.at(&name, message);
        }
    }
}

/// Nobody says which types to register a generic callback for.
pub(super) fn check_registrable(model: &Model, errors: &Errors) {
    let is_type = |parameter: &&GenericParam| !matches!(parameter, GenericParam::Lifetime(_));
    let Some(generic) = model.head.generics.params.iter().find(is_type) else {
        return;
    };
    if !model.settings.register {
        return;
    }
    let still = if model.settings.discover {
        ""
    } else {
        "; `discover = false` still registers it"
    };
    let name = match generic {
        GenericParam::Type(generic) => &generic.ident,
        GenericParam::Const(generic) => &generic.ident,
        GenericParam::Lifetime(generic) => &generic.lifetime.ident,
    };
    errors.at(
        name,
        format!("a generic callback cannot be registered, because nobody says for which types{still}\nwrite `#[callback(register = false)]`"),
    );
}
