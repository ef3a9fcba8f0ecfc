//! The type of a callback, as it is written.

use super::bare;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Type, TypePath};

/// The last word of the type's path.
pub(super) fn name_of(own_type: &Type) -> String {
    let last = match bare(own_type) {
        Type::Path(TypePath { path, .. }) => path.segments.last(),
        _ => None,
    };
    last.map_or_else(
        || own_type.to_token_stream().to_string(),
        |segment| segment.ident.unraw().to_string(),
    )
}

/// The names of the `'_` in a type.
pub(crate) fn anonymous_lifetimes(own_type: &Type) -> Vec<Ident> {
    names_of_anonymous(own_type.to_token_stream())
}

fn names_of_anonymous(tokens: TokenStream) -> Vec<Ident> {
    let names = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => names_of_anonymous(group.stream()),
        TokenTree::Ident(name) if name == "_" => vec![name],
        _ => Vec::new(),
    });
    names.collect()
}
