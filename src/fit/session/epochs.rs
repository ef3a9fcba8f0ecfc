//! The epochs of a session.

use super::FitSession;
use crate::fit::Fit;
use crate::fit::epochs::{next_epoch, record_epoch};
use callback_runtime::{Location, OpenScope};
use std::fmt;

/// The epochs of a [`FitSession`]; see [`FitSession::epochs`].
///
/// ```
/// # use callbacks::prelude::*;
/// let fit = Fit::session(2).start()?;
/// let mut epochs = fit.epochs();
/// while let Some(epoch) = epochs.next() {
///     println!("epoch {epoch}");
/// }
/// drop(epochs);
/// assert!(fit.finish().is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "iterators are lazy"]
pub struct SessionEpochs<'s, 'm> {
    fit: &'s FitSession<'m>,
    /// Where the loop asks for the epochs.
    caller: Location,
    /// The epoch under way.
    open: Option<OpenScope<'s, 'm, Fit>>,
}

impl<'s, 'm> SessionEpochs<'s, 'm> {
    pub(super) const fn new(fit: &'s FitSession<'m>, caller: Location) -> Self {
        Self {
            fit,
            caller,
            open: None,
        }
    }

    /// Ends the epoch under way.
    fn end(&mut self, by_break: bool) {
        let Some(open) = self.open.take() else {
            return;
        };
        let was_interrupted = self.fit.session.is_interrupted();
        self.fit.end_record(by_break);
        drop(open);
        if !self.fit.session.has_failed() {
            self.fit.update(record_epoch);
        }
        // A stop inside of an epoch has cut it short.
        if !(by_break || was_interrupted && self.fit.session.is_interrupted()) {
            self.fit.resume_point_between_epochs();
        }
    }
}

impl Iterator for SessionEpochs<'_, '_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.end(false);
        while !self.fit.session.is_interrupted() {
            let resumed = self.fit.resumed.get();
            let epoch = self.fit.update(|state| next_epoch(state, resumed))?;
            self.open = self.fit.session.open_at(Fit::EPOCH, self.caller);
            if self.open.is_some() {
                return Some(epoch);
            }
            self.fit.resumed.take();
            if !self.fit.session.has_failed() {
                self.fit.update(record_epoch);
            }
            self.fit.resume_point_between_epochs();
        }
        None
    }
}

impl Drop for SessionEpochs<'_, '_> {
    fn drop(&mut self) {
        self.end(true);
    }
}

impl fmt::Debug for SessionEpochs<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEpochs").finish_non_exhaustive()
    }
}
