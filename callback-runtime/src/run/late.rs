//! What happened in the background, told in the loop: failures that surface later, and calls that were dropped.

use super::heed::origin;
use super::{Run, Stage};
use crate::background::Dropped;
use crate::breakpoint::Loop;
use std::ops::ControlFlow;

impl<L: Loop> Run<'_, L> {
    /// The callback of a handler failed in the background: that is a failure of the handler that was called then.
    #[cold]
    pub(super) fn surface(&mut self, instance: usize) -> ControlFlow<()> {
        let mut flow = ControlFlow::Continue(());
        for late in self.machine.workers().take_late(instance) {
            let (at, index) = late.whose;
            if self.blame(at, index, late.cause).is_break() {
                flow = ControlFlow::Break(());
            }
        }
        // No more than the loop does it go on after a failure that is the run's; but it is told of it.
        if flow.is_break() && self.course.stage < Stage::Closing {
            self.machine.workers().discard(instance);
        }
        flow
    }

    /// Waits until the background has done what waits there, and takes in how it failed.
    pub(super) fn settle(&mut self) {
        let instances = self.machine.workers().instances();
        self.machine.workers().wait_until_done();
        let had_failed = self.course.failure.is_some();
        for instance in instances {
            let _ = self.surface(instance);
        }
        // What fails behind the end of the loop leads to the exits, as it does there.
        if !had_failed && self.course.failure.is_some() && self.course.is_over {
            self.course.stage = self.course.stage.max(Stage::Ending);
        }
    }

    pub(super) fn dropped(&self) -> Vec<Dropped> {
        let dropped = self.machine.workers().dropped().into_iter();
        dropped
            .map(|((at, index), times)| {
                let origin = origin::<L>(self.resolved, at, index);
                Dropped::new(origin, times)
            })
            .collect()
    }
}
