//! Spans that resolve names as the macro does, and point rustc's messages at the user's tokens.

use proc_macro2::{Span, TokenStream};

/// Returns a span for generated tokens about which messages point at `span`.
pub(super) fn located_at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Moves the location of each token to `span`, and leaves its name resolution as it is.
pub(super) fn relocate(tokens: TokenStream, span: Span) -> TokenStream {
    let relocated = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(span));
        token
    });
    relocated.collect()
}
