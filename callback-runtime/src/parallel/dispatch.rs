//! Groups: handlers of one breakpoint, one behind the other, that have nothing to do with each other and may run at the same time.
//!
//! Whether a group does is decided by the measured times of its handlers, of which a [`Cost`] keeps a mean that follows.

use super::Executor;
use super::cost::Cost;
use crate::outcome::Cause;
use crate::period::HandlerPeriod;
use crate::raw::{Erased, Frame, GroupResult, HandlerStatus, MemberResult, PanicPayload};
use crate::run::{DispatchRecord, Dispatcher};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The groups of a list.
pub(crate) struct Groups {
    /// For each handler the group it is in.
    of: Vec<Option<Range<usize>>>,
    costs: Vec<Cost>,
    /// For the group at hand, from the first of its handlers that has not had its turn.
    due_states: Vec<DueState>,
    /// For each handler with a period how it stands once the handler has had its turn: until then it stands as if nothing had asked.
    saved_periods: Vec<Option<Box<HandlerPeriod>>>,
    /// The group that the verdicts are for.
    evaluated: Range<usize>,
    executor: Arc<dyn Executor>,
}

/// Whether it is a handler's turn.
enum DueState {
    NotDue,
    Due,
    /// Its period panicked.
    Panicked(HeldPanic),
}

/// The payload of a panic that may never be reported: a panic of its own `drop` is caught.
struct HeldPanic(Option<PanicPayload>);

/// How a group runs.
enum ExecutionMode {
    Parallel,
    Serial { periodic: bool },
    ExecutorPanicked(PanicPayload),
}

impl<D: ?Sized + Erased> Dispatcher<D> {
    /// A list is run from its first handler on.
    pub(crate) fn reset_due_states(&mut self, list: usize) {
        if let Some(groups) = self
            .lists
            .get_mut(list)
            .and_then(|list| list.groups.as_mut())
        {
            groups.evaluated = 0..0;
        }
    }

    /// The rest of the group that the handler at `at` is in.
    pub(crate) fn group_at(&self, list: usize, at: usize) -> Option<Range<usize>> {
        let group = self.lists[list].groups.as_ref()?.of.get(at)?.as_ref()?;
        Some(at..group.end)
    }

    /// Runs the rest of a group: up to the first that does not return `Continue`, or all at the same time.
    pub(crate) fn run_group(
        &mut self,
        list: usize,
        group: Range<usize>,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        let Some(mut groups) = self.lists[list].groups.take() else {
            return HandlerStatus::Continue;
        };
        // The list keeps its groups, also where a handler that runs alone panics.
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.evaluate_due(list, &mut groups, &group, frame);
            match groups.execution_mode(group.clone()) {
                ExecutionMode::Serial { periodic } => {
                    self.run_one_by_one(list, &mut groups, group, periodic, frame)
                }
                ExecutionMode::Parallel => self.run_parallel(list, &mut groups, group, frame),
                ExecutionMode::ExecutorPanicked(panic) => {
                    halt(group.end, Vec::new(), Some(panic), frame)
                }
            }
        }));
        self.lists[list].groups = Some(groups);
        ran.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Asks each whether it is its turn: before any of them runs, and once.
    fn evaluate_due(
        &mut self,
        list: usize,
        groups: &mut Groups,
        group: &Range<usize>,
        frame: &mut Frame<'_>,
    ) {
        if groups.evaluated.end == group.end {
            return;
        }
        for at in group.clone() {
            groups.save_period(at, &self.lists[list].handlers[at]);
            let asked = catch_unwind(AssertUnwindSafe(|| self.is_due(list, at, frame)));
            groups.swap_period(at, &mut self.lists[list].handlers[at]);
            groups.due_states[at] = match asked {
                Ok(true) => DueState::Due,
                Ok(false) => DueState::NotDue,
                Err(panic) => DueState::Panicked(HeldPanic(Some(panic))),
            };
        }
        groups.evaluated = group.clone();
    }

    fn run_one_by_one(
        &mut self,
        list: usize,
        groups: &mut Groups,
        group: Range<usize>,
        periodic: bool,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        for at in group {
            frame.halt_at(at);
            groups.swap_period(at, &mut self.lists[list].handlers[at]);
            match std::mem::replace(&mut groups.due_states[at], DueState::NotDue) {
                DueState::NotDue => continue,
                DueState::Due => {}
                DueState::Panicked(mut panic) => panic.0.take().map_or((), |it| resume_unwind(it)),
            }
            let began = (periodic && groups.costs[at].is_periodic()).then(Instant::now);
            let status = self.core.call(list, at, frame);
            if let Some(began) = began.filter(|_| status != HandlerStatus::MissingState) {
                groups.costs[at].note(began.elapsed());
            }
            if status != HandlerStatus::Continue {
                return status;
            }
        }
        HandlerStatus::Continue
    }

    fn run_parallel(
        &mut self,
        list: usize,
        groups: &mut Groups,
        group: Range<usize>,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        let (mut results, mut due) = (Vec::new(), Vec::with_capacity(group.len()));
        for at in group.clone() {
            match std::mem::replace(&mut groups.due_states[at], DueState::NotDue) {
                DueState::NotDue => {}
                DueState::Due => due.push(at),
                DueState::Panicked(mut panic) => {
                    results.extend(panic.0.take().map(|it| (at, MemberResult::Panicked(it))));
                }
            }
        }
        let ran = self
            .core
            .run_parallel(list, &due, groups.executor.as_ref(), frame);
        ran.durations
            .iter()
            .for_each(|(at, took)| groups.costs[*at].note(*took));
        let executor_panic = ran.group_result.executor_panic;
        results.extend(ran.group_result.results);
        results.sort_by_key(|(at, _)| *at);
        for at in group.clone() {
            // One that a broken executor left out has not had its turn.
            if executor_panic.is_none() || results.iter().any(|(ran, _)| *ran == at) {
                groups.swap_period(at, &mut self.lists[list].handlers[at]);
            }
        }
        halt(group.end, results, executor_panic, frame)
    }
}

