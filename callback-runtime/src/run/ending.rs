//! The beginning of a run, and its one ending.

use super::pending_flow::PendingKind;
use super::{Break, Run, Stage};
use crate::loops::{Breakpoint, Loop, Role};
use crate::outcome::{Ending, Failure, Outcome, Skipped, Stop, quietly};
use crate::period::Due;
use crate::plan::with_role;
use crate::state::Ctx;

impl<L: Loop> Run<'_, L> {
    /// Enters every callback, in order. The first that fails ends it: it and the ones behind it have not been entered.
    pub(crate) fn enter(&mut self) -> Result<(), Break> {
        self.run_state.entered = self.resolved.order.len();
        if let Some(at) = with_role::<L>(Role::Enter)
            && let Some(failed) = self.run_list(at)
        {
            self.run_state.entered = self.resolved.lists[at][failed].rank;
        }
        self.check_pending()
    }

    /// The one ending: the loop is told how it ends, then every entered callback exits.
    pub(crate) fn end(mut self) -> Outcome {
        if self.run_state.failure.is_none() {
            self.run_last_calls();
            self.fire_stop();
        }
        self.wait_for_background();
        if self.run_state.failure.is_some() && self.run_state.stage < Stage::Ending {
            self.fire_error();
            self.wait_for_background();
        }
        let outcome = self.outcome();
        let mut outcome = self.exit(outcome);
        self.dispatcher.workers().stop();
        outcome.set_skipped(self.skipped());
        quietly(|| warn_of(&outcome));
        self.restore_outer_values();
        outcome
    }

    /// Fires the loop's error breakpoint. Every callback that was entered is told, whatever the others answer.
    fn fire_error(&mut self) {
        // From here on flows have no effect, and this is not told twice.
        self.run_state.stage = Stage::Closing;
        let Some(at) = with_role::<L>(Role::Error) else {
            return;
        };
        for index in 0..self.dispatcher.len(at) {
            if self.resolved.lists[at][index].rank < self.run_state.entered {
                if let Some(failure) = &self.run_state.failure {
                    self.frame.view().insert(failure.clone());
                }
                self.run_one(at, index);
            }
        }
    }

    /// Exits the entered callbacks in reverse order, each told how the run ended, whatever the others answer.
    fn exit(&mut self, mut outcome: Outcome) -> Outcome {
        self.run_state.stage = Stage::Closing;
        self.run_state.failure = None;
        let Some(at) = with_role::<L>(Role::Exit) else {
            return outcome;
        };
        for index in self.exits(at) {
            self.frame.view().insert(outcome.clone());
            self.run_one(at, index);
            if let Some(failure) = self.run_state.failure.take() {
                outcome.attach(failure);
            }
            // The next one is told of it, too.
            outcome.set_swallowed(self.run_state.swallowed.report());
        }
        outcome
    }

    /// The exit handlers of the entered callbacks: callbacks in reverse, the handlers of one as they stand.
    fn exits(&self, at: usize) -> Vec<usize> {
        let list = &self.resolved.lists[at];
        let mut exits: Vec<usize> = (0..list.len())
            .filter(|index| list[*index].rank < self.run_state.entered)
            .collect();
        exits.sort_by_key(|index| std::cmp::Reverse(list[*index].rank));
        exits
    }

    fn outcome(&mut self) -> Outcome {
        let stopped = |pending_flow: &super::PendingFlow| {
            pending_flow
                .as_stop()
                .map(|stop| (pending_flow.kind.clone(), stop))
        };
        let ending = match (
            &self.run_state.failure,
            self.run_state.pending_flow.as_ref().and_then(stopped),
        ) {
            (Some(failure), _) => Ending::Failed(failure.clone()),
            (None, Some((PendingKind::Interrupt(_), stop))) => Ending::Interrupted(stop),
            (None, Some((_, stop))) => Ending::Stopped(stop),
            (None, None) => Ending::Finished,
        };
        let refused = std::mem::take(&mut self.run_state.refused);
        let swallowed = self.run_state.swallowed.report();
        Outcome::new(ending, refused, self.skipped(), swallowed, self.dropped())
    }

    fn skipped(&self) -> Vec<Skipped> {
        let skipped = self.run_state.skipped.iter();
        skipped
            .map(|((at, index), times)| {
                let record = &self.resolved.lists[*at][*index];
                let name = self.resolved.names[record.instance].clone();
                Skipped::new(name, L::BREAKPOINTS[*at], *times)
            })
            .collect()
    }

    /// Takes what the run put into the state out again, and puts back what it found there: a handler may run a plan of its own
    /// on the state of the run it is part of.
    fn restore_outer_values(&mut self) {
        let OuterValues {
            at,
            due,
            stop,
            failure,
            outcome,
        } = std::mem::take(&mut self.run_state.outer_values);
        restore(&mut self.state(), at);
        restore(&mut self.state(), due);
        restore(&mut self.state(), stop);
        restore(&mut self.state(), failure);
        restore(&mut self.state(), outcome);
    }
}

/// Says what did not run.
fn warn_of(outcome: &Outcome) {
    if let [first, more @ ..] = outcome.dropped() {
        let (origin, times, more) = (first.origin(), first.times(), more.len());
        tracing::warn!(%origin, times, more, "calls in the background were dropped");
    }
    if let [first, more @ ..] = outcome.skipped() {
        let (callback, at, more) = (first.callback(), first.breakpoint(), more.len());
        tracing::warn!(callback, %at, more, "handlers were skipped, because state they require was absent");
    }
}

/// What a run found in the state that it puts there itself.
#[derive(Default)]
pub(crate) struct OuterValues {
    at: Option<Breakpoint>,
    due: Option<Due>,
    stop: Option<Stop>,
    failure: Option<Failure>,
    outcome: Option<Outcome>,
}

impl OuterValues {
    pub(crate) fn take(state: &mut Ctx<'_>) -> Self {
        Self {
            at: take(state),
            due: take(state),
            stop: take(state),
            failure: take(state),
            outcome: take(state),
        }
    }
}

fn take<T: 'static>(state: &mut Ctx<'_>) -> Option<T> {
    // Nobody lends what runs make; if somebody does, it stays where it is.
    state.remove().ok().flatten()
}

fn restore<T: 'static>(state: &mut Ctx<'_>, outer_values: Option<T>) {
    match outer_values {
        Some(outer_values) => drop(state.insert(outer_values)),
        None => drop(take::<T>(state)),
    }
}
