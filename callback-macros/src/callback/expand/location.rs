//! Places in the user's source.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::Path;

/// The file, asked for once: a call of a macro for each place would take longer to compile than all else about it.
///
/// Expands to:
///
/// ```text
/// const __CALLBACK_FILE: &'static str = file!();
/// ```
pub(super) fn file(private: &Path) -> TokenStream {
    quote! {
        const __CALLBACK_FILE: &'static #private::core::primitive::str = #private::core::file!();
    }
}

/// Expands to:
///
/// ```text
/// Location::new(__CALLBACK_FILE, 12, 5)
/// ```
pub(super) fn location(span: Span, private: &Path) -> TokenStream {
    let start = span.start();
    let line = number(start.line);
    let column = number(start.column + 1);
    quote!(#private::Location::new(__CALLBACK_FILE, #line, #column))
}

fn number(number: usize) -> Literal {
    Literal::u32_unsuffixed(u32::try_from(number).unwrap_or(u32::MAX))
}
