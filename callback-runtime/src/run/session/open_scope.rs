//! A scope that ends when it is dropped.

use super::Session;
use crate::loops::Loop;
use std::fmt;

/// A scope that a [`Session`] has opened. It ends when this value is dropped.
///
/// ```
/// # use callbacks::prelude::*;
/// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; after_step; } on_run_end; } } }
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, || Flow::stop("one is enough"));
/// let session = plan.session().start()?;
/// let step = session.open(Relax::STEP);
/// assert!(step.is_some());
/// drop(step);
/// assert!(session.open(Relax::STEP).is_none());
/// assert!(session.finish().stopped().is_some());
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "the scope ends when this is dropped"]
pub struct OpenScope<'s, 'm, L: Loop> {
    session: &'s Session<'m, L>,
    /// The number of open scopes, with this one.
    depth: usize,
}

impl<'s, 'm, L: Loop> OpenScope<'s, 'm, L> {
    pub(super) const fn new(session: &'s Session<'m, L>, depth: usize) -> Self {
        Self { session, depth }
    }
}

impl<L: Loop> Drop for OpenScope<'_, '_, L> {
    fn drop(&mut self) {
        self.session.end(self.depth);
    }
}

impl<L: Loop> fmt::Debug for OpenScope<'_, '_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenScope")
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}
