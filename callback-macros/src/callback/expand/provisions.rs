//! The state that the callback provides.

use super::location;
use super::spans::located_at;
use crate::callback::model::{Model, Provision, replace_self};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Path};

/// Expands to:
///
/// ```text
/// let make: fn(&Self) -> Best = by_default;
/// handlers.provide(Location::new(…), make);
/// let make: fn(&Self) -> Recent = Self::recent;
/// handlers.provide(Location::new(…), make);
/// ```
pub(super) fn provisions(model: &Model, private: &Path) -> TokenStream {
    let provisions = model.provisions.iter();
    provisions.map(|each| provision(each, private)).collect()
}

fn provision(provision: &Provision, private: &Path) -> TokenStream {
    let Provision { state, constructor } = provision;
    let location = location::location(state.span(), private);
    let default = || quote!(#private::by_default::<#state, _>);
    let constructor = constructor.as_ref();
    let constructor = constructor.map_or_else(default, Expr::to_token_stream);
    // If the function has another type, rustc's error shows the expected type at the state.
    let function = quote_spanned!(located_at(state.span())=> fn(&Self));
    quote! {
        let make: #function -> #state = #constructor;
        handlers.provide(#location, make);
    }
}

/// Expands to, if the callback provides state:
///
/// ```text
/// .providing(const { &[Provision::of::<Best>(), Provision::of::<Recent>()] })
/// ```
pub(super) fn registered_provisions(model: &Model, private: &Path) -> Option<TokenStream> {
    if model.provisions.is_empty() {
        return None;
    }
    // The registration is outside the impl block, where `Self` has no meaning.
    let self_type = model.header.self_type.to_token_stream();
    let states = model.provisions.iter();
    let states = states.map(|each| replace_self(each.state.to_token_stream(), &self_type));
    Some(quote! {
        .providing(const { &[#(#private::Provision::of::<#states>()),*] })
    })
}
