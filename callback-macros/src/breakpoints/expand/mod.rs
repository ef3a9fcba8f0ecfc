//! Writes the loop. It reports no errors: the model contains nothing that a rule refused.

mod aliases;
mod constants;
mod documentation;
mod implementation;
mod loop_macro;
mod rounds;

use super::model::Model;
use crate::crate_path;
use crate::errors::Errors;
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
    let is_complete = errors.is_empty();
    let errors = errors.into_compile_errors();
    let Some(model) = model else {
        return errors;
    };
    let private = crate_path::private_module(&model.krate);
    let (attributes, visibility, name) = (&model.attributes, &model.visibility, &model.name);
    let constants = constants::constants(&model, &private);
    let implementation = implementation::implementation(&model, &private);
    let loop_macro = loop_macro::loop_macro(&model, is_complete);
    let table = aliases::document_loop(&model);
    quote! {
        #errors
        #(#attributes)*
        #(#[doc = #table])*
        #[derive(#private::core::fmt::Debug, #private::core::clone::Clone, #private::core::marker::Copy)]
        #visibility struct #name;
        #constants
        #implementation
        #loop_macro
    }
}
