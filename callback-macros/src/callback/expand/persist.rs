//! What the callback remembers.

use super::spans::located_at;
use crate::callback::model::{Persist, PersistFields};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

/// Expands to, for `persist`, `persist = Self::persist` and `persist(best, version = 2, migrate = Self::migrate)`:
///
/// ```text
/// .persist::<Self>(|callback, fields| fields.whole(callback))
/// .persist::<Self>(Self::persist)
/// .persist::<Self>(|callback, fields| { fields.field("best", &mut callback.best); }).persist_version(2).persist_migrate(Self::migrate)
/// ```
pub(super) fn persist(persist: &Persist) -> TokenStream {
    match persist {
        Persist::Whole(span) => quote_spanned! {located_at(*span)=>
            .persist::<Self>(|callback, fields| fields.whole(callback))
        },
        Persist::Function(function) => {
            quote_spanned!(function.span()=> .persist::<Self>(#function))
        }
        Persist::Fields(fields) => persist_fields(fields),
    }
}

fn persist_fields(persist: &PersistFields) -> TokenStream {
    let fields = persist.fields.iter().map(field);
    let version = version(persist);
    quote_spanned!(Span::mixed_site()=> .persist::<Self>(|callback, fields| { #(#fields)* }) #version)
}

/// Expands to:
///
/// ```text
/// fields.field("best", &mut callback.best);
/// ```
fn field(field: &Ident) -> TokenStream {
    let name = field.unraw().to_string();
    quote_spanned!(located_at(field.span())=> fields.field(#name, &mut callback.#field);)
}

fn version(persist: &PersistFields) -> Option<TokenStream> {
    let version = match (&persist.version, &persist.migrate) {
        (None, None) => return None,
        (Some(version), _) => quote!(#version),
        (None, Some(_)) => quote!(1),
    };
    Some(match &persist.migrate {
        None => quote!(.persist_version(#version)),
        Some(migrate) => {
            quote_spanned!(migrate.span()=> .persist_version(#version).persist_migrate(#migrate))
        }
    })
}
