//! What handlers answer, off the hot path: flows become wishes, errors and panics the failure.

use super::pending_flow::{PendingFlow, PendingKind};
use super::{RunState, Stage};
use crate::loops::{Breakpoint, BreakpointSet, Loop};
use crate::outcome::{Cause, Failure, Fault, Flow, Origin, Stop, quietly};
use crate::plan::Resolved;
use crate::raw::{Frame, HandlerStatus};
use crate::state::Ctx;
use std::ops::ControlFlow;

/// Refused stops are kept up to this number: a stopper that asks at every batch must not fill the memory.
const REFUSED_KEPT: usize = 100;

impl RunState {
    /// Takes in what a handler answered; gives back how it failed.
    #[cold]
    pub(crate) fn apply_status<L: Loop>(
        &mut self,
        resolved: &Resolved,
        at: usize,
        index: usize,
        status: HandlerStatus,
        frame: &mut Frame<'_>,
    ) -> Result<(), Cause> {
        match status {
            HandlerStatus::Continue => return Ok(()),
            HandlerStatus::MissingState => {
                self.skip(resolved, at, index);
                return Ok(());
            }
            HandlerStatus::Flow
            | HandlerStatus::Error
            | HandlerStatus::Group
            | HandlerStatus::BackgroundFailure => {}
        }
        match frame.context.reply.flow.take() {
            Some(flow) if self.accepts(&flow) => {
                let origin = origin::<L>(resolved, at, index);
                let state = Ctx::from(frame.view());
                self.pending_flow::<L>(flow, origin, &L::BREAKPOINTS[at], &state)
            }
            _ => Ok(()),
        }
    }

    /// Counts a handler that did not run for want of state, if it was to run at all.
    fn skip(&mut self, resolved: &Resolved, at: usize, index: usize) {
        let instance = resolved.lists[at][index].instance;
        if !self.swallowed.has_disabled(instance) {
            *self.skipped.entry((at, index)).or_insert(0) += 1;
        }
    }

    fn pending_flow<L: Loop>(
        &mut self,
        flow: Flow,
        origin: Origin,
        at: &Breakpoint,
        state: &Ctx<'_>,
    ) -> Result<(), Cause> {
        let kind = match flow {
            Flow::Continue => return Ok(()),
            Flow::Interrupt(reason) => PendingKind::Interrupt(reason.into_owned()),
            Flow::Stop(reason) => PendingKind::Stop(reason.into_owned()),
            Flow::Leave(left) => {
                let index = left.index_in::<L>();
                let open = |scope: &usize| Some(*scope) == index;
                match self.open.iter().rposition(open) {
                    None => return Err(Cause::NotOpen(left.to_string())),
                    Some(depth) => PendingKind::Leave(depth),
                }
            }
        };
        // Leaving the outermost scope may be the end of the run: it must be no way round what refuses stops.
        let refusable = matches!(&kind, PendingKind::Stop(_) | PendingKind::Leave(0));
        let refused = self.refuse_stops.filter(|_| refusable);
        if let Some(because) = refused.and_then(|rule| rule(state, at)) {
            self.record_refused(origin, &format!("{kind} (refused: {because})"));
        } else {
            self.add_pending(PendingFlow { kind, origin });
        }
        Ok(())
    }

    /// Whether a flow can have an effect here. At the end of an outermost scope there is no scope to leave.
    fn accepts(&self, flow: &Flow) -> bool {
        match self.stage {
            Stage::Running => true,
            Stage::Ending => !matches!(flow, Flow::Leave(_)),
            Stage::StopFired | Stage::Closing => false,
        }
    }

    fn add_pending(&mut self, pending_flow: PendingFlow) {
        if self.stage == Stage::Running {
            pending_flow.raise(&mut self.pending_flow);
            self.stop_firing();
        } else {
            // All breakpoints count as handled, so that the next one looks.
            let mut deferred = self.deferred.take().map(|deferred| *deferred);
            pending_flow.raise(&mut deferred);
            self.deferred = deferred.map(Box::new);
            self.leave_fast_path();
        }
    }

    fn record_refused(&mut self, origin: Origin, reason: &str) {
        quietly(|| tracing::info!(%origin, reason, "a stop is refused"));
        if self.refused.len() < REFUSED_KEPT {
            self.refused.push(Stop::new(origin, reason.to_owned()));
        }
    }

    /// Notes that something went wrong; the first is the failure, later ones are attached to it.
    pub(crate) fn fail(&mut self, fault: Fault) -> ControlFlow<()> {
        quietly(|| tracing::error!(%fault, "the run fails"));
        match &mut self.failure {
            Some(failure) => failure.attach(Failure::new(fault)),
            None => self.failure = Some(Failure::new(fault)),
        }
        self.stop_firing();
        ControlFlow::Break(())
    }

    /// Whether the run comes to its end: it is not only a scope that is left.
    pub(crate) fn is_stopping(&self) -> bool {
        let stops =
            |pending_flow: &PendingFlow| !matches!(pending_flow.kind, PendingKind::Leave(_));
        self.pending_flow.as_ref().is_some_and(stops)
    }

    /// From now on every firing hands on what is pending. All breakpoints count as handled, so that the empty ones look.
    pub(crate) fn stop_firing(&mut self) {
        self.has_pending = true;
        self.leave_fast_path();
    }

    fn leave_fast_path(&mut self) {
        self.slow_path = true;
        self.active = BreakpointSet::ALL;
    }

    /// A scope that was left is behind: the loop goes on.
    pub(crate) fn resume_firing(&mut self, resolved: &Resolved) {
        self.pending_flow = None;
        self.has_pending = false;
        self.slow_path = self.deferred.is_some();
        // What was wished at its end waits for the next breakpoint, handled or not.
        self.active = match self.deferred {
            Some(_) => BreakpointSet::ALL,
            None => resolved.active,
        };
    }
}

/// Who runs in a list.
pub(crate) fn origin<L: Loop>(resolved: &Resolved, at: usize, index: usize) -> Origin {
    let record = &resolved.lists[at][index];
    let name = resolved.names[record.instance].clone();
    Origin::handler(name, L::BREAKPOINTS[at], record.location)
}
