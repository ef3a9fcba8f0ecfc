//! Collects the errors of one macro call, so that one compile reports all of them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;

/// The errors so far. Dropping it before [`Errors::into_compile_errors`] is a bug of this crate and panics.
pub(crate) struct Errors {
    /// `None` after `into_compile_errors` has taken the list.
    list: RefCell<Option<Vec<syn::Error>>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            list: RefCell::new(Some(Vec::new())),
        }
    }

    /// Reports `message` at the first to the last of `tokens`.
    pub(crate) fn report(&self, tokens: &impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports `message` at `span`.
    pub(crate) fn report_at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds an error that `syn` returned.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(list) = self.list.borrow_mut().as_mut() {
            list.push(error);
        }
    }

    /// Returns the number of errors so far.
    pub(crate) fn len(&self) -> usize {
        self.list.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Whether there is no error so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs `check` and returns whether it reports no error.
    pub(crate) fn passes(&self, check: impl FnOnce()) -> bool {
        let before = self.len();
        check();
        self.len() == before
    }

    /// Returns a `compile_error!` for each error.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.take()
            .into_iter()
            .map(syn::Error::into_compile_error)
            .collect()
    }

    /// Drops the errors, because another call of the macro reports them.
    pub(crate) fn ignore(self) {
        self.take();
    }

    fn take(&self) -> Vec<syn::Error> {
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

/// Returns the source line of `ident`, for a message at another place.
pub(crate) fn line_of(ident: &Ident) -> usize {
    ident.span().start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "errors were collected and not read")]
    fn dropping_unread_errors_panics() {
        drop(Errors::new());
    }

    #[test]
    fn every_error_becomes_a_compile_error() {
        let errors = Errors::new();
        errors.report_at(Span::call_site(), "one");
        errors.report_at(Span::call_site(), "two");
        let expanded = errors.into_compile_errors().to_string();
        assert_eq!(expanded.matches("compile_error").count(), 2);
    }
}
