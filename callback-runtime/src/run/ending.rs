//! The beginning of a run, and its one ending.

use super::pending_flow::PendingKind;
use super::{Break, RunCore, Stage};
use crate::callback::{HandlerId, Rank};
use crate::loops::{Breakpoint, BreakpointId, Role};
use crate::outcome::{Ending, Failure, Outcome, Stop, quietly};
use crate::period::Due;
use crate::state::Ctx;

impl RunCore<'_> {
    /// Enters every callback, in order. If one fails, it and the callbacks after it do not count as entered. Returns an `Err` if the run is
    /// interrupted.
    pub(crate) fn enter(&mut self) -> Result<(), Break> {
        let restore = self.take_restore();
        self.run_state.entered = Rank::new(self.resolved.order.len());
        if let Some(at) = self.loop_info.first_with_role(Role::Enter)
            && let Some(failed) = self.run_list(at)
        {
            self.run_state.entered = self.dispatcher.record(failed).rank;
        }
        self.check_interrupted()?;
        self.restore(restore)
    }

    /// Ends the run: fires the stop or the error breakpoint, then exits every entered callback.
    pub(crate) fn end(mut self) -> Outcome {
        self.check_reopened();
        // The loop came to no resume point since.
        self.run_state.apply_interrupt();
        if !self.run_state.has_failed() {
            self.run_last_calls();
            self.fire_stop();
            self.remark_unsaved();
        }
        self.wait_for_background();
        if self.run_state.has_failed() && self.run_state.stage < Stage::Ending {
            self.fire_error();
            self.wait_for_background();
            self.save_failed();
        }
        let outcome = self.outcome();
        let mut outcome = self.exit(outcome);
        self.dispatcher.workers().stop();
        outcome.set_skipped(self.skipped());
        quietly(|| warn_of(&outcome));
        self.restore_outer_values();
        self.forget_saved_runs();
        outcome
    }

    /// Fires the error breakpoint of the loop. The handlers of all entered callbacks run, whatever any of them returns.
    fn fire_error(&mut self) {
        // In this stage, flows have no effect and a failure does not fire the error breakpoint again.
        self.run_state.stage = Stage::Closing;
        let Some(at) = self.loop_info.first_with_role(Role::Error) else {
            return;
        };
        for turn in self.dispatcher.turns(at) {
            let handler = HandlerId::new(at, turn);
            if self.dispatcher.record(handler).rank < self.run_state.entered {
                if let Some(failure) = self.run_state.failure() {
                    let failure = failure.clone();
                    self.frame.view().insert(failure);
                }
                self.run_one(handler);
            }
        }
    }

    /// Exits the entered callbacks in reverse order, whatever the handlers return. Each handler finds the outcome in the state.
    fn exit(&mut self, mut outcome: Outcome) -> Outcome {
        self.run_state.stage = Stage::Closing;
        drop(self.run_state.take_failure());
        let Some(at) = self.loop_info.first_with_role(Role::Exit) else {
            return outcome;
        };
        for handler in self.exits(at) {
            self.frame.view().insert(outcome.clone());
            self.run_one(handler);
            if let Some(failure) = self.run_state.take_failure() {
                outcome.attach(failure);
            }
            // The next handler finds the failures of this one in the outcome.
            outcome.set_swallowed(self.run_state.cold.swallowed.report());
        }
        outcome
    }

    /// Returns the exit handlers of the entered callbacks: callbacks in reverse order, the handlers of one callback in their order.
    fn exits(&self, at: BreakpointId) -> Vec<HandlerId> {
        let rank = |handler: &HandlerId| self.dispatcher.record(*handler).rank;
        let handlers = self.dispatcher.turns(at);
        let handlers = handlers.map(|turn| HandlerId::new(at, turn));
        let entered = |handler: &HandlerId| rank(handler) < self.run_state.entered;
        let entered: Vec<HandlerId> = handlers.filter(entered).collect();
        // The handlers of a breakpoint are in the order of their callbacks.
        let callbacks = entered.chunk_by(|handler, next| rank(handler) == rank(next));
        callbacks.rev().flatten().copied().collect()
    }

    /// Makes the outcome of the run before its exits.
    fn outcome(&mut self) -> Outcome {
        let pending = self.run_state.pending_flow();
        let stopped = pending.and_then(|pending| Some((&pending.kind, pending.as_stop()?)));
        let ending = match (self.run_state.failure(), stopped) {
            (Some(failure), _) => Ending::Failed(failure.clone()),
            (None, Some((PendingKind::Interrupt(_), stop))) => Ending::Interrupted(stop),
            (None, Some((_, stop))) => Ending::Stopped(stop),
            (None, None) => Ending::Finished,
        };
        let remarks = self.remarks(matches!(ending, Ending::Finished));
        Outcome::new(ending, remarks)
    }

    /// Removes the values that the run inserted into the state, and restores the values that they replaced: a handler may run another
    /// plan on the state of its own run.
    fn restore_outer_values(&mut self) {
        let OuterValues {
            breakpoint,
            due,
            stop,
            failure,
            outcome,
        } = std::mem::take(&mut self.run_state.cold.outer_values);
        restore(&mut self.state(), breakpoint);
        restore(&mut self.state(), due);
        restore(&mut self.state(), stop);
        restore(&mut self.state(), failure);
        restore(&mut self.state(), outcome);
    }
}

/// Logs the calls that were dropped and the handlers that did not run.
fn warn_of(outcome: &Outcome) {
    if let [first, more @ ..] = outcome.dropped() {
        let (origin, times, more) = (first.origin(), first.times(), more.len());
        tracing::warn!(%origin, times, more, "calls in the background were dropped");
    }
    if let [first, more @ ..] = outcome.skipped() {
        let more = more.len();
        tracing::warn!(%first, more, "handlers were skipped, because state they require was absent");
    }
    if let [first, more @ ..] = outcome.never_due() {
        let more = more.len();
        tracing::warn!(%first, more, "handlers were never due, because a counter did not move");
    }
}

/// The values that were in the state before the run, of the types that the run inserts itself.
#[derive(Default)]
pub(crate) struct OuterValues {
    breakpoint: Option<Breakpoint>,
    due: Option<Due>,
    stop: Option<Stop>,
    failure: Option<Failure>,
    outcome: Option<Outcome>,
}

impl OuterValues {
    /// Removes the values from the state.
    pub(crate) fn take(state: &mut Ctx<'_>) -> Self {
        Self {
            breakpoint: take(state),
            due: take(state),
            stop: take(state),
            failure: take(state),
            outcome: take(state),
        }
    }
}

fn take<T: 'static>(state: &mut Ctx<'_>) -> Option<T> {
    // A lent value cannot be removed, but no loop lends the types that a run inserts.
    state.remove().ok().flatten()
}

/// Puts a value back into the state; removes the value of the run if there was none.
fn restore<T: 'static>(state: &mut Ctx<'_>, outer_value: Option<T>) {
    match outer_value {
        Some(value) => drop(state.insert(value)),
        None => drop(take::<T>(state)),
    }
}
