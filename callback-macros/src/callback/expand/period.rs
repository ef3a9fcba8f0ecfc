//! How often a handler runs.

use super::{relocated, shown_at};
use crate::callback::model::{Beat, Handler, Period, Setting};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Path;

/// Expands to, if anything is said of it:
///
/// ```text
/// .every(Period::steps(10).or(Period::epochs(1)).first())
/// ```
pub(super) fn every(handler: &Handler, private: &Path) -> Option<TokenStream> {
    let united = handler.periods.iter().map(|each| period(each, private));
    let united = united.reduce(|all, next| quote!(#all.or(#next)))?;
    Some(quote!(.every(#united)))
}

/// Expands to:
///
/// ```text
/// Period::steps(10).or(Period::steps(500).once()).only_when(Self::is_loud).first().last()
/// ```
fn period(period: &Period, private: &Path) -> TokenStream {
    let beats = period.beats.iter().map(|each| beat(each, private));
    let beats = beats.reduce(|all, next| quote!(#all.or(#next)));
    let beats = beats.unwrap_or_else(|| quote!(#private::Period::never()));
    let narrowed = period.narrowed.iter().map(call);
    let ends = &period.ends;
    quote!(#beats #(.#narrowed)* #(.#ends())*)
}

/// Expands to:
///
/// ```text
/// Period::steps(10).offset(3).until(100)
/// ```
fn beat(beat: &Beat, private: &Path) -> TokenStream {
    let word = &beat.setting.word;
    let period = begin(word, private);
    let source = call(&beat.setting);
    let bounds = beat.bounds.iter().map(call);
    let once = beat.once.iter();
    quote!(#period::#source #(.#bounds)* #(.#once())*)
}

/// The runtime's type, shown where its word is: what rustc says of the value then points at nothing but the user's own.
///
/// Expands to:
///
/// ```text
/// Period
/// ```
fn begin(word: &Ident, private: &Path) -> TokenStream {
    let place = shown_at(word.span());
    let private = relocated(private.to_token_stream(), place);
    quote_spanned!(place=> #private::Period)
}

/// Expands to:
///
/// ```text
/// steps(10)
/// ```
fn call(Setting { word, value }: &Setting) -> TokenStream {
    quote_spanned!(word.span()=> #word(#value))
}
