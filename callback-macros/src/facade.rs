//! Where generated code finds `callbacks`.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{Path, PathSegment, Token};

/// `::callbacks`, unless the user says `crate = path`.
pub(crate) fn default_crate() -> Path {
    let mut segments = Punctuated::new();
    segments.push(segment("callbacks"));
    Path {
        leading_colon: Some(Token![::](Span::mixed_site())),
        segments,
    }
}

/// The loop of a block that names none: `krate::Fit`.
pub(crate) fn default_loop(krate: &Path) -> Path {
    let mut path = krate.clone();
    path.segments.push(segment("Fit"));
    path
}

/// The module that generated code takes everything from.
pub(crate) fn private(krate: &Path) -> Path {
    let mut path = krate.clone();
    path.segments.push(segment("__private"));
    path
}

fn segment(name: &str) -> PathSegment {
    PathSegment::from(Ident::new(name, Span::mixed_site()))
}
