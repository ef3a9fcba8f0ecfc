//! The rounds that a loop of a program's own has left, also after it was resumed.

use super::Run;
use super::session::Session;
use crate::loops::Rounds;
use crate::period::{Amount, Counter};
use crate::state::Ctx;
use std::ops::Range;

impl<L: Rounds> Run<'_, L> {
    /// Returns the rounds that are left until `total` are made, counted from 0: `0..total`, or fewer in a run that was resumed, whose counter
    /// begins at the round of the saved run. Write it where a loop that is never resumed has `0..total`. If the saved run had made them all, none is
    /// left, and the outcome has a remark.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// breakpoints! {
    ///     loop Relax with Step as steps {
    ///         scope STEP counts Step { before_step; after_step completes Step; }
    ///     }
    /// }
    ///
    /// let mut state = State::new();
    /// let mut relax = |total| {
    ///     let mut made = Vec::new();
    ///     let outcome = Plan::<Relax>::new().run(&mut state, |run| {
    ///         for step in run.rounds(total) {
    ///             run.scope(Relax::STEP, |_| Ok(made.push(step)))?;
    ///         }
    ///         Ok(())
    ///     });
    ///     outcome.map(|_| made)
    /// };
    /// assert_eq!(relax(3)?, [0, 1, 2]);
    /// // A run that is resumed finds the counter in the state, as this one does.
    /// assert_eq!(relax(5)?, [3, 4]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn rounds(&mut self, total: u64) -> Range<u64> {
        let left = rounds_left::<L>(&self.state(), total);
        let is_done = total > 0 && left.is_empty();
        self.core.run_state.end_saved_rounds(is_done);
        left
    }
}

impl<L: Rounds> Session<'_, L> {
    /// Returns the rounds that are left until `total` are made, as [`Run::rounds`] does; none if the session has ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax with Step as steps { scope STEP counts Step { before_step; after_step completes Step; } } }
    /// let session = Plan::<Relax>::new().session().start()?;
    /// let steps = session.each(Relax::STEP, session.rounds(3));
    /// assert_eq!(steps.collect::<Vec<_>>(), [0, 1, 2]);
    /// assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn rounds(&self, total: u64) -> Range<u64> {
        let run = self.run();
        run.map_or(total..total, |mut run| run.call(|run| run.rounds(total)))
    }
}

fn rounds_left<L: Rounds>(state: &Ctx<'_>, total: u64) -> Range<u64> {
    let counter = state.get::<L::Counter>();
    let made = counter.and_then(|counter| Amount::from(counter.count()).whole());
    made.unwrap_or_default().min(total)..total
}
