//! The paths by which generated code refers to `callbacks`.

use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{Path, PathSegment, Token};

/// Returns `::callbacks`, which `crate = path` replaces.
pub(crate) fn default_crate_path() -> Path {
    let mut segments = Punctuated::new();
    segments.push(segment("callbacks"));
    Path {
        leading_colon: Some(Token![::](Span::mixed_site())),
        segments,
    }
}

/// Returns `krate::Fit`, the loop of a block that names none.
pub(crate) fn default_loop_path(krate: &Path) -> Path {
    let mut path = krate.clone();
    path.segments.push(segment("Fit"));
    path
}

/// Returns `krate::__private`, the module that contains every item that generated code names.
pub(crate) fn private_module(krate: &Path) -> Path {
    let mut path = krate.clone();
    path.segments.push(segment("__private"));
    path
}

fn segment(name: &str) -> PathSegment {
    PathSegment::from(Ident::new(name, Span::mixed_site()))
}
