//! Checks the generic parameters of a callback.

use crate::callback::model::{Model, anonymous_lifetimes};
use crate::errors::Errors;
use syn::GenericParam;

/// A callback borrows nothing, because it lives as long as its plan. Rejects:
///
/// ```text
/// impl<'a> Log<'a> { … }
/// impl Log<'_> { … }
/// ```
pub(super) fn check_no_lifetimes(model: &Model, errors: &Errors) {
    let message = "a callback borrows nothing, because it lives as long as its plan; own the value, or share it in an `Arc`";
    let declared: Vec<_> = model
        .header
        .generics
        .lifetimes()
        .map(|parameter| &parameter.lifetime)
        .collect();
    for lifetime in &declared {
        errors.report(lifetime, message);
    }
    if declared.is_empty() {
        for lifetime in anonymous_lifetimes(&model.header.self_type) {
            errors.report(&lifetime, message);
        }
    }
}

/// Rejects the registration of a callback for every loop of a trait:
///
/// ```text
/// #[callback(Rounds)]
/// ```
pub(super) fn check_loops_known(model: &Model, errors: &Errors) {
    if !model.settings.register {
        return;
    }
    for each in model.loops.iter().filter(|each| each.info.is_trait) {
        let name = &each.info.name;
        errors.report(
            &each.path,
            format!("a callback for every loop with `{name}` cannot be registered, because it does not name its loops\nwrite `#[callback({name}, register = false)]`"),
        );
    }
}

/// A generic callback is not registered, because the macro cannot know for which types. Rejects:
///
/// ```text
/// #[callback]
/// impl<T: Display> Log<T> { … }
/// ```
pub(super) fn check_registrable(model: &Model, errors: &Errors) {
    let is_not_lifetime =
        |parameter: &&GenericParam| !matches!(parameter, GenericParam::Lifetime(_));
    let mut parameters = model.header.generics.params.iter();
    let Some(parameter) = parameters.find(is_not_lifetime) else {
        return;
    };
    if !model.settings.register {
        return;
    }
    let hint = if model.settings.discover {
        ""
    } else {
        "; `discover = false` still registers it"
    };
    let name = match parameter {
        GenericParam::Type(parameter) => &parameter.ident,
        GenericParam::Const(parameter) => &parameter.ident,
        GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
    };
    errors.report(
        name,
        format!("a generic callback cannot be registered, because its type parameters are unknown{hint}\nwrite `#[callback(register = false)]`"),
    );
}
