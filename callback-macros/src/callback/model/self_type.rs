//! The type of the callback, as the block names it.

use super::ungroup_type;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Token, Type, TypePath};

/// Returns the last segment of the type's path, which is the callback's name unless `name = …` sets another.
pub(super) fn type_name(self_type: &Type) -> String {
    let last = match ungroup_type(self_type) {
        Type::Path(TypePath { path, .. }) => path.segments.last(),
        _ => None,
    };
    last.map_or_else(
        || self_type.to_token_stream().to_string(),
        |segment| segment.ident.unraw().to_string(),
    )
}

/// Returns the identifier `_` of each `'_` in the type.
pub(crate) fn anonymous_lifetimes(self_type: &Type) -> Vec<Ident> {
    find_underscores(self_type.to_token_stream())
}

fn find_underscores(tokens: TokenStream) -> Vec<Ident> {
    let underscores = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => find_underscores(group.stream()),
        TokenTree::Ident(ident) if ident == "_" => vec![ident],
        _ => Vec::new(),
    });
    underscores.collect()
}

/// Replaces `Self` by `PrintLoss`, and `Self::` by `<PrintLoss>::`, for code outside the impl block.
pub(crate) fn replace_self(tokens: TokenStream, self_type: &TokenStream) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => replaced.extend(match tokens.peek() {
                Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => {
                    qualified(self_type, ident.span())
                }
                _ => self_type.clone(),
            }),
            TokenTree::Group(group) => {
                let inner = replace_self(group.stream(), self_type);
                let mut inner = Group::new(group.delimiter(), inner);
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            token => replaced.extend([token]),
        }
    }
    replaced
}

/// Returns `<PrintLoss>`.
fn qualified(self_type: &TokenStream, span: Span) -> TokenStream {
    let mut tokens = Token![<](span).into_token_stream();
    tokens.extend(self_type.clone());
    tokens.extend(Token![>](span).into_token_stream());
    tokens
}
