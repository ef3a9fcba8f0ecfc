//! The period of a handler.

use super::spans::{located_at, relocate};
use crate::callback::model::{Handler, Interval, NamedValue, Period};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

/// Expands to, if the handler has a period:
///
/// ```text
/// .every(Period::steps(10).or(Period::epochs(1)).first())
/// ```
pub(super) fn every(handler: &Handler, private: &Path) -> Option<TokenStream> {
    let periods = handler.periods.iter();
    let periods = periods.map(|each| period(each, private));
    let period = periods.reduce(|all, next| quote!(#all.or(#next)))?;
    Some(quote!(.every(#period)))
}

/// Expands to:
///
/// ```text
/// Period::steps(10).or(Period::steps(500).once()).only_when(Self::is_loud).first().last()
/// ```
fn period(period: &Period, private: &Path) -> TokenStream {
    let intervals = period.intervals.iter().map(|each| interval(each, private));
    let intervals = intervals.reduce(|all, next| quote!(#all.or(#next)));
    let intervals = intervals.unwrap_or_else(|| quote!(#private::Period::never()));
    let only_when = period.only_when.iter().map(method_call);
    let first_and_last = &period.first_and_last;
    quote!(#intervals #(.#only_when)* #(.#first_and_last())*)
}

/// Expands to:
///
/// ```text
/// Period::steps(10).offset(3).until(100)
/// ```
fn interval(interval: &Interval, private: &Path) -> TokenStream {
    let period = period_type(&interval.source.ident, private);
    let source = method_call(&interval.source);
    let bounds = interval.bounds.iter().map(method_call);
    let once = interval.once.iter();
    quote!(#period::#source #(.#bounds)* #(.#once())*)
}

/// Expands to:
///
/// ```text
/// Period
/// ```
///
/// Messages about it point at the clause, so that an error in the value shows the user's tokens alone.
fn period_type(clause: &Ident, private: &Path) -> TokenStream {
    let span = located_at(clause.span());
    let private = relocate(private.to_token_stream(), span);
    quote_spanned!(span=> #private::Period)
}

/// Expands to:
///
/// ```text
/// steps(10)
/// ```
fn method_call(NamedValue { ident, value }: &NamedValue) -> TokenStream {
    quote_spanned!(ident.span()=> #ident(#value))
}
