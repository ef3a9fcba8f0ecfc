//! The constants that name breakpoints and scopes.

use super::documentation;
use crate::breakpoints::model::{Breakpoint, Model, Scope};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Path;

/// Expands to:
///
/// ```text
/// impl Fit {
///     pub const on_enter: At<Self> = At::new(0);
///     pub const EPOCH: Scope<Self> = Scope::new(1);
/// }
/// ```
pub(super) fn constants(model: &Model, private: &Path) -> TokenStream {
    let name = &model.name;
    let breakpoints = model.breakpoints.iter().enumerate();
    let breakpoints = breakpoints.map(|(index, each)| breakpoint(model, index, each, private));
    let scopes = model.scopes.iter().enumerate();
    // A second one of the same name is an error already.
    let scopes = scopes.filter(|(index, each)| {
        !model.scopes[..*index]
            .iter()
            .any(|first| first.name == each.name)
    });
    let scopes = scopes.map(|(index, each)| scope(model, index, each, private));
    quote! {
        #[allow(non_upper_case_globals, dead_code)]
        impl #name {
            #(#breakpoints)*
            #(#scopes)*
        }
    }
}

/// Expands to:
///
/// ```text
/// /// Fires …
/// pub const on_compute_update_end: At<Self, Verdict> = At::new(4);
/// ```
fn breakpoint(model: &Model, index: usize, breakpoint: &Breakpoint, private: &Path) -> TokenStream {
    let Breakpoint {
        attributes,
        name,
        answer,
        ..
    } = breakpoint;
    let visibility = &model.visibility;
    let documentation = documentation::of_breakpoint(model, breakpoint);
    let answer = answer.iter();
    let index = Literal::usize_unsuffixed(index);
    quote! {
        #(#attributes)*
        #(#[doc = #documentation])*
        #visibility const #name: #private::At<Self #(, #answer)*> = #private::At::new(#index);
    }
}

/// Expands to:
///
/// ```text
/// /// From …
/// pub const EPOCH: Scope<Self> = Scope::new(1);
/// ```
fn scope(model: &Model, index: usize, scope: &Scope, private: &Path) -> TokenStream {
    let Scope {
        attributes, name, ..
    } = scope;
    let visibility = &model.visibility;
    let documentation = documentation::of_scope(model, scope);
    let index = Literal::usize_unsuffixed(index);
    quote! {
        #(#attributes)*
        #(#[doc = #documentation])*
        #visibility const #name: #private::Scope<Self> = #private::Scope::new(#index);
    }
}
