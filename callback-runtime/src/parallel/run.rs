//! What the handlers of a group came to, taken in as if they had run one after the other.

use crate::callback::HandlerId;
use crate::loops::BreakpointId;
use crate::outcome::{Cause, Fault, Origin};
use crate::raw::{HandlerStatus, MemberResult};
use crate::run::RunCore;
use std::ops::ControlFlow;

impl RunCore<'_> {
    /// The first failure in the order of the list is the failure. What those behind it failed with is attached; what else they
    /// answered is not heard, as they would not have run.
    pub(crate) fn handle_group(&mut self, at: BreakpointId) -> ControlFlow<()> {
        let Some(group_result) = self.frame.group_result.take() else {
            return ControlFlow::Continue(());
        };
        let mut so_far = ControlFlow::Continue(());
        for (turn, result) in group_result.results {
            if so_far.is_break()
                && matches!(result, MemberResult::MissingState | MemberResult::Flow(_))
            {
                continue;
            }
            if self
                .handle_member(HandlerId::new(at, turn), result)
                .is_break()
            {
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
