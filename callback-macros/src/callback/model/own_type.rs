//! The type of a callback, as it is written.

use super::bare;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Token, Type, TypePath};

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

/// `tokens` with `PrintLoss` in place of `Self`, and `<PrintLoss>::` in place of `Self::`.
pub(crate) fn name_self(tokens: TokenStream, own_type: &TokenStream) -> TokenStream {
    let mut named = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "Self" => named.extend(match tokens.peek() {
                Some(TokenTree::Punct(sign)) if sign.as_char() == ':' => {
                    qualified(own_type, word.span())
                }
                _ => own_type.clone(),
            }),
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), name_self(group.stream(), own_type));
                inside.set_span(group.span());
                named.extend([TokenTree::Group(inside)]);
            }
            token => named.extend([token]),
        }
    }
    named
}

fn qualified(own_type: &TokenStream, span: Span) -> TokenStream {
    let mut tokens = Token![<](span).into_token_stream();
    tokens.extend(own_type.clone());
    tokens.extend(Token![>](span).into_token_stream());
    tokens
}
