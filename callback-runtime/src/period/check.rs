//! Periods: what they say can be meant, the loop counts their units, and they come due in this run.

use crate::callback::{CallbackId, short_type_name};
use crate::loops::{Breakpoint, BreakpointId, BreakpointSet, Role};
use crate::period::{Due, HandlerPeriod, Period, Unit};
use crate::plan::{CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerRecord;
use std::any::TypeId;

/// What a period says can be meant.
pub(crate) fn check_periods(input: &CheckInput<'_>) -> Vec<Problem> {
    let periodic = input.handlers().filter_map(with_period);
    let mut problems = Vec::new();
    for (at, record, period) in periodic {
        let mut texts = period.problems();
        texts.extend(uncounted(input, period));
        if matches!(input.breakpoint(at).role(), Role::Enter | Role::Exit) {
            texts.push("runs once in a run and cannot have a period; leave `every` out".into());
        }
        let kind = ProblemKind::Setting;
        problems.extend(
            texts
                .into_iter()
                .map(|text| input.of_handler(at, record, kind, None, text)),
        );
    }
    problems
}

/// What was said where a callback was attached is said of one of its handlers. What it says is looked at all the same.
pub(crate) fn check_idle(input: &CheckInput<'_>) -> Vec<Problem> {
    let order = input.plan.resolved.order.iter();
    let known = order.filter_map(|at| Some((*at, *input.plan.resolved.handled.get(at)?)));
    known
        .flat_map(|(at, places)| idle(input, at, places))
        .collect()
}

fn idle(input: &CheckInput<'_>, id: CallbackId, places: BreakpointSet) -> Vec<Problem> {
    let attached = &input.plan.attached[id];
    let mut texts = Vec::new();
    for period in &attached.periods {
        if let Some(why) = period.is_idle(input.plan.loop_info, places) {
            texts.push(why);
            texts.extend(period.period().problems());
        }
    }
    let problem = |text| Problem {
        // Where it was said, and not where the callback is written.
        location: attached.attached_at,
        ..input.of_callback(id, ProblemKind::Setting, ProblemText::plain(text))
    };
    texts.into_iter().map(problem).collect()
}

/// What only the run changes is asked for to be read.
pub(crate) fn check_read_only(input: &CheckInput<'_>) -> Vec<Problem> {
    let changed = input.handlers().flat_map(|(at, record)| {
        let accesses = record.accesses.iter().filter(|access| of_the_run(access));
        accesses.map(move |access| (at, record, short_type_name(access.type_name)))
    });
    changed
        .map(|(at, record, state)| {
            let text =
                format!("asks for `&mut {state}`, which only the run changes; ask for `&{state}`");
            input.of_handler(at, record, ProblemKind::ReadOnly, Some(state), text)
        })
        .collect()
}

/// Whether it is to change what the run says of itself.
fn of_the_run(access: &Access) -> bool {
    let of_the_run = [TypeId::of::<Due>(), TypeId::of::<Breakpoint>()];
    access.kind == AccessKind::Write && of_the_run.contains(&access.type_id)
}

/// Who asks why it runs has a period.
pub(crate) fn check_due(input: &CheckInput<'_>) -> Vec<Problem> {
    let asks = |record: &HandlerRecord| {
        let mut accesses = record.accesses.iter();
        accesses.any(|access| access.type_id == TypeId::of::<Due>())
    };
    let untimed = input
        .handlers()
        .filter(|(_, record)| record.period.is_none());
    untimed
        .filter(|(_, record)| asks(record))
        .map(|(at, record)| {
            let text = "`Due` exists only where a handler has a period; give it one with `every`";
            let state = Some("Due".into());
            input.of_handler(at, record, ProblemKind::NotHere, state, text.into())
        })
        .collect()
}

/// What is scheduled comes due in this run. A note: short runs that go on one another are as good as a long one.
pub(crate) fn check_dues(input: &CheckInput<'_>) -> Vec<Problem> {
    let start = input.start();
    let totals = input.plan.of_run.totals;
    let periodic = input.handlers().filter_map(with_period);
    let never = periodic.filter_map(|(at, record, period)| {
        let why = HandlerPeriod::new(period.clone())
            .can_fire(&start, &totals)
            .err()?;
        Some(input.of_handler(at, record, ProblemKind::NeverRuns, None, why))
    });
    never.collect()
}

fn with_period(
    (at, record): (BreakpointId, &HandlerRecord),
) -> Option<(BreakpointId, &HandlerRecord, &Period)> {
    Some((at, record, record.declared_period()?))
}

/// The units of a period that the loop does not count.
fn uncounted(input: &CheckInput<'_>, period: &Period) -> Vec<String> {
    let mut counted: Vec<Unit> = input
        .plan
        .of_loop
        .counters
        .iter()
        .map(|it| it.unit)
        .collect();
    counted.push(Unit::Seconds);
    counted.sort();
    let units = period.units().filter(|unit| !counted.contains(unit));
    let names: Vec<&str> = counted.iter().map(|unit| unit.word()).collect();
    units
        .map(|unit| {
            format!(
                "its period is in {unit}, which {} does not count; it counts {}",
                input.plan.loop_info.name,
                names.join(", ")
            )
        })
        .collect()
}
