//! The last call: handlers whose period says `last` run once more before a run ends.

use crate::callback::HandlerId;
use crate::loops::Loop;
use crate::run::{Break, Run, RunCore, Stage};

impl<L: Loop> Run<'_, L> {
    /// Says that the loop comes to its end by itself: handlers whose period says `last` run now, unless they have just run. A loop
    /// says so before it closes its outermost scope, while the state that they ask for is still there. Where it does not, they
    /// run at the very end, before the exits; where the run is stopped, they run without being called.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax with u64 as steps { scope RUN { on_run_begin; after_step; on_run_end; } } }
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
    /// Runs the handlers that owe a last call.
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
