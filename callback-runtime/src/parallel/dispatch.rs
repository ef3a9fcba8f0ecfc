//! One firing of a group: handlers of one breakpoint, one after the other in its list, that are independent of each other.
//!
//! Whether a group runs in parallel is decided by the measured times of its handlers, of which a [`Cost`] keeps a moving mean.

use super::Executor;
use super::cost::Cost;
use crate::callback::{HandlerId, Turn};
use crate::loops::BreakpointId;
use crate::outcome::Cause;
use crate::period::HandlerPeriod;
use crate::raw::{Frame, GroupResult, HandlerStatus, MemberResult, PanicPayload};
use crate::run::{Dispatcher, HandlerRecord};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The groups of a breakpoint.
pub(crate) struct Groups {
    /// One for each handler.
    members: Vec<Member>,
    /// The group whose members have their `due` evaluated.
    evaluated: Range<Turn>,
    executor: Arc<dyn Executor>,
}

/// A handler of a breakpoint that has groups.
struct Member {
    /// The group that the handler is in.
    group: Option<Range<Turn>>,
    cost: Cost,
    /// Whether the handler runs at this firing.
    due: Due,
    /// How its period stands after this firing. The period itself stays as it was until the handler has had its turn.
    saved_period: Option<Box<HandlerPeriod>>,
}

/// Whether a member of a group runs at this firing.
enum Due {
    No,
    Yes,
    /// Its period panicked.
    Panicked(PeriodPanic),
}

/// The payload of a panic that may never be reported: a panic of its own `drop` is caught.
struct PeriodPanic(Option<PanicPayload>);

/// How a group runs.
enum ExecutionMode {
    Parallel,
    Serial { measured: bool },
    ExecutorPanicked(PanicPayload),
}

impl Dispatcher {
    /// The handlers of `breakpoint` run from the first one on: nothing is evaluated yet.
    pub(crate) fn reset_due_states(&mut self, breakpoint: BreakpointId) {
        if let Some(groups) = &mut self.list_mut(breakpoint).groups {
            groups.evaluated = Turn::FIRST..Turn::FIRST;
        }
    }

    /// Runs the rest of a group: up to the first handler that does not return `Continue`, or all in parallel.
    pub(crate) fn run_group(
        &mut self,
        breakpoint: BreakpointId,
        group: Range<Turn>,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        let Some(mut groups) = self.list_mut(breakpoint).groups.take() else {
            return HandlerStatus::Continue;
        };
        // The list keeps its groups, also where a handler that runs alone panics.
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.evaluate_due(breakpoint, &mut groups, &group, frame);
            match groups.execution_mode(&group) {
                ExecutionMode::Serial { measured } => {
                    self.run_serial(breakpoint, &mut groups, &group, measured, frame)
                }
                ExecutionMode::Parallel => {
                    self.run_parallel(breakpoint, &mut groups, &group, frame)
                }
                ExecutionMode::ExecutorPanicked(panic) => {
                    halt(&group, Vec::new(), Some(panic), frame)
                }
            }
        }));
        self.list_mut(breakpoint).groups = Some(groups);
        ran.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Evaluates once, before any of them runs, which members of a group are due.
    fn evaluate_due(
        &mut self,
        breakpoint: BreakpointId,
        groups: &mut Groups,
        group: &Range<Turn>,
        frame: &mut Frame<'_>,
    ) {
        if groups.evaluated.end == group.end {
            return;
        }
        for turn in group.start.until(group.end) {
            let member = &mut groups.members[turn];
            member.save_period(self.record_mut(breakpoint, turn));
            let handler = HandlerId::new(breakpoint, turn);
            let asked = catch_unwind(AssertUnwindSafe(|| self.is_due(handler, frame)));
            member.swap_period(self.record_mut(breakpoint, turn));
            member.due = match asked {
                Ok(true) => Due::Yes,
                Ok(false) => Due::No,
                Err(panic) => Due::Panicked(PeriodPanic(Some(panic))),
            };
        }
        groups.evaluated = group.clone();
    }

    fn run_serial(
        &mut self,
        breakpoint: BreakpointId,
        groups: &mut Groups,
        group: &Range<Turn>,
        measured: bool,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        for turn in group.start.until(group.end) {
            frame.halted_at = turn;
            let member = &mut groups.members[turn];
            member.swap_period(self.record_mut(breakpoint, turn));
            match std::mem::replace(&mut member.due, Due::No) {
                Due::No => continue,
                Due::Yes => {}
                Due::Panicked(mut panic) => panic.0.take().map_or((), |it| resume_unwind(it)),
            }
            let began = (measured && member.cost.should_measure()).then(Instant::now);
            let status = self.core.call(HandlerId::new(breakpoint, turn), frame);
            if let Some(began) = began.filter(|_| status != HandlerStatus::MissingState) {
                member.cost.record(began.elapsed());
            }
            if status != HandlerStatus::Continue {
                return status;
            }
        }
        HandlerStatus::Continue
    }

    fn run_parallel(
        &mut self,
        breakpoint: BreakpointId,
        groups: &mut Groups,
        group: &Range<Turn>,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        let (mut results, due) = groups.take_due(group);
        let executor = groups.executor.as_ref();
        let ran = self.core.run_parallel(breakpoint, &due, executor, frame);
        for (turn, took) in ran.durations {
            groups.members[turn].cost.record(took);
        }
        let executor_panic = ran.group_result.executor_panic;
        results.extend(ran.group_result.results);
        results.sort_by_key(|(turn, _)| *turn);
        for turn in group.start.until(group.end) {
            // A handler that a panic of the executor left out has not had its turn.
            if executor_panic.is_none() || results.iter().any(|(ran, _)| *ran == turn) {
                groups.members[turn].swap_period(self.record_mut(breakpoint, turn));
            }
        }
        halt(group, results, executor_panic, frame)
    }

    fn record_mut(&mut self, breakpoint: BreakpointId, turn: Turn) -> &mut HandlerRecord {
        &mut self.list_mut(breakpoint).records[turn]
    }
}

