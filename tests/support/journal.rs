//! What happened in a test, in order.
#![allow(dead_code, reason = "a test that only needs to make one reads none")]

use std::cell::RefCell;
use std::rc::Rc;

/// A list of lines that everything in a test writes into, and the test reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Rc<RefCell<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// The lines so far; the journal is empty afterwards.
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}
