//! The name of the macro beside a loop.

use crate::breakpoints::syntax::Declaration;
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

/// Returns a name that no other loop of the crate has.
///
/// The exported macros of a crate share one namespace, whatever module they are in. So the name contains a hash of the location and
/// the tokens of the declaration.
pub(super) fn unique_macro_name(declaration: &Declaration) -> Ident {
    let span = declaration.name.span();
    let start = span.start();
    let file = span.file();
    let location = format!("{file}:{}:{}", start.line, start.column);
    // An editor may not know locations; there only the tokens distinguish two loops.
    let hash = hash(&format!("{location} {}", declaration.tokens));
    let name = declaration.name.unraw();
    Ident::new(
        &format!("__callback_loop_{name}_{hash:016x}"),
        Span::mixed_site(),
    )
}

/// FNV-1a, which gives the same value in every build.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
