//! Parses lists between commas, in which a syntax error costs one element and not the list.

use proc_macro2::TokenTree;
use syn::Token;
use syn::parse::{Parse, ParseStream};

/// Parses every element. If tokens follow an element before its comma, an error with the message of `unexpected` follows it.
pub(super) fn parse_comma_separated<T: Parse>(
    input: ParseStream,
    unexpected: fn(&TokenTree) -> &'static str,
) -> syn::Result<Vec<syn::Result<T>>> {
    let mut elements = Vec::new();
    while !input.is_empty() {
        let element = input.parse();
        let is_valid = element.is_ok();
        elements.push(element);
        let first = skip_to_comma(input)?;
        if let Some(first) = first.filter(|_| is_valid) {
            elements.push(Err(syn::Error::new(first.span(), unexpected(&first))));
        }
    }
    Ok(elements)
}

/// Skips everything up to and including the next comma, and returns the first token before it.
fn skip_to_comma(input: ParseStream) -> syn::Result<Option<TokenTree>> {
    let mut first = None;
    while !input.is_empty() && !input.peek(Token![,]) {
        let token: TokenTree = input.parse()?;
        first.get_or_insert(token);
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(first)
}
