//! The stages of each macro, in order: syntax → model → check → expand. None reaches to its left.

use crate::errors::Errors;
use proc_macro2::TokenStream;

/// `#[callback(arguments)] item`: the item as it stands, and a copy for the loop's own macro.
pub(crate) fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let annotated = crate::callback::syntax::Annotated::new(arguments, item);
    crate::callback::check::check_placement(&annotated, &errors);
    crate::callback::expand::handover(&annotated, errors)
}

/// `__expand_callback! { … }`: the copy has come back with the breakpoints of its loops.
pub(crate) fn expand_callback(handover: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let handover = crate::callback::syntax::Handover::new(handover, &errors);
    let model = handover.map(crate::callback::model::Model::new);
    let sound = model.map(|model| crate::callback::check::check(model, &errors));
    crate::callback::expand::expand(sound, errors)
}

/// `breakpoints! { … }`: the loop, and the macro beside it that knows its breakpoints.
pub(crate) fn breakpoints(declaration: &TokenStream) -> TokenStream {
    let errors = Errors::new();
    let declaration = crate::breakpoints::syntax::Declaration::new(declaration, &errors);
    let model = declaration.map(crate::breakpoints::model::Model::new);
    let sound = model.map(|model| crate::breakpoints::check::check(model, &errors));
    crate::breakpoints::expand::expand(sound, errors)
}
