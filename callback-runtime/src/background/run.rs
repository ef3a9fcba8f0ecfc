//! How a run reports what happened in the background: the failures of calls, and the calls that were dropped.

use super::Dropped;
use crate::callback::CallbackId;
use crate::run::{RunCore, Stage};
use std::ops::ControlFlow;

impl RunCore<'_> {
    /// Reports the failures of a callback in the background, each as a failure of the handler that was called.
    #[cold]
    pub(crate) fn report_background(&mut self, callback: CallbackId) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        for failure in self.dispatcher.workers().take_failures(callback) {
            if self
                .report_failure(failure.handler, failure.cause)
                .is_break()
            {
                flow = ControlFlow::Break(());
            }
        }
        // After a failure of the run, the worker makes no further calls either. Calls from the end of the run are still made.
        if flow.is_break() && self.run_state.stage < Stage::Closing {
            self.dispatcher.workers().discard(callback);
        }
        flow
    }

    /// Waits until the workers have made all queued calls, and reports their failures.
    pub(crate) fn wait_for_background(&mut self) {
        let callbacks = self.dispatcher.workers().callbacks();
        self.dispatcher.workers().wait_until_done();
        let had_failed = self.run_state.has_failed();
        for callback in callbacks {
            let _ = self.report_background(callback);
        }
        // A failure after the end of the loop's body leads to the exits, as a failure in the loop does there.
        if !had_failed && self.run_state.has_failed() && self.run_state.body_is_done {
            self.run_state.stage = self.run_state.stage.max(Stage::Ending);
        }
    }

    /// Returns the handlers with calls that were dropped in this run.
    pub(crate) fn dropped(&self) -> Vec<Dropped> {
        let dropped = self.dispatcher.workers().dropped().into_iter();
        let dropped = dropped.map(|(handler, times)| Dropped {
            origin: self.origin(handler),
            times,
        });
        dropped.collect()
    }
}
