//! The second stage: the impls of the callback, and its registration.

use super::spans::{located_at, relocate};
use super::{callback, location, registration};
use crate::callback::model::{Model, Weight};
use crate::crate_path;
use crate::errors::Errors;
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
pub(crate) fn expand_second_stage(model: Option<Model>, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let Some(model) = model else {
        return errors;
    };
    let private = crate_path::private_module(&model.krate);
    let weight = model.settings.weight.as_ref();
    let weight = weight.map(|weight| weight_constant(weight, &private));
    let impls = (0..model.loops.len())
        .map(|loop_index| callback::implementation(&model, loop_index, &private));
    let registrations = registration::registrations(&model, &private);
    let file = location::file_constant(&private);
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

/// Expands to another call of the loop's macro, which passes on the names of other frameworks, too:
///
/// ```text
/// Fit! { @aliases {::callbacks} [] [{Driver}] {Fit, Driver} {impl PrintLoss { … }} }
/// ```
pub(crate) fn expand_with_table(model: &Model, input: TokenStream) -> TokenStream {
    let mut groups = input.into_iter();
    // The second group has the loops without the table.
    let (krate, arguments, block) = (groups.next(), groups.nth(1), groups.next());
    let mut loops: Vec<_> = model.arguments.loops().cloned().collect();
    if loops.is_empty() {
        loops.push(crate_path::default_loop_path(&model.krate));
    }
    let (first, more) = (loops.iter().take(1), loops.iter().skip(1));
    quote! {
        #(#first)* ! { @aliases #krate [] [#({#more})*] #arguments #block }
    }
}

/// Expands to:
///
/// ```text
/// const __CALLBACK_WEIGHT: f64 = 10.0;
/// const _: () = weight_is_a_number(__CALLBACK_WEIGHT);
/// ```
fn weight_constant(Weight(weight): &Weight, private: &Path) -> TokenStream {
    // If the weight has another type or is NaN, rustc's error points at the user's expression.
    let mut spans = weight.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    let last = spans.last().unwrap_or(first);
    let (first, last) = (located_at(first), located_at(last));
    let private = relocate(private.to_token_stream(), first);
    let float = quote_spanned!(first=> #private::core::primitive::f64);
    let check = quote_spanned!(first=> #private::weight_is_a_number);
    let argument = quote_spanned!(last=> (__CALLBACK_WEIGHT));
    quote! {
        const __CALLBACK_WEIGHT: #float = #weight;
        const _: () = #check #argument;
    }
}