/// What is left to handle, for the run. It goes on behind the group.
fn halt(
    end: usize,
    results: Vec<(usize, MemberResult)>,
    executor_panic: Option<PanicPayload>,
    frame: &mut Frame<'_>,
) -> HandlerStatus {
    let all_went_on = results
        .iter()
        .all(|(_, results)| matches!(results, MemberResult::Continue));
    if all_went_on && executor_panic.is_none() {
        return HandlerStatus::Continue;
    }
    frame.halt_at(end - 1);
    frame.group_result = Some(Box::new(GroupResult {
        results,
        executor_panic,
    }));
    HandlerStatus::Group
}

impl Groups {
    pub(crate) fn new(of: Vec<Option<Range<usize>>>, executor: Arc<dyn Executor>) -> Self {
        Self {
            costs: vec![Cost::default(); of.len()],
            due_states: of.iter().map(|_| DueState::NotDue).collect(),
            saved_periods: of.iter().map(|_| None).collect(),
            of,
            evaluated: 0..0,
            executor,
        }
    }

    /// Keeps how a handler's period stands.
    fn save_period(&mut self, at: usize, handler: &DispatchRecord) {
        match (&mut self.saved_periods[at], &handler.period) {
            (Some(kept), Some(period)) => kept.copy_from(period),
            (kept, period) => kept.clone_from(period),
        }
    }

    /// Takes turns with what is kept: a verdict moves a period on only when the handler has its turn.
    fn swap_period(&mut self, at: usize, handler: &mut DispatchRecord) {
        std::mem::swap(&mut self.saved_periods[at], &mut handler.period);
    }

    /// How to run those of a group whose turn it is.
    fn execution_mode(&self, group: Range<usize>) -> ExecutionMode {
        let is_due = |at: &usize| !matches!(self.due_states[*at], DueState::NotDue);
        if group.clone().filter(is_due).count() < 2 {
            return ExecutionMode::Serial { periodic: false };
        }
        let pays = |saved| catch_unwind(AssertUnwindSafe(|| self.executor.pays(saved)));
        match pays(Duration::ZERO) {
            Ok(true) => return ExecutionMode::Parallel,
            Ok(false) => {}
            Err(panic) => return ExecutionMode::ExecutorPanicked(panic),
        }
        let (mut sum, mut longest) = (Duration::ZERO, Duration::ZERO);
        for at in group.filter(is_due) {
            let Some(known) = self.costs[at].known() else {
                return ExecutionMode::Serial { periodic: true };
            };
            (sum, longest) = (sum + known, longest.max(known));
        }
        match pays(sum.saturating_sub(longest)) {
            Ok(true) => ExecutionMode::Parallel,
            Ok(false) => ExecutionMode::Serial { periodic: true },
            Err(panic) => ExecutionMode::ExecutorPanicked(panic),
        }
    }
}

impl Drop for HeldPanic {
    fn drop(&mut self) {
        if let Some(panic) = self.0.take() {
            drop(Cause::of_panic(panic));
        }
    }
}