/// Leaves the results of a group to the run, where one of them is not `Continue`. The run goes on after the group.
fn halt(
    group: &Range<Turn>,
    results: Vec<(Turn, MemberResult)>,
    executor_panic: Option<PanicPayload>,
    frame: &mut Frame<'_>,
) -> HandlerStatus {
    let mut each = results.iter();
    let all_continue = each.all(|(_, result)| matches!(result, MemberResult::Continue));
    if all_continue && executor_panic.is_none() {
        return HandlerStatus::Continue;
    }
    let mut turns = group.start.until(group.end);
    frame.halted_at = turns.next_back().unwrap_or(group.start);
    frame.group_result = Some(Box::new(GroupResult {
        results,
        executor_panic,
    }));
    HandlerStatus::Group
}

impl Member {
    fn new(group: Option<Range<Turn>>) -> Self {
        Self {
            group,
            cost: Cost::default(),
            due: Due::No,
            saved_period: None,
        }
    }

    /// Copies how the handler's period stands.
    fn save_period(&mut self, handler: &HandlerRecord) {
        match (&mut self.saved_period, &handler.period) {
            (Some(saved), Some(period)) => saved.copy_from(period),
            (saved, period) => saved.clone_from(period),
        }
    }

    /// Exchanges the handler's period for the saved one. An evaluation moves a period on only when the handler has its turn.
    fn swap_period(&mut self, handler: &mut HandlerRecord) {
        std::mem::swap(&mut self.saved_period, &mut handler.period);
    }

    fn is_due(&self) -> bool {
        !matches!(self.due, Due::No)
    }
}

impl Groups {
    pub(crate) fn new(groups: Vec<Option<Range<Turn>>>, executor: Arc<dyn Executor>) -> Self {
        Self {
            members: groups.into_iter().map(Member::new).collect(),
            evaluated: Turn::FIRST..Turn::FIRST,
            executor,
        }
    }

    /// The end of the group that the handler at `turn` is in.
    pub(crate) fn end_of_group(&self, turn: Turn) -> Option<Turn> {
        let member = self.members.get(turn.index())?;
        Some(member.group.as_ref()?.end)
    }

    /// The members of a group that are due, and the panics of their periods. Afterwards none is due.
    fn take_due(&mut self, group: &Range<Turn>) -> (Vec<(Turn, MemberResult)>, Vec<Turn>) {
        let (mut panics, mut due) = (Vec::new(), Vec::new());
        for turn in group.start.until(group.end) {
            match std::mem::replace(&mut self.members[turn].due, Due::No) {
                Due::No => {}
                Due::Yes => due.push(turn),
                Due::Panicked(mut panic) => {
                    panics.extend(panic.0.take().map(|it| (turn, MemberResult::Panicked(it))));
                }
            }
        }
        (panics, due)
    }

    /// How to run the members of a group that are due.
    fn execution_mode(&self, group: &Range<Turn>) -> ExecutionMode {
        let members = &self.members[group.start.index()..group.end.index()];
        let due = || members.iter().filter(|member| member.is_due());
        if due().count() < 2 {
            return ExecutionMode::Serial { measured: false };
        }
        let pays = |saved| catch_unwind(AssertUnwindSafe(|| self.executor.pays(saved)));
        match pays(Duration::ZERO) {
            Ok(true) => return ExecutionMode::Parallel,
            Ok(false) => {}
            Err(panic) => return ExecutionMode::ExecutorPanicked(panic),
        }
        let (mut sum, mut longest) = (Duration::ZERO, Duration::ZERO);
        for member in due() {
            let Some(known) = member.cost.mean() else {
                return ExecutionMode::Serial { measured: true };
            };
            (sum, longest) = (sum + known, longest.max(known));
        }
        match pays(sum.saturating_sub(longest)) {
            Ok(true) => ExecutionMode::Parallel,
            Ok(false) => ExecutionMode::Serial { measured: true },
            Err(panic) => ExecutionMode::ExecutorPanicked(panic),
        }
    }
}

impl Drop for PeriodPanic {
    fn drop(&mut self) {
        if let Some(panic) = self.0.take() {
            drop(Cause::of_panic(panic));
        }
    }
}
