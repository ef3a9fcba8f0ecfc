//! What stands between commas. A part that cannot be read costs nothing but itself.

use proc_macro2::TokenTree;
use syn::Token;
use syn::parse::{Parse, ParseStream};

/// Every part; behind one that ends before its comma, an error with what `surplus` says of the token that follows it.
pub(super) fn separated<T: Parse>(
    input: ParseStream,
    surplus: fn(&TokenTree) -> &'static str,
) -> syn::Result<Vec<syn::Result<T>>> {
    let mut parts = Vec::new();
    while !input.is_empty() {
        let part = input.parse();
        let could_be_read = part.is_ok();
        parts.push(part);
        let rest = up_to_comma(input)?;
        if let Some(first) = rest.filter(|_| could_be_read) {
            parts.push(Err(syn::Error::new(first.span(), surplus(&first))));
        }
    }
    Ok(parts)
}

/// Steps over everything up to the next comma, and it; what stood before it begins with what is returned.
fn up_to_comma(input: ParseStream) -> syn::Result<Option<TokenTree>> {
    let mut first = None;
    while !input.is_empty() && !input.peek(Token![,]) {
        let token: TokenTree = input.parse()?;
        first.get_or_insert(token);
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(first)
}
