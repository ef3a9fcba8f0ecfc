//! Places in the user's source.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::Path;

/// Expands to:
///
/// ```text
/// Site::new(file!(), 12, 5)
/// ```
pub(super) fn site(span: Span, private: &Path) -> TokenStream {
    let start = span.start();
    let line = number(start.line);
    let column = number(start.column + 1);
    quote!(#private::Site::new(#private::core::file!(), #line, #column))
}

fn number(number: usize) -> Literal {
    Literal::u32_unsuffixed(u32::try_from(number).unwrap_or(u32::MAX))
}
