//! A name for the macro beside a loop. Exported macros of a crate share one namespace, whatever module they are in,
//! so the name says where the loop is declared and what is in it.

use crate::breakpoints::syntax::Declaration;
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;

pub(super) fn macro_name(declaration: &Declaration) -> Ident {
    let span = declaration.name.span();
    let start = span.start();
    let file = span.file();
    let place = format!("{file}:{}:{}", start.line, start.column);
    // Where places are unknown, as in an editor, what is written tells loops apart.
    let seal = hash(&format!("{place} {}", declaration.tokens));
    let name = declaration.name.unraw();
    Ident::new(
        &format!("__callback_loop_{name}_{seal:016x}"),
        Span::mixed_site(),
    )
}

/// FNV-1a, because it has to be the same in every build.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
