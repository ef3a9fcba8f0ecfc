//! The checks of periods when a plan is built: a period is valid, the loop counts its units, and it can be due in the run.

use crate::callback::short_type_name;
use crate::loops::{Breakpoint, Role};
use crate::period::{Due, Period, Unit, asks_why};
use crate::plan::{CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::AccessKind;
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
    for record in input.handlers() {
        let Some(period) = record.declared_period() else {
            continue;
        };
        let mut texts = period.problems();
        texts.extend(uncounted(input, period));
        if matches!(input.breakpoint(record.at).role(), Role::Enter | Role::Exit) {
            texts.push("runs once in a run and cannot have a period; leave `every` out".into());
        }
        let texts = texts.into_iter();
        problems.extend(texts.map(|text| input.of_handler(record, ProblemKind::Setting, text)));
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
    let handled = &input.plan.resolved.handled;
    input.each_callback(|id, attached| {
        let mut texts = Vec::new();
        for period in &attached.periods {
            let handled = handled.get(&id);
            let why = handled.and_then(|at| period.why_idle(input.plan.loop_info, *at));
            if let Some(why) = why {
                texts.push(why);
                // No handler has this period, so that `check_periods` does not see it.
                texts.extend(period.period.problems());
            }
        }
        let problem = move |text| Problem {
            // The location of the attachment, and not that of the callback.
            location: attached.added_at,
            ..input.of_callback(id, ProblemKind::Setting, ProblemText::plain(text))
        };
        texts.into_iter().map(problem).collect::<Vec<_>>()
    })
}

/// Reports a handler that asks to change state that only the run changes.
///
/// ```text
/// fn on_epoch_end(&mut self, due: &mut Due) {}
/// ```
pub(crate) fn check_read_only(input: &CheckInput<'_>) -> Vec<Problem> {
    let read_only = [TypeId::of::<Due>(), TypeId::of::<Breakpoint>()];
    let mut problems = Vec::new();
    for record in input.handlers() {
        for access in &record.accesses {
            if access.kind == AccessKind::Write && read_only.contains(&access.type_id) {
                let state = short_type_name(access.type_name);
                let text = format!(
                    "asks for `&mut {state}`, which only the run changes; ask for `&{state}`"
                );
                let problem = input.of_handler(record, ProblemKind::ReadOnly, text);
                problems.push(problem.with_state(state));
            }
        }
    }
    problems
}

/// Reports a handler that asks for `Due` and has no period.
///
/// ```text
/// fn on_epoch_end(&mut self, due: &Due) {}   // without `#[every(…)]`
/// ```
pub(crate) fn check_due_params(input: &CheckInput<'_>) -> Vec<Problem> {
    input.each_handler(|record| {
        if record.period.is_some() || !asks_why(&record.accesses) {
            return None;
        }
        let text = "`Due` exists only where a handler has a period; give it one with `every`";
        let problem = input.of_handler(record, ProblemKind::NotHere, text.to_owned());
        Some(problem.with_state("Due".into()))
    })
}

/// Reports a handler whose period is not due before the run ends. The plan makes it a note and not an error, because several short runs
/// can add up to a long one.
///
/// ```text
/// plan.expect(|run| run.ends_at(Unit::Epochs, 5_u64));
/// plan.on(Fit::on_epoch_end, || {}).every(Period::epochs(10));
/// ```
pub(crate) fn check_never_due(input: &CheckInput<'_>) -> Vec<Problem> {
    let (start, totals) = (input.start(), input.plan.of_run.totals);
    input.each_handler(|record| {
        let why = record.declared_period()?.can_fire(&start, &totals).err()?;
        Some(input.of_handler(record, ProblemKind::NeverRuns, why))
    })
}

/// Returns a text for each unit of `period` that the loop does not count.
fn uncounted(input: &CheckInput<'_>, period: &Period) -> Vec<String> {
    let counters = input.plan.of_loop.counters.iter();
    let mut counted: Vec<Unit> = counters.map(|reader| reader.unit).collect();
    counted.push(Unit::Seconds);
    counted.sort();
    let names: Vec<&str> = counted.iter().map(|unit| unit.word()).collect();
    let (name, names) = (input.plan.loop_info.name, names.join(", "));
    let uncounted = period.units().filter(|unit| !counted.contains(unit));
    let text =
        |unit| format!("its period is in {unit}, which {name} does not count; it counts {names}");
    uncounted.map(text).collect()
}
