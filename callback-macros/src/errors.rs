//! Every error in one compile.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;

/// Collects errors until they are read; dropping it unread is a bug of ours and panics.
pub(crate) struct Errors {
    /// `None` once they have been read.
    list: RefCell<Option<Vec<syn::Error>>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            list: RefCell::new(Some(Vec::new())),
        }
    }

    /// Reports `message` where `place` is written.
    pub(crate) fn at(&self, place: &impl ToTokens, message: impl Display) {
        self.add(syn::Error::new_spanned(place, message));
    }

    /// Reports `message` at a single token.
    pub(crate) fn at_span(&self, span: Span, message: impl Display) {
        self.add(syn::Error::new(span, message));
    }

    pub(crate) fn add(&self, error: syn::Error) {
        if let Some(list) = self.list.borrow_mut().as_mut() {
            list.push(error);
        }
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Whether `check` finds nothing wrong.
    pub(crate) fn none_in(&self, check: impl FnOnce()) -> bool {
        let before = self.count();
        check();
        self.count() == before
    }

    /// What the compiler is to say.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.read()
            .into_iter()
            .map(syn::Error::into_compile_error)
            .collect()
    }

    fn read(&self) -> Vec<syn::Error> {
        self.list.borrow_mut().take().unwrap_or_default()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        let unread = self.list.borrow().is_some();
        assert!(
            !unread || std::thread::panicking(),
            "errors were collected and not read"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "errors were collected and not read")]
    fn dropped_unread_is_a_bug() {
        drop(Errors::new());
    }

    #[test]
    fn all_of_them_are_told() {
        let errors = Errors::new();
        errors.at_span(Span::call_site(), "one");
        errors.at_span(Span::call_site(), "two");
        let told = errors.into_compile_errors().to_string();
        assert_eq!(told.matches("compile_error").count(), 2);
    }
}
