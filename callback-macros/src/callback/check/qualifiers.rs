//! What may not stand around the name of a handler.

use crate::callback::model::Handler;
use crate::errors::Errors;
use syn::{GenericParam, Safety};

/// A handler is called as it is, without waiting, promises or another language's conventions.
pub(super) fn check_plain(handler: &Handler, errors: &Errors) {
    let signature = &handler.function.signature;
    if let Some(waits) = &signature.asyncness {
        errors.at(waits, "a handler cannot be `async`, because a loop waits for nobody; remove it, and start a task inside");
    }
    if let Safety::Unsafe(keyword) = &signature.safety {
        errors.at(keyword, "a handler cannot be `unsafe`, because a loop makes no promises; remove it, and write an `unsafe` block inside");
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a handler cannot be `extern`; remove it");
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(
            variadic,
            "a handler cannot be variadic; name the state it asks for",
        );
    }
}

/// Which state a handler asks for is decided where it is written.
pub(super) fn check_not_generic(handler: &Handler, errors: &Errors) {
    for parameter in &handler.function.signature.generics.params {
        let name = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(parameter) => &parameter.ident,
            GenericParam::Const(parameter) => &parameter.ident,
        };
        errors.at(name, format!("a handler cannot be generic; name the type it asks for, or move `{name}` to the `impl` block"));
    }
}
