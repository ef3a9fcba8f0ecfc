//! Reads tokens without parsing them, so that unfinished code is no syntax error.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::ParseStream;

/// Reads the tokens before the position at which `is_end` holds, or before the end of the input.
pub(super) fn tokens_until(
    input: ParseStream,
    is_end: impl Fn(ParseStream) -> bool,
) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !is_end(input) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}
