//! One firing of a group: handlers of one breakpoint that follow each other in its list and are independent.
//!
//! The measured times of the handlers decide whether a group runs in parallel: see [`Groups::execution_mode`]. Which handlers form a
//! group is decided before, in `plan`, and how they are called is in `raw/parallel.rs`.

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
    /// The handlers of the breakpoint, by turn. Those that are in no group have one too.
    members: Vec<Member>,
    /// The group whose members have their [`due`](Member::due) evaluated in this firing; empty at its beginning.
    evaluated: Range<Turn>,
    executor: Arc<dyn Executor>,
}

/// A handler of a breakpoint that has groups.
struct Member {
    /// The group that the handler is in; `None` if it runs alone.
    group: Option<Range<Turn>>,
    /// How long the handler takes.
    cost: Cost,
    /// Whether the handler runs at this firing. [`evaluate_due`](Dispatcher::evaluate_due) sets it, and running the handler resets it.
    due: Due,
    /// The handler's period after this firing, from its evaluation until the handler's turn. Then it is exchanged for the period in the
    /// handler's record, which is unchanged until then.
    saved_period: Option<Box<HandlerPeriod>>,
}

/// Whether a member of a group runs at this firing.
enum Due {
    No,
    Yes,
    /// The period of the handler panicked when it was evaluated.
    Panicked(PeriodPanic),
}

/// The panic of a period, until the run reports it. If the run never does, dropping this catches a panic of the payload's destructor.
struct PeriodPanic(Option<PanicPayload>);

/// How a group runs.
enum ExecutionMode {
    /// At the same time, on the threads of the executor.
    Parallel,
    /// One after the other. `measured` says whether to measure how long the handlers take.
    Serial { measured: bool },
    /// Not, because [`Executor::pays`] panicked.
    ExecutorPanicked(PanicPayload),
}

impl Dispatcher {
    /// Forgets which members of the groups of `breakpoint` are due, when a firing begins.
    pub(crate) fn reset_due_states(&mut self, breakpoint: BreakpointId) {
        if let Some(groups) = &mut self.list_mut(breakpoint).groups {
            groups.evaluated = Turn::FIRST..Turn::FIRST;
        }
    }

    /// Runs the handlers of a group from the beginning of the range on: one by one up to the first that does not return `Continue`, or
    /// all in parallel.
    pub(crate) fn run_group(
        &mut self,
        breakpoint: BreakpointId,
        group: Range<Turn>,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        let Some(mut groups) = self.list_mut(breakpoint).groups.take() else {
            return HandlerStatus::Continue;
        };
        // Catches a panic of a handler, so that the list gets its groups back.
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

    /// Evaluates which members of a group are due. This happens once in a firing, before the first member runs.
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
            let is_due = catch_unwind(AssertUnwindSafe(|| self.is_due(handler, frame)));
            member.swap_period(self.record_mut(breakpoint, turn));
            member.due = match is_due {
                Ok(true) => Due::Yes,
                Ok(false) => Due::No,
                Err(panic) => Due::Panicked(PeriodPanic(Some(panic))),
            };
        }
        groups.evaluated = group.clone();
    }

    /// Runs the members of a group that are due, up to the first that does not return `Continue`.
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
                Due::Panicked(mut panic) => panic.0.take().map_or((), |panic| resume_unwind(panic)),
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

    /// Runs all members of a group that are due, with the executor.
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
        for (turn, duration) in ran.durations {
            groups.members[turn].cost.record(duration);
        }
        let executor_panic = ran.group_result.executor_panic;
        results.extend(ran.group_result.results);
        results.sort_by_key(|(turn, _)| *turn);
        for turn in group.start.until(group.end) {
            // If the executor panicked, only a handler that has a result has had its turn.
            if executor_panic.is_none() || results.iter().any(|(member, _)| *member == turn) {
                groups.members[turn].swap_period(self.record_mut(breakpoint, turn));
            }
        }
        halt(group, results, executor_panic, frame)
    }

    fn record_mut(&mut self, breakpoint: BreakpointId, turn: Turn) -> &mut HandlerRecord {
        &mut self.list_mut(breakpoint).records[turn]
    }
}

/// Leaves the results of a group in the frame for the run, unless all of them are `Continue`. The run goes on after the group.
fn halt(
    group: &Range<Turn>,
    results: Vec<(Turn, MemberResult)>,
    executor_panic: Option<PanicPayload>,
    frame: &mut Frame<'_>,
) -> HandlerStatus {
    let is_continue = |(_, result): &(Turn, MemberResult)| matches!(result, MemberResult::Continue);
    if results.iter().all(is_continue) && executor_panic.is_none() {
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
    /// Copies the handler's period into `saved_period`.
    fn save_period(&mut self, handler: &HandlerRecord) {
        match (&mut self.saved_period, &handler.period) {
            (Some(saved), Some(period)) => saved.copy_from(period),
            (saved, period) => saved.clone_from(period),
        }
    }

    /// Exchanges the handler's period for the saved one. So the evaluation takes effect only at the handler's turn.
    fn swap_period(&mut self, handler: &mut HandlerRecord) {
        std::mem::swap(&mut self.saved_period, &mut handler.period);
    }
}

impl Groups {
    pub(crate) fn new(groups: Vec<Option<Range<Turn>>>, executor: Arc<dyn Executor>) -> Self {
        let member = |group| Member {
            group,
            cost: Cost::default(),
            due: Due::No,
            saved_period: None,
        };
        Self {
            members: groups.into_iter().map(member).collect(),
            evaluated: Turn::FIRST..Turn::FIRST,
            executor,
        }
    }

    /// Returns the end of the group that the handler at `turn` is in. `None` if it runs alone.
    pub(crate) fn end_of_group(&self, turn: Turn) -> Option<Turn> {
        let member = self.members.get(turn.index())?;
        Some(member.group.as_ref()?.end)
    }

    /// Returns the panics of the periods of a group, and the members that are due. Afterwards no member is due.
    fn take_due(&mut self, group: &Range<Turn>) -> (Vec<(Turn, MemberResult)>, Vec<Turn>) {
        let (mut panics, mut due) = (Vec::new(), Vec::new());
        for turn in group.start.until(group.end) {
            match std::mem::replace(&mut self.members[turn].due, Due::No) {
                Due::No => {}
                Due::Yes => due.push(turn),
                Due::Panicked(mut panic) => {
                    let panic = panic.0.take();
                    panics.extend(panic.map(|panic| (turn, MemberResult::Panicked(panic))));
                }
            }
        }
        (panics, due)
    }

    /// Decides how to run the members of a group that are due: in parallel if there are two at least and the executor says that the time
    /// which this saves pays.
    fn execution_mode(&self, group: &Range<Turn>) -> ExecutionMode {
        let members = &self.members[group.start.index()..group.end.index()];
        let due = || {
            members
                .iter()
                .filter(|member| !matches!(member.due, Due::No))
        };
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
