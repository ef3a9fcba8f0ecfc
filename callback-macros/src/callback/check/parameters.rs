//! The parameters of a handler, as far as their written types say. What only the types know, rustc says.

use crate::attributes::first_word;
use crate::callback::model::{Access, Handler, bare, borrowed_for};
use crate::errors::Errors;
use crate::spelling::written;
use quote::ToTokens;
use syn::{PatType, Type};

/// The runtime's tuples have an end.
const MOST: usize = 12;

/// There are not more than the runtime can pass.
pub(super) fn check_number(handler: &Handler, errors: &Errors) {
    if let Some(surplus) = handler.function.parameters().nth(MOST) {
        errors.at(surplus, format!("a handler has at most {MOST} parameters; ask for `Ctx<'_>` alone, or bundle state in a type"));
    }
}

/// Each says which state it is.
pub(super) fn check_no_impl(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        if let Some(keyword) = first_word(parameter.ty.to_token_stream(), "impl") {
            errors.at(
                &keyword,
                "a handler cannot be generic; name the type it asks for",
            );
        }
    }
}

/// A parameter is there or not, whatever is compiled.
pub(super) fn check_unconditional(handler: &Handler, errors: &Errors) {
    let attributes = handler
        .function
        .parameters()
        .flat_map(|parameter| &parameter.attrs);
    for attribute in attributes.filter(|attribute| attribute.path().is_ident("cfg")) {
        errors.at(attribute, "a parameter of a handler cannot be conditional; write two functions, each with its `#[cfg(…)]`");
    }
}

/// State is lent for one call.
pub(super) fn check_lent(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        if let Some(lifetime) =
            borrowed_for(&parameter.ty).filter(|lifetime| lifetime.ident == "static")
        {
            errors.at(
                lifetime,
                "state is lent for one call only; leave the lifetime out",
            );
        }
    }
}

/// A value of state has a place of its own.
pub(super) fn check_sized(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        if let Some(unsized_type) = unsized_state(&parameter.ty) {
            let written = written(unsized_type);
            let message = format!(
                "`{written}` is no state, because it has no size of its own; name the type that holds it"
            );
            errors.at(unsized_type, message);
        }
    }
}

fn unsized_state(parameter: &Type) -> Option<&Type> {
    let Type::Reference(reference) = bare(parameter) else {
        return None;
    };
    match bare(&reference.elem) {
        Type::Slice(_) | Type::TraitObject(_) => Some(&reference.elem),
        Type::Path(path) if path.path.is_ident("str") => Some(&reference.elem),
        _ => None,
    }
}

/// Who has everything cannot have a part of it besides.
pub(super) fn check_ctx_alone(handler: &Handler, errors: &Errors) {
    let parameters: Vec<_> = handler.function.parameters().collect();
    let ctx = parameters
        .iter()
        .find(|parameter| Access::of(&parameter.ty) == Access::Everything);
    if let (Some(ctx), [_, _, ..]) = (ctx, &parameters[..]) {
        errors.at(&ctx.ty, "`Ctx` is everything, and so alone in its handler; take the rest out of it, with `ctx.get()`");
    }
}

/// Nothing is changed while someone else looks at it.
pub(super) fn check_aliases(handler: &Handler, errors: &Errors) {
    let parameters: Vec<_> = handler.function.parameters().collect();
    for (index, second) in parameters.iter().enumerate() {
        if let Some(first) = parameters[..index]
            .iter()
            .find(|first| clash(first, second))
        {
            errors.at(&second.ty, alias(first, second));
        }
    }
}

fn clash(first: &PatType, second: &PatType) -> bool {
    let (first, second) = (Access::of(&first.ty), Access::of(&second.ty));
    let writes = |access: &Access| matches!(access, Access::Write(_));
    first.state().is_some()
        && first.state() == second.state()
        && (writes(&first) || writes(&second))
}

fn alias(first: &PatType, second: &PatType) -> String {
    let access = Access::of(&second.ty);
    let state = access.state().unwrap_or_default();
    let line = first.colon_token.span.start().line;
    format!(
        "`{state}` is asked for already on line {line}, and can be changed only by one; ask once, for `&mut {state}`"
    )
}
