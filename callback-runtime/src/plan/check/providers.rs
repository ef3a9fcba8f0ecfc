//! Checks that each type of state has one provider: the loop, the run or a callback.

use super::CheckInput;
use crate::callback::short_type_name;
use crate::loops::{Declared, Role};
use crate::plan::{Problem, ProblemKind};
use crate::raw::Access;
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashMap;

/// Refuses state that the loop or the run declares twice for one breakpoint, as
///
/// ```text
/// plan.expect(|run| run.within::<Loss>(Fit::TRAIN_BATCH));  // `Fit` provides `Loss` already
/// ```
pub(crate) fn check_declared_twice(input: &CheckInput<'_>) -> Vec<Problem> {
    let all: Vec<&Declared> = input.declared().collect();
    let mut problems = Vec::new();
    for (index, second) in all.iter().enumerate() {
        let shares = |first: &Declared| first.at.iter().any(|at| second.at.contains(at));
        let same = |first: &&Declared| first.type_id == second.type_id && shares(first);
        if all[..index].iter().any(same) {
            let state = short_type_name(second.type_name);
            let name = format!("the loop {}", input.plan.loop_info.name);
            let text =
                format!("`{state}` is provided twice; wrap one of the two in a type of its own");
            let first = second.at.iter().next();
            problems.push(Problem {
                breakpoint: first.map(|at| input.breakpoint(at).name()),
                state: Some(state),
                ..Problem::of_plan(ProblemKind::TwoProviders, &name, second.location, text)
            });
        }
    }
    problems
}

/// Refuses state that two callbacks provide, or one callback twice, as
///
/// ```text
/// plan.add(Metrics);   // #[callback(provides(Best))]
/// plan.add(Journal);   // #[callback(provides(Best))]
/// ```
pub(crate) fn check_provided_twice(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut firsts: HashMap<TypeId, &HandlerRecord> = HashMap::new();
    let mut problems = Vec::new();
    for (record, access) in provisions(input) {
        let first = *firsts.entry(access.type_id).or_insert(record);
        if !std::ptr::eq(first, record) {
            let text = second_provider_text(input, first, record);
            problems.push(of_provision(input, record, access, &text));
        }
    }
    problems
}

/// Describes the second of two callbacks that provide the same state.
fn second_provider_text(
    input: &CheckInput<'_>,
    first: &HandlerRecord,
    second: &HandlerRecord,
) -> String {
    if first.callback == second.callback {
        return format!("which it does already ({}); say it once", first.location);
    }
    let name = input.name(first.callback);
    // Two callbacks of one type declare it at the same location.
    let location = if first.location == second.location {
        format!(
            "attached at {}",
            input.plan.attached[first.callback].added_at
        )
    } else {
        first.location.to_string()
    };
    format!("and so does {name} ({location}); attach one of the two, or give one a type of its own")
}

/// Refuses state that both a callback and the loop provide, as
///
/// ```text
/// #[callback(provides(Loss))]   // `Fit` provides `Loss` already
/// impl Metrics { ... }
/// ```
pub(crate) fn check_declared_and_provided(input: &CheckInput<'_>) -> Vec<Problem> {
    let declared = input
        .declared()
        .map(|declared| (declared.type_id, declared));
    let declared: HashMap<TypeId, &Declared> = declared.collect();
    let both = provisions(input).filter_map(|(record, access)| {
        let text = format!(
            "and so does the loop {} ({}); provide a type of your own",
            input.plan.loop_info.name,
            declared.get(&access.type_id)?.location
        );
        Some(of_provision(input, record, access, &text))
    });
    both.collect()
}

/// Makes the problem of a callback that provides state.
fn of_provision(
    input: &CheckInput<'_>,
    record: &HandlerRecord,
    access: &Access,
    text: &str,
) -> Problem {
    let state = short_type_name(access.type_name);
    let text = format!("provides `{state}`, {text}");
    Problem {
        location: record.location,
        state: Some(state),
        ..input.of_callback(record.callback, ProblemKind::TwoProviders, text)
    }
}

/// Returns the state that callbacks provide, in the order in which they are entered.
pub(super) fn provisions<'s>(
    input: &'s CheckInput<'_>,
) -> impl Iterator<Item = (&'s HandlerRecord, &'s Access)> {
    let enter = input
        .plan
        .loop_info
        .first_with_role(Role::Enter)
        .into_iter();
    let records = enter.flat_map(|enter| input.plan.dispatcher.records(enter));
    records.filter_map(|record| Some((record, record.provides.as_ref()?)))
}
