//! The stages of each macro, in order: syntax → model → check → expand. A stage uses only stages to its left.

use crate::errors::Errors;
use proc_macro2::TokenStream;

/// `#[callback(arguments)] item`: writes the item unchanged, and a call of the loop's macro with a copy of it.
pub(crate) fn callback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let input = crate::callback::syntax::FirstStageInput::new(arguments, item);
    crate::callback::check::check_first_stage(&input, &errors);
    crate::callback::expand::expand_first_stage(&input, errors)
}

/// `__expand_callback! { … }`: writes the impls for the copy that the loops' macros pass on with their breakpoints.
pub(crate) fn expand_callback(tokens: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let input = crate::callback::syntax::SecondStageInput::new(tokens.clone(), &errors);
    let model = input.map(crate::callback::model::Model::new);
    if let Some(model) = model.as_ref().filter(|model| model.needs_table()) {
        errors.ignore();
        return crate::callback::expand::expand_with_table(model, tokens);
    }
    let checked = model.map(|model| crate::callback::check::check(model, &errors));
    crate::callback::expand::expand_second_stage(checked, errors)
}

/// `breakpoints! { … }`: writes the loop, and the macro beside it that lists its breakpoints.
pub(crate) fn breakpoints(tokens: &TokenStream) -> TokenStream {
    let errors = Errors::new();
    let declaration = crate::breakpoints::syntax::Declaration::new(tokens, &errors);
    let model = declaration.map(crate::breakpoints::model::Model::new);
    let checked = model.map(|model| crate::breakpoints::check::check(model, &errors));
    crate::breakpoints::expand::expand(checked, errors)
}

/// `#[derive(Parameters)] item` or `#[derive(Gradients)] item`: writes the impl of the trait.
pub(crate) fn derive(derived: crate::derive::syntax::Derived, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let declaration = crate::derive::syntax::Declaration::new(derived, item, &errors);
    let model = declaration.map(crate::derive::model::Model::new);
    let checked = model.and_then(|model| crate::derive::check::check(model, &errors));
    crate::derive::expand::expand(checked, errors)
}
