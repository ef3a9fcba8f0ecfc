//! Handling what handlers return, outside of the hot path: flows interrupt the run, errors and panics fail it.

use super::pending_flow::{PendingFlow, PendingKind};
use super::{RunCore, RunState, Stage};
use crate::callback::HandlerId;
use crate::loops::LoopInfo;
use crate::outcome::{Cause, Flow, Origin, Reason, Remark, quietly};
use crate::raw::HandlerStatus;
use crate::state::Ctx;

impl RunCore<'_> {
    /// Handles the status of a call that did not return `Continue`. Returns an `Err` if that fails, as for a leave of a scope that is not open.
    #[cold]
    pub(crate) fn apply_status(
        &mut self,
        handler: HandlerId,
        status: HandlerStatus,
    ) -> Result<(), Cause> {
        match status {
            HandlerStatus::Continue => return Ok(()),
            HandlerStatus::MissingState => {
                self.count_skipped(handler);
                return Ok(());
            }
            HandlerStatus::Flow
            | HandlerStatus::Error
            | HandlerStatus::Group
            | HandlerStatus::BackgroundFailure => {}
        }
        let ends_round = self.loop_info.breakpoints[handler.breakpoint].is_round_end();
        match self.frame.context.reply.flow.take() {
            Some(flow) if self.run_state.accepts(&flow, ends_round) => {
                self.apply_flow(handler, flow)
            }
            _ => Ok(()),
        }
    }

    /// Interrupts the run with a flow, unless the rule of the plan refuses it.
    fn apply_flow(&mut self, handler: HandlerId, flow: Flow) -> Result<(), Cause> {
        match flow {
            Flow::Save => {
                self.run_state.request_save(handler);
                return Ok(());
            }
            Flow::Remark(text) => {
                self.add_remark(handler, &text);
                return Ok(());
            }
            _ => {}
        }
        let Some(kind) = self.run_state.kind_of(flow, self.loop_info)? else {
            return Ok(());
        };
        let origin = self.origin(handler);
        // Leaving the outermost scope may end the run, so the rule that refuses stops applies to it, too.
        let is_refusable = matches!(&kind, PendingKind::Stop(_) | PendingKind::Leave(0));
        let rule = self.run_state.refuse_stops.filter(|_| is_refusable);
        let breakpoint = &self.loop_info.breakpoints[handler.breakpoint];
        let state = Ctx::from(self.frame.view());
        match rule.and_then(|rule| rule(&state, breakpoint)) {
            Some(because) => {
                let reason = format!("{kind} (refused: {because})");
                self.run_state.refuse(origin, reason);
            }
            None if matches!(kind, PendingKind::Interrupt(_))
                && self.run_state.stage == Stage::Running
                && self.delays_interrupts() =>
            {
                self.run_state.delay(PendingFlow { kind, origin });
            }
            None => self.run_state.add_flow(PendingFlow { kind, origin }),
        }
        Ok(())
    }

    /// Reports what a handler remarks at once, and with the outcome.
    fn add_remark(&mut self, handler: HandlerId, text: &Reason) {
        let callback = &self.resolved.names[self.dispatcher.record(handler).callback];
        let text = text.text();
        quietly(|| tracing::warn!(%callback, "{text}"));
        Remark::add(
            format!("{callback}: {text}"),
            &mut self.run_state.cold.remarks,
        );
    }

    /// Returns the origin of what a handler returned, for reports.
    pub(crate) fn origin(&self, handler: HandlerId) -> Origin {
        let record = self.dispatcher.record(handler);
        let name = self.resolved.names[record.callback].clone();
        let breakpoint = self.loop_info.breakpoints[handler.breakpoint];
        let attached_at = self.resolved.attached_at[record.callback];
        Origin::handler(name, breakpoint, record.location, attached_at)
    }
}

impl RunState {
    /// Returns what a flow does to the run; `None` for `Continue`. Leaving a scope that is not open is an error.
    fn kind_of(&self, flow: Flow, loop_info: &LoopInfo) -> Result<Option<PendingKind>, Cause> {
        Ok(match flow {
            Flow::Continue | Flow::Save | Flow::Remark(_) => None,
            Flow::Interrupt(reason) => Some(PendingKind::Interrupt(reason)),
            Flow::Stop(reason) => Some(PendingKind::Stop(reason)),
            Flow::Leave(exit) => {
                let scope = exit.scope_of(loop_info);
                match self.open.iter().rposition(|open| Some(*open) == scope) {
                    None => return Err(Cause::NotOpen(exit.to_string())),
                    Some(depth) => Some(PendingKind::Leave(depth)),
                }
            }
        })
    }

    /// Whether a flow can take effect in this stage. At the end of an outermost scope there is no scope to leave, and nothing to resume unless
    /// the scope is a round.
    fn accepts(&self, flow: &Flow, ends_round: bool) -> bool {
        match self.stage {
            Stage::Running => true,
            Stage::Ending if *flow == Flow::Save => ends_round,
            Stage::Ending => !matches!(flow, Flow::Leave(_)),
            Stage::StopFired | Stage::Closing => false,
        }
    }
}
