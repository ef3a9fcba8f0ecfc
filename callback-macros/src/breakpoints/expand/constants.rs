//! The constants of a loop, one for each breakpoint and each scope.

use super::{aliases, documentation};
use crate::breakpoints::model::{Breakpoint, Model, Scope};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Path;
use syn::ext::IdentExt;

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
    let breakpoints = breakpoints
        .map(|(index, breakpoint)| breakpoint_constant(model, index, breakpoint, private));
    let scopes = model.scopes.iter().enumerate();
    // A rule has reported a second scope of the same name; a second constant would be one more error.
    let scopes = scopes.filter(|(index, scope)| {
        !model.scopes[..*index]
            .iter()
            .any(|earlier| earlier.name == scope.name)
    });
    let scopes = scopes.map(|(index, scope)| scope_constant(model, index, scope, private));
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
/// #[doc(alias = "…")]
/// pub const on_compute_update_end: At<Self, Verdict> = At::new(4);
/// ```
fn breakpoint_constant(
    model: &Model,
    index: usize,
    breakpoint: &Breakpoint,
    private: &Path,
) -> TokenStream {
    let Breakpoint {
        attributes,
        name,
        answer,
        ..
    } = breakpoint;
    let visibility = &model.visibility;
    let documentation = documentation::document_breakpoint(model, breakpoint);
    let doc_aliases = aliases::doc_aliases(model, &name.unraw().to_string());
    let answer = answer.iter();
    let index = Literal::usize_unsuffixed(index);
    quote! {
        #(#attributes)*
        #(#[doc = #documentation])*
        #doc_aliases
        #visibility const #name: #private::At<Self #(, #answer)*> = #private::At::new(#index);
    }
}

/// Expands to:
///
/// ```text
/// /// From …
/// pub const EPOCH: Scope<Self> = Scope::new(1);
/// ```
fn scope_constant(model: &Model, index: usize, scope: &Scope, private: &Path) -> TokenStream {
    let Scope {
        attributes, name, ..
    } = scope;
    let visibility = &model.visibility;
    let documentation = documentation::document_scope(model, scope);
    let index = Literal::usize_unsuffixed(index);
    quote! {
        #(#attributes)*
        #(#[doc = #documentation])*
        #visibility const #name: #private::Scope<Self> = #private::Scope::new(#index);
    }
}
