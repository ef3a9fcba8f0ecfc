//! The rules of periods: they are valid, the loop counts their units, and they are due in this run.

use crate::callback::{CallbackId, short_type_name};
use crate::loops::{Breakpoint, BreakpointId, BreakpointSet, Role};
use crate::period::{Due, HandlerPeriod, Period, Unit};
use crate::plan::{CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerRecord;
use std::any::TypeId;

/// A period is valid, and the loop counts its units.
///
/// ```text
/// plan.on(Fit::on_epoch_end, || {}).every(Period::epochs(0));
/// ```
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

/// A period given at an attachment is for one of its handlers, and is valid.
///
/// ```text
/// plan.on(Fit::on_fit_begin, || {}).every(Period::steps(10));   // runs once in a run
/// ```
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
        // Where the period was given, and not where the callback is written.
        location: attached.added_at,
        ..input.of_callback(id, ProblemKind::Setting, ProblemText::plain(text))
    };
    texts.into_iter().map(problem).collect()
}

/// A handler does not ask to change what only the run changes.
///
/// ```text
/// fn on_epoch_end(&mut self, due: &mut Due) {}
/// ```
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

/// Whether it changes a value that only the run changes.
fn of_the_run(access: &Access) -> bool {
    let of_the_run = [TypeId::of::<Due>(), TypeId::of::<Breakpoint>()];
    access.kind == AccessKind::Write && of_the_run.contains(&access.type_id)
}

/// A handler that asks for `Due` has a period.
///
/// ```text
/// fn on_epoch_end(&mut self, due: &Due) {}   // and no `#[every(…)]`
/// ```
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

/// A period is due in this run. A note and no error, because several short runs can add up to a long one.
///
/// ```text
/// plan.expect(|run| run.ends_at(Unit::Epochs, 5_u64));
/// plan.on(Fit::on_epoch_end, || {}).every(Period::epochs(10));
/// ```
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
