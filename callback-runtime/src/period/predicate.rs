//! The closures of `Period::when` and `Period::only_when`.

use super::Position;
use std::fmt;
use std::sync::Arc;

/// A function of the position. A predicate is equal only to its clones.
#[derive(Clone)]
pub(super) struct Predicate(Arc<dyn Fn(&Position) -> bool + Send + Sync>);

impl Predicate {
    pub(super) fn new(predicate: impl Fn(&Position) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(predicate))
    }

    /// Calls the function.
    pub(super) fn holds(&self, now: &Position) -> bool {
        (self.0)(now)
    }
}

impl PartialEq for Predicate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Predicate")
    }
}
