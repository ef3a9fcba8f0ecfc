//! Checks the parameters of a handler, as far as the syntax of their types shows. rustc checks the rest.

use crate::attributes::find_ident;
use crate::callback::model::{
    Access, Handler, borrow_lifetime, has_lifetime, option_argument, ungroup_type,
};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use quote::ToTokens;
use syn::{PatType, Type, TypeReference};

/// The most parameters for which the runtime implements its traits.
const MAX_PARAMETERS: usize = 12;

/// A handler has no more parameters than the runtime can pass. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, a: &A, b: &B, … m: &M) {}
/// ```
pub(super) fn check_count(handler: &Handler, errors: &Errors) {
    if let Some(surplus) = handler.function.parameters().nth(MAX_PARAMETERS) {
        errors.report(surplus, format!("a handler has at most {MAX_PARAMETERS} parameters; ask for `Ctx<'_>` alone, or bundle state in a type"));
    }
}

/// A parameter names its type, because a plan must know which state it asks for. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, value: &impl Display) {}
/// ```
pub(super) fn check_no_impl_trait(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        if let Some(keyword) = find_ident(parameter.ty.to_token_stream(), "impl") {
            errors.report(
                &keyword,
                "a handler cannot be generic; name the type it asks for",
            );
        }
    }
}

/// A parameter has no `cfg`, because the generated call has the same arguments in every build. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, #[cfg(test)] epoch: &Epoch) {}
/// ```
pub(super) fn check_unconditional(handler: &Handler, errors: &Errors) {
    let attributes = handler
        .function
        .parameters()
        .flat_map(|parameter| &parameter.attrs);
    for attribute in attributes.filter(|attribute| attribute.path().is_ident("cfg")) {
        errors.report(attribute, "a parameter of a handler cannot be conditional; write two functions, each with its `#[cfg(…)]`");
    }
}

/// A handler borrows state for the length of a call. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, epoch: &'static Epoch) {}
/// ```
pub(super) fn check_not_static(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        if let Some(lifetime) =
            borrow_lifetime(&parameter.ty).filter(|lifetime| lifetime.ident == "static")
        {
            errors.report(
                lifetime,
                "state is lent for one call only; leave the lifetime out",
            );
        }
    }
}

/// A parameter borrows state, once. Rejects:
///
/// ```text
/// fn on_train_batch_end(&self, loss: &&Loss) {}
/// fn on_train_batch_end(&self, loss: Option<Loss>) {}
/// ```
///
/// State may be a `&'static str`, and a path with a lifetime may be an alias of a reference.
pub(super) fn check_borrows_once(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        let ty = ungroup_type(&parameter.ty);
        let inner = option_argument(ty).map_or(ty, ungroup_type);
        if let Some(once) = second_borrow(inner) {
            let (twice, once) = (format_tokens(inner), format_tokens(&once));
            errors.report(inner, format!("`{twice}` borrows twice; write `{once}`"));
        } else if option_argument(ty).is_some() && is_value(inner) {
            let text = format_tokens(inner);
            errors.report(ty, format!("a handler borrows state that may be absent; write `Option<&{text}>`, or `Option<&mut {text}>` to change it"));
        }
    }
}

/// Returns `&T` for `&&T`, and `&mut T` for a reference to a `&mut T`; `None` for one borrow.
fn second_borrow(ty: &Type) -> Option<Type> {
    let Type::Reference(outer) = ty else {
        return None;
    };
    let inner = ungroup_type(&outer.elem);
    match inner {
        Type::Reference(reference) if !is_static(reference) => {
            Some(second_borrow(inner).unwrap_or_else(|| inner.clone()))
        }
        _ => None,
    }
}

fn is_static(reference: &TypeReference) -> bool {
    let lifetime = reference.lifetime.as_ref();
    lifetime.is_some_and(|lifetime| lifetime.ident == "static")
}

/// Whether the type is certainly none of the parameters that an `Option` may contain.
fn is_value(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            let name = path.path.segments.last().map(|last| last.ident.to_string());
            let is_parameter = ["Local", "LocalMut", "Ctx", "Option"];
            let has_lifetime = path.path.segments.iter().any(has_lifetime);
            !has_lifetime && !name.is_some_and(|name| is_parameter.contains(&&name[..]))
        }
        Type::Tuple(_) | Type::Array(_) | Type::FnPtr(_) => true,
        _ => false,
    }
}

/// State is a sized type. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, losses: &[f64]) {}
/// fn on_epoch_end(&self, value: &dyn Display) {}
/// ```
pub(super) fn check_sized(handler: &Handler, errors: &Errors) {
    for parameter in handler.function.parameters() {
        if let Some(state) = unsized_state(&parameter.ty) {
            let text = format_tokens(state);
            let message = format!(
                "`{text}` is no state, because it has no size of its own; name the type that holds it"
            );
            errors.report(state, message);
        }
    }
}

fn unsized_state(parameter: &Type) -> Option<&Type> {
    let Type::Reference(reference) = ungroup_type(parameter) else {
        return None;
    };
    match ungroup_type(&reference.elem) {
        Type::Slice(_) | Type::TraitObject(_) => Some(&reference.elem),
        Type::Path(path) if path.path.is_ident("str") => Some(&reference.elem),
        _ => None,
    }
}

/// `Ctx` is the only parameter of its handler, because it gives access to all state. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, ctx: Ctx<'_>, epoch: &Epoch) {}
/// ```
pub(super) fn check_ctx_alone(handler: &Handler, errors: &Errors) {
    let parameters: Vec<_> = handler.function.parameters().collect();
    let ctx = parameters
        .iter()
        .find(|parameter| Access::from_type(&parameter.ty) == Access::Everything);
    if let (Some(ctx), [_, _, ..]) = (ctx, &parameters[..]) {
        errors.report(&ctx.ty, "`Ctx` is everything, and so alone in its handler; take the rest out of it, with `ctx.get()`");
    }
}

/// A handler that changes a state asks for it once. Rejects:
///
/// ```text
/// fn on_epoch_end(&self, old: &LearningRate, new: &mut LearningRate) {}
/// ```
pub(super) fn check_aliases(handler: &Handler, errors: &Errors) {
    let parameters: Vec<_> = handler.function.parameters().collect();
    for (index, second) in parameters.iter().enumerate() {
        if let Some(first) = parameters[..index]
            .iter()
            .find(|first| are_aliases(first, second))
        {
            errors.report(&second.ty, alias(first, second));
        }
    }
}

fn are_aliases(first: &PatType, second: &PatType) -> bool {
    let (first, second) = (Access::from_type(&first.ty), Access::from_type(&second.ty));
    let is_write = |access: &Access| matches!(access, Access::Write(_));
    first.type_text().is_some()
        && first.type_text() == second.type_text()
        && (is_write(&first) || is_write(&second))
}

fn alias(first: &PatType, second: &PatType) -> String {
    let access = Access::from_type(&second.ty);
    let state = access.type_text().unwrap_or_default();
    let line = first.colon_token.span.start().line;
    format!(
        "`{state}` is asked for already on line {line}, and can be changed only by one; ask once, for `&mut {state}`"
    )
}
