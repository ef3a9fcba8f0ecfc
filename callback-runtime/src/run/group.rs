//! What the handlers of a group came to, taken in as if they had run one after the other.

use super::Run;
use crate::breakpoint::Loop;
use crate::failure::{Cause, Fault, Origin};
use crate::raw::{Code, Done};
use std::ops::ControlFlow;

impl<L: Loop> Run<'_, L> {
    /// The first failure in the order of the list is the failure. What those behind it failed with is attached; what else they
    /// answered is not heard, as they would not have run.
    pub(super) fn heed_group(&mut self, at: usize) -> ControlFlow<()> {
        let Some(together) = self.frame.take_together() else {
            return ControlFlow::Continue(());
        };
        let mut so_far = ControlFlow::Continue(());
        for (index, done) in together.done {
            if so_far.is_break() && matches!(done, Done::Absent | Done::Raised(_)) {
                continue;
            }
            if self.heed_done(at, index, done).is_break() {
                so_far = ControlFlow::Break(());
            }
        }
        match together.broken {
            Some(panic) => {
                let cause = Cause::of_panic(panic);
                self.course.fail(Fault::new(Origin::of_loop(), cause))
            }
            None => so_far,
        }
    }

    fn heed_done(&mut self, at: usize, index: usize, done: Done) -> ControlFlow<()> {
        match done {
            Done::Continue => ControlFlow::Continue(()),
            Done::Absent => self.heed_code(at, index, Code::Absent),
            Done::Raised(flow) => {
                self.frame.handed.sink.flow = Some(flow);
                self.heed_code(at, index, Code::Raised)
            }
            Done::Failed(error) => self.blame(at, index, Cause::Error(error)),
            Done::Panicked(panic) => self.blame(at, index, Cause::of_panic(panic)),
            Done::Unconverted(panic) => self.fail_at(at, index, Cause::of_panic(panic)),
        }
    }
}
