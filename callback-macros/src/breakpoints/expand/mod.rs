//! What is written for the user. It cannot fail: what is wrong has been left out before.

mod constants;
mod documentation;
mod facts;
mod implementation;

use super::model::Model;
use crate::errors::Errors;
use crate::facade;
use proc_macro2::TokenStream;
use quote::quote;

/// Expands to:
///
/// ```text
/// pub struct Fit;
/// impl Fit { … }
/// impl Loop for Fit { … }
/// macro_rules! __callback_loop_Fit_0123 { … }
/// pub use __callback_loop_Fit_0123 as Fit;
/// ```
pub(crate) fn expand(model: Option<Model>, errors: Errors) -> TokenStream {
    let is_sound = errors.count() == 0;
    let errors = errors.into_compile_errors();
    let Some(model) = model else {
        return errors;
    };
    let private = facade::private(&model.krate);
    let (attributes, visibility, name) = (&model.attributes, &model.visibility, &model.name);
    let constants = constants::constants(&model, &private);
    let implementation = implementation::implementation(&model, &private);
    let facts = facts::facts(&model, is_sound);
    quote! {
        #errors
        #(#attributes)*
        #[derive(#private::core::fmt::Debug, #private::core::clone::Clone, #private::core::marker::Copy)]
        #visibility struct #name;
        #constants
        #implementation
        #facts
    }
}
