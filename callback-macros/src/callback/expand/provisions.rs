//! The state that the callback brings.

use super::location;
use crate::callback::model::{Model, Provision, name_self};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Path};

/// Expands to:
///
/// ```text
/// let make: fn(&Self) -> Record = by_default;
/// handlers.provide(Location::new(…), make);
/// let make: fn(&Self) -> Recent = Self::recent;
/// handlers.provide(Location::new(…), make);
/// ```
pub(super) fn provisions(model: &Model, private: &Path) -> TokenStream {
    let provisions = model.provisions.iter();
    provisions.map(|each| provision(each, private)).collect()
}

fn provision(Provision { state, make }: &Provision, private: &Path) -> TokenStream {
    let location = location::location(state.span(), private);
    let default = || quote!(#private::by_default::<#state, _>);
    let make = make.as_ref().map_or_else(default, Expr::to_token_stream);
    // What a function is expected to be is shown at the state that it is to make.
    let place = Span::mixed_site().located_at(state.span());
    let function = quote_spanned!(place=> fn(&Self));
    quote! {
        let make: #function -> #state = #make;
        handlers.provide(#location, make);
    }
}

/// For the registry, unless there is none.
///
/// Expands to:
///
/// ```text
/// .providing(const { &[Provision::of::<Record>(), Provision::of::<Recent>()] })
/// ```
pub(super) fn registered(model: &Model, private: &Path) -> Option<TokenStream> {
    if model.provisions.is_empty() {
        return None;
    }
    // It does not stand inside the impl block, where `Self` would be known.
    let own_type = model.head.self_type.to_token_stream();
    let states = model.provisions.iter();
    let states = states.map(|each| name_self(each.state.to_token_stream(), &own_type));
    Some(quote! {
        .providing(const { &[#(#private::Provision::of::<#states>()),*] })
    })
}
