//! The stages of each macro, in order: syntax → model → check → expand. None reaches to its left.

use crate::errors::Errors;
use crate::{breakpoints, callback};
use proc_macro2::TokenStream;

/// `#[callback(arguments)] item`: the item as it stands, and a copy for the loop's own macro.
pub(crate) fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let annotated = callback::syntax::Annotated::new(arguments, item);
    callback::check::check_placement(&annotated, &errors);
    callback::expand::handover(&annotated, errors)
}

/// `__expand_callback! { … }`: the copy has come back with the breakpoints of its loops.
pub(crate) fn expand_callback(handover: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let handover = callback::syntax::Handover::new(handover, &errors);
    let model = handover.map(callback::model::Model::new);
    let sound = model.map(|model| callback::check::check(model, &errors));
    callback::expand::expand(sound, errors)
}

/// `breakpoints! { … }`: the loop, and the macro beside it that knows its breakpoints.
pub(crate) fn breakpoints(declaration: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let declaration = breakpoints::syntax::Declaration::new(declaration, &errors);
    let model = declaration.map(breakpoints::model::Model::new);
    let sound = model.map(|model| breakpoints::check::check(model, &errors));
    breakpoints::expand::expand(sound, errors)
}
