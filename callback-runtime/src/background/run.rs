//! What happened in the background, told in the loop: failures that surface later, and calls that were dropped.

use super::Dropped;
use crate::callback::CallbackId;
use crate::run::{RunCore, Stage};
use std::ops::ControlFlow;

impl RunCore<'_> {
    /// The callback of a handler failed in the background: that is a failure of the handler that was called then.
    #[cold]
    pub(crate) fn report_background(&mut self, callback: CallbackId) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        for failed in self.dispatcher.workers().take_failures(callback) {
            if self.report_failure(failed.handler, failed.cause).is_break() {
                flow = ControlFlow::Break(());
            }
        }
        // No more than the loop does it go on after a failure that is the run's; but it is told of it.
        if flow.is_break() && self.run_state.stage < Stage::Closing {
            self.dispatcher.workers().discard(callback);
        }
        flow
    }

    /// Waits until the background has done what waits there, and takes in how it failed.
    pub(crate) fn wait_for_background(&mut self) {
        let callbacks = self.dispatcher.workers().callbacks();
        self.dispatcher.workers().wait_until_done();
        let had_failed = self.run_state.has_failed();
        for callback in callbacks {
            let _ = self.report_background(callback);
        }
        // What fails behind the end of the loop leads to the exits, as it does there.
        if !had_failed && self.run_state.has_failed() && self.run_state.body_is_done {
            self.run_state.stage = self.run_state.stage.max(Stage::Ending);
        }
    }

    pub(crate) fn dropped(&self) -> Vec<Dropped> {
        let dropped = self.dispatcher.workers().dropped().into_iter();
        dropped
            .map(|(handler, times)| Dropped::new(self.origin(handler), times))
            .collect()
    }
}
