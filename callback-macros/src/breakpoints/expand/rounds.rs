//! The rounds of a loop, and the counters that its scopes advance.

use crate::breakpoints::model::{Counter, Model};
use crate::spelling::snake_case;
use crate::unit::Unit;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Path, Type};

/// Expands to, for a loop that marks where its rounds are complete:
///
/// ```text
/// const ROUNDS: Option<RoundInfo> = Some(RoundInfo::of::<Self>());
/// ```
pub(super) fn rounds_constant(model: &Model, private: &Path) -> Option<TokenStream> {
    model.round_end().map(|_| {
        quote! {
            const ROUNDS: #private::core::option::Option<#private::RoundInfo> =
                #private::core::option::Option::Some(#private::RoundInfo::of::<Self>());
        }
    })
}

/// Expands to, for a loop whose scopes count:
///
/// ```text
/// const COUNTERS: &'static [ScopeCounter] = &[ScopeCounter::of::<Step>(1)];
/// ```
pub(super) fn counters_constant(model: &Model, private: &Path) -> Option<TokenStream> {
    let counters: Vec<_> = model
        .scopes
        .iter()
        .enumerate()
        .flat_map(|(index, scope)| {
            let counters = scope.counters.iter();
            let counters = counters.filter(|counter| model.counts_by_one(counter));
            counters.map(move |counter| scope_counter(index, counter, private))
        })
        .collect();
    let has_some = !counters.is_empty();
    has_some.then(|| {
        quote! {
            const COUNTERS: &'static [#private::ScopeCounter] = &[#(#counters),*];
        }
    })
}

fn scope_counter(index: usize, counter: &Type, private: &Path) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    // If the type does not count, rustc's error points at the user's tokens.
    quote_spanned!(counter.span()=> #private::ScopeCounter::of::<#counter>(#index))
}

/// Expands to:
///
/// ```text
/// impl Rounds for Fit {
///     type Counter = Epoch;
///     const ROUND: &'static str = "epoch";
///     const UNIT: Option<Unit> = Some(Unit::Epochs);
/// }
/// ```
pub(super) fn implementation(model: &Model, private: &Path) -> Option<TokenStream> {
    let (_, counter) = model.round_end()?;
    let name = &model.name;
    let round = round_name(counter);
    let unit = unit(model, counter).map(|unit| {
        let unit = Ident::new(&format!("{unit:?}"), Span::mixed_site());
        quote! {
            const UNIT: #private::core::option::Option<#private::Unit> =
                #private::core::option::Option::Some(#private::Unit::#unit);
        }
    });
    Some(quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #private::Rounds for #name {
            type Counter = #counter;
            const ROUND: &'static #private::core::primitive::str = #round;
            #unit
        }
    })
}

/// Expands to, for a loop with rounds that does not declare the record itself:
///
/// ```text
/// availability.always::<Record>();
/// ```
pub(super) fn record(model: &Model, private: &Path) -> Option<TokenStream> {
    model.round_end()?;
    let mut states = model.states.iter();
    if states.any(|state| last_name(&state.ty).is_some_and(|name| name == "Record")) {
        return None;
    }
    Some(quote!(availability.always::<#private::Record>();))
}

/// Returns the unit that the counter of the rounds counts, if it is declared with one.
fn unit(model: &Model, counter: &Type) -> Option<Unit> {
    let is_counter = |declared: &Counter<'_>| {
        declared.state.to_token_stream().to_string() == counter.to_token_stream().to_string()
    };
    let mut counters = model.counters();
    counters.find(is_counter).map(|declared| declared.unit)
}

/// Returns the name of a round: `epoch` for the counter `fit::Epoch`.
fn round_name(counter: &Type) -> String {
    snake_case(&last_name(counter).unwrap_or_else(|| counter.to_token_stream().to_string()))
}

/// Returns the name of a type without its path: `Epoch` for `fit::Epoch`.
fn last_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}
