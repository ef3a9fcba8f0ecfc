//! The checks of periods when a plan is built: a period is valid, the loop counts its units, and it can be due in the run.

use crate::callback::{CallbackId, short_type_name};
use crate::loops::{Breakpoint, BreakpointId, BreakpointSet, Role};
use crate::period::{Due, Period, Unit, asks_why};
use crate::plan::{CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerRecord;
use std::any::TypeId;

/// Reports a handler whose period is invalid, whose period is in a unit that the loop does not count, or which runs once in a run.
///
/// ```text
/// plan.on(Fit::on_epoch_end, || {}).every(Period::epochs(0));
///
/// plan.on(Fit::on_epoch_end, || {}).every(Period::time(0.5));   // `Fit` does not count simulated time
///
/// fn handlers(&self, h: &mut Handlers<Fit, Self>) {
///     h.on(Fit::on_enter, Self::open).every(Period::steps(10));
/// }
/// ```
pub(crate) fn check_periods(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, record, period) in input.handlers().filter_map(with_period) {
        let mut texts = period.problems();
        texts.extend(uncounted(input, period));
        if matches!(input.breakpoint(at).role(), Role::Enter | Role::Exit) {
            texts.push("runs once in a run and cannot have a period; leave `every` out".into());
        }
        let kind = ProblemKind::Setting;
        let problem = |text| input.of_handler(at, record, kind, None, text);
        problems.extend(texts.into_iter().map(problem));
    }
    problems
}

/// Reports a period that an attachment sets for handlers that the callback does not have.
///
/// ```text
/// plan.on(Fit::on_fit_begin, || {}).every(Period::steps(10));   // runs once in a run
///
/// plan.add(PrintLoss).every_at(Fit::on_valid_end, Period::epochs(2));   // `PrintLoss` has no handler there
/// ```
pub(crate) fn check_attached_periods(input: &CheckInput<'_>) -> Vec<Problem> {
    let resolved = &input.plan.resolved;
    let order = resolved.order.iter();
    let handled = order.filter_map(|id| Some((*id, *resolved.handled.get(id)?)));
    handled
        .flat_map(|(id, handled)| idle_periods(input, id, handled))
        .collect()
}

fn idle_periods(input: &CheckInput<'_>, id: CallbackId, handled: BreakpointSet) -> Vec<Problem> {
    let attached = &input.plan.attached[id];
    let mut texts = Vec::new();
    for period in &attached.periods {
        if let Some(why) = period.why_idle(input.plan.loop_info, handled) {
            texts.push(why);
            // No handler has this period, so that `check_periods` does not see it.
            texts.extend(period.period().problems());
        }
    }
    let problem = |text| Problem {
        // The location of the attachment, and not that of the callback.
        location: attached.added_at,
        ..input.of_callback(id, ProblemKind::Setting, ProblemText::plain(text))
    };
    texts.into_iter().map(problem).collect()
}

/// Reports a handler that asks to change state that only the run changes.
///
/// ```text
/// fn on_epoch_end(&mut self, due: &mut Due) {}
/// ```
pub(crate) fn check_read_only(input: &CheckInput<'_>) -> Vec<Problem> {
    let writes = input.handlers().flat_map(|(at, record)| {
        let writes = record.accesses.iter().filter(|access| is_refused(access));
        writes.map(move |access| (at, record, short_type_name(access.type_name)))
    });
    writes
        .map(|(at, record, state)| {
            let text =
                format!("asks for `&mut {state}`, which only the run changes; ask for `&{state}`");
            input.of_handler(at, record, ProblemKind::ReadOnly, Some(state), text)
        })
        .collect()
}

/// Whether a handler with this access may change state that only the run changes.
fn is_refused(access: &Access) -> bool {
    let read_only = [TypeId::of::<Due>(), TypeId::of::<Breakpoint>()];
    access.kind == AccessKind::Write && read_only.contains(&access.type_id)
}

/// Reports a handler that asks for `Due` and has no period.
///
/// ```text
/// fn on_epoch_end(&mut self, due: &Due) {}   // without `#[every(…)]`
/// ```
pub(crate) fn check_due_params(input: &CheckInput<'_>) -> Vec<Problem> {
    let asks_in_vain =
        |record: &HandlerRecord| record.period.is_none() && asks_why(&record.accesses);
    input
        .handlers()
        .filter(|(_, record)| asks_in_vain(record))
        .map(|(at, record)| {
            let text = "`Due` exists only where a handler has a period; give it one with `every`";
            let state = Some("Due".into());
            input.of_handler(at, record, ProblemKind::NotHere, state, text.into())
        })
        .collect()
}

/// Reports a handler whose period is not due before the run ends. The plan makes it a note and not an error, because several short runs
/// can add up to a long one.
///
/// ```text
/// plan.expect(|run| run.ends_at(Unit::Epochs, 5_u64));
/// plan.on(Fit::on_epoch_end, || {}).every(Period::epochs(10));
/// ```
pub(crate) fn check_never_due(input: &CheckInput<'_>) -> Vec<Problem> {
    let start = input.start();
    let totals = input.plan.of_run.totals;
    let periodic = input.handlers().filter_map(with_period);
    let never = periodic.filter_map(|(at, record, period)| {
        let why = period.can_fire(&start, &totals).err()?;
        Some(input.of_handler(at, record, ProblemKind::NeverRuns, None, why))
    });
    never.collect()
}

fn with_period(
    (at, record): (BreakpointId, &HandlerRecord),
) -> Option<(BreakpointId, &HandlerRecord, &Period)> {
    Some((at, record, record.declared_period()?))
}

/// Returns a text for each unit of `period` that the loop does not count.
fn uncounted(input: &CheckInput<'_>, period: &Period) -> Vec<String> {
    let counters = input.plan.of_loop.counters.iter();
    let mut counted: Vec<Unit> = counters.map(|reader| reader.unit).collect();
    counted.push(Unit::Seconds);
    counted.sort();
    let names: Vec<&str> = counted.iter().map(|unit| unit.word()).collect();
    let uncounted = period.units().filter(|unit| !counted.contains(unit));
    uncounted
        .map(|unit| {
            format!(
                "its period is in {unit}, which {} does not count; it counts {}",
                input.plan.loop_info.name,
                names.join(", ")
            )
        })
        .collect()
}
