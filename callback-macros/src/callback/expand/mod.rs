//! What is written for the user. It cannot fail: what is wrong has been left out before.

mod binding;
mod callback;
mod handover;
mod location;
mod period;
mod provisions;
mod registration;
mod relations;

pub(crate) use handover::handover;

use super::model::{Model, Weight};
use crate::errors::Errors;
use crate::facade;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

/// Expands to:
///
/// ```text
/// const _: () = {
///     const __CALLBACK_FILE: &'static str = file!();
///     const __CALLBACK_WEIGHT: f64 = 10.0;
///     impl Callback<Fit> for PrintLoss { … }
///     submit! { … }
/// };
/// ```
pub(crate) fn expand(model: Option<Model>, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let Some(model) = model else {
        return errors;
    };
    let private = facade::private(&model.krate);
    let weight = model.settings.weight.as_ref();
    let weight = weight.map(|weight| weight_constant(weight, &private));
    let impls =
        (0..model.loops.len()).map(|in_loop| callback::implementation(&model, in_loop, &private));
    let registrations = registration::registrations(&model, &private);
    let file = location::file(&private);
    quote! {
        #errors
        const _: () = {
            #file
            #weight
            #(#impls)*
            #registrations
        };
    }
}

/// Expands to:
///
/// ```text
/// const __CALLBACK_WEIGHT: f64 = 10.0;
/// const _: () = weight_is_a_number(__CALLBACK_WEIGHT);
/// ```
fn weight_constant(Weight(weight): &Weight, private: &Path) -> TokenStream {
    // A mistake in the weight is the user's, and so is the place that is shown.
    let mut tokens = weight.clone().into_iter().map(|token| token.span());
    let first = tokens.next().unwrap_or_else(Span::call_site);
    let last = tokens.last().unwrap_or(first);
    let (first, last) = (shown_at(first), shown_at(last));
    let private = relocated(private.to_token_stream(), first);
    let float = quote_spanned!(first=> #private::core::primitive::f64);
    let check = quote_spanned!(first=> #private::weight_is_a_number);
    let argument = quote_spanned!(last=> (__CALLBACK_WEIGHT));
    quote! {
        const __CALLBACK_WEIGHT: #float = #weight;
        const _: () = #check #argument;
    }
}

/// Names of ours, shown at a place of the user's.
fn shown_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

fn relocated(tokens: TokenStream, place: Span) -> TokenStream {
    let relocated = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    relocated.collect()
}
