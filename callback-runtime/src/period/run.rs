//! The last calls: before a run ends, the handlers whose period has `last` run once more.

use crate::callback::HandlerId;
use crate::loops::Loop;
use crate::run::{Break, Run, RunCore, Stage};

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers whose period has `last`, unless they have just run.
    ///
    /// A loop that finishes calls this before it closes its outermost scope, while the state that the handlers ask for still exists. If it
    /// does not, they run at the end of the run, before the exits. In a run that is stopped they run without this call.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax with u64 as steps by hand { scope RUN { on_run_begin; after_step; on_run_end; } } }
    /// let mut state = State::new();
    /// state.insert(0_u64);
    /// state.insert(Vec::<u64>::new());
    /// let mut plan = Plan::<Relax>::new();
    /// let note = |step: &u64, steps: &mut Vec<u64>| steps.push(*step);
    /// plan.on(Relax::after_step, note).every(Period::steps(10).last());
    /// let outcome = plan.run(&mut state, |run| {
    ///     run.scope(Relax::RUN, |run| {
    ///         for step in 1..=25_u64 {
    ///             run.state().insert(step);
    ///             run.fire(Relax::after_step)?;
    ///         }
    ///         run.last_call()
    ///     })?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(state.get::<Vec<u64>>().unwrap(), &[10, 20, 25]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn last_call(&mut self) -> Result<(), Break> {
        self.core.apply_deferred()?;
        self.core.run_last_calls();
        self.core.check_interrupted()
    }
}

impl RunCore<'_> {
    /// Runs the handlers whose period has `last` once more, unless they have run at the current position. Stops at the first failure.
    pub(crate) fn run_last_calls(&mut self) {
        if self.run_state.stage != Stage::Running {
            return;
        }
        for at in self.resolved.periodic.iter() {
            for turn in self.dispatcher.turns(at) {
                if !self.run_state.has_failed() {
                    self.run_if_due_at_end(HandlerId::new(at, turn));
                }
            }
        }
    }
}
