//! Checks the qualifiers and generic parameters of a handler.

use crate::callback::model::Handler;
use crate::errors::Errors;
use syn::{GenericParam, Safety};

/// A handler is a plain function, because a loop calls it without awaiting it and without `unsafe`. Rejects:
///
/// ```text
/// async fn on_epoch_end(&self) {}
/// unsafe fn on_epoch_end(&self) {}
/// extern "C" fn on_epoch_end(&self) {}
/// ```
pub(super) fn check_none(handler: &Handler, errors: &Errors) {
    let signature = &handler.function.signature;
    if let Some(keyword) = &signature.asyncness {
        errors.report(keyword, "a handler cannot be `async`, because a loop does not await it; remove it, and start a task inside");
    }
    if let Safety::Unsafe(keyword) = &signature.safety {
        errors.report(keyword, "a handler cannot be `unsafe`, because a loop makes no promises; remove it, and write an `unsafe` block inside");
    }
    if let Some(abi) = &signature.abi {
        errors.report(abi, "a handler cannot be `extern`; remove it");
    }
    if let Some(variadic) = &signature.variadic {
        errors.report(
            variadic,
            "a handler cannot be variadic; name the state it asks for",
        );
    }
}

/// A handler has no type or const parameters, because a plan must know which state it asks for. Rejects:
///
/// ```text
/// fn on_epoch_end<T>(&self, value: &T) {}
/// fn on_epoch_end<const N: usize>(&self, values: &[f64; N]) {}
/// ```
pub(super) fn check_not_generic(handler: &Handler, errors: &Errors) {
    for parameter in &handler.function.signature.generics.params {
        let name = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(parameter) => &parameter.ident,
            GenericParam::Const(parameter) => &parameter.ident,
        };
        errors.report(name, format!("a handler cannot be generic; name the type it asks for, or move `{name}` to the `impl` block"));
    }
}
