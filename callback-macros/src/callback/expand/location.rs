//! The locations of callbacks and handlers in the user's source, which problems and explanations show.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::Path;

/// Expands to:
///
/// ```text
/// const __CALLBACK_FILE: &'static str = file!();
/// ```
///
/// All locations share the constant, because a `file!()` for each of them would dominate the time to compile the generated code.
pub(super) fn file_constant(private: &Path) -> TokenStream {
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
