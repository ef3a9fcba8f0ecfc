//! What the handlers of a group came to, taken in as if they had run one after the other.

use crate::loops::Loop;
use crate::outcome::{Cause, Fault, Origin};
use crate::raw::{HandlerStatus, MemberResult};
use crate::run::Run;
use std::ops::ControlFlow;

impl<L: Loop> Run<'_, L> {
    /// The first failure in the order of the list is the failure. What those behind it failed with is attached; what else they
    /// answered is not heard, as they would not have run.
    pub(crate) fn handle_group(&mut self, at: usize) -> ControlFlow<()> {
        let Some(group_result) = self.frame.take_group_result() else {
            return ControlFlow::Continue(());
        };
        let mut so_far = ControlFlow::Continue(());
        for (index, results) in group_result.results {
            if so_far.is_break()
                && matches!(results, MemberResult::MissingState | MemberResult::Flow(_))
            {
                continue;
            }
            if self.handle_member(at, index, results).is_break() {
                so_far = ControlFlow::Break(());
            }
        }
        match group_result.executor_panic {
            Some(panic) => {
                let cause = Cause::of_panic(panic);
                self.run_state.fail(Fault::new(Origin::of_loop(), cause))
            }
            None => so_far,
        }
    }

    fn handle_member(&mut self, at: usize, index: usize, results: MemberResult) -> ControlFlow<()> {
        match results {
            MemberResult::Continue => ControlFlow::Continue(()),
            MemberResult::MissingState => {
                self.handle_status(at, index, HandlerStatus::MissingState)
            }
            MemberResult::Flow(flow) => {
                self.frame.context.reply.flow = Some(flow);
                self.handle_status(at, index, HandlerStatus::Flow)
            }
            MemberResult::Error(error) => self.report_failure(at, index, Cause::Error(error)),
            MemberResult::Panicked(panic) => self.report_failure(at, index, Cause::of_panic(panic)),
            MemberResult::Unconverted(panic) => self.fail_at(at, index, Cause::of_panic(panic)),
        }
    }
}
