//! Handles the results of a group as if its handlers had run one after the other.

use crate::callback::HandlerId;
use crate::loops::BreakpointId;
use crate::outcome::{Cause, Fault, Origin};
use crate::raw::{HandlerStatus, MemberResult};
use crate::run::RunCore;
use std::ops::ControlFlow;

impl RunCore<'_> {
    /// Handles the results of the group that ended the list of a breakpoint. The first failure in the order of the list fails the run, and
    /// later failures are attached to it. Other results after a failure are ignored, because these handlers would not have run.
    pub(crate) fn handle_group(&mut self, breakpoint: BreakpointId) -> ControlFlow<()> {
        let Some(group_result) = self.frame.group_result.take() else {
            return ControlFlow::Continue(());
        };
        let mut outcome = ControlFlow::Continue(());
        for (turn, result) in group_result.results {
            if outcome.is_break()
                && matches!(result, MemberResult::MissingState | MemberResult::Flow(_))
            {
                continue;
            }
            let handler = HandlerId::new(breakpoint, turn);
            if self.handle_member(handler, result).is_break() {
                outcome = ControlFlow::Break(());
            }
        }
        match group_result.executor_panic {
            Some(panic) => {
                let cause = Cause::of_panic(panic);
                self.run_state.fail(Fault::new(Origin::of_loop(), cause))
            }
            None => outcome,
        }
    }

    /// Handles the result of one handler.
    fn handle_member(&mut self, handler: HandlerId, result: MemberResult) -> ControlFlow<()> {
        match result {
            MemberResult::Continue => ControlFlow::Continue(()),
            MemberResult::MissingState => self.handle_status(handler, HandlerStatus::MissingState),
            MemberResult::Flow(flow) => {
                self.frame.context.reply.flow = Some(flow);
                self.handle_status(handler, HandlerStatus::Flow)
            }
            MemberResult::Error(error) => self.report_failure(handler, Cause::Error(error)),
            MemberResult::Panicked(panic) => self.report_failure(handler, Cause::of_panic(panic)),
            MemberResult::ConversionPanicked(panic) => {
                self.fail_at(handler, Cause::of_panic(panic))
            }
        }
    }
}
