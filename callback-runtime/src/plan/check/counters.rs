//! Checks the counters that a loop counts by hand, where a run begins.

use super::CheckInput;
use crate::callback::short_type_name;
use crate::period::CounterReader;
use crate::plan::{Problem, ProblemKind};
use crate::run::HandlerRecord;

/// Refuses to begin a run without a counter that the loop counts by hand, if a handler requires the counter or has a period in its unit, as
///
/// ```text
/// loop Relax with Step as steps by hand { … }
///
/// plan.on(Relax::after_step, || {}).every(Period::steps(10));
/// plan.run(&mut State::new(), |run| …)   // and no `state.insert(Step::default())`
/// ```
///
/// A check without a run accepts this, because the loop may still insert the counter.
pub(crate) fn check_counters(input: &CheckInput<'_>) -> Vec<Problem> {
    if !input.begins {
        return Vec::new();
    }
    let absent = by_hand(input).filter(|counter| !input.state.holds(counter.slot));
    let problems = absent.filter_map(|counter| {
        let mut users = input
            .handlers()
            .filter(|record| uses(input, record, counter));
        users
            .next()
            .map(|record| absent_counter(input, record, counter))
    });
    problems.collect()
}

/// Returns the counters that no scope of the loop advances.
fn by_hand<'s>(input: &'s CheckInput<'_>) -> impl Iterator<Item = &'s CounterReader> {
    let loop_info = input.plan.loop_info;
    let counters = input.plan.of_loop.counters.iter();
    counters.filter(|counter| !loop_info.advances(counter.type_id))
}

/// Whether a handler cannot run without the counter.
fn uses(input: &CheckInput<'_>, record: &HandlerRecord, counter: &CounterReader) -> bool {
    let mut accesses = record.accesses.iter();
    let has_period_in_its_unit = || {
        let period = record.declared_period();
        period.is_some_and(|period| period.units().any(|unit| unit == counter.unit))
    };
    input.plan.of_run.why_silent(record.at).is_none()
        && (accesses.any(|access| access.type_id == counter.type_id && !access.optional)
            || has_period_in_its_unit())
}

fn absent_counter(
    input: &CheckInput<'_>,
    record: &HandlerRecord,
    counter: &CounterReader,
) -> Problem {
    let (name, unit) = (input.plan.loop_info.name, counter.unit);
    let state = short_type_name(counter.type_name);
    // A path to a function of a generic type is spelled in another way.
    let example = if state.contains('<') {
        String::new()
    } else {
        format!(", as in `state.insert({state}::default())`")
    };
    let text = format!(
        "`{state}` is not in the state, and the loop {name} counts {unit} with it; insert one before the run{example}"
    );
    let problem = input.of_handler(record, ProblemKind::Missing, text);
    problem.with_state(state)
}
