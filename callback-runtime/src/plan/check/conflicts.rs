//! Two callbacks whose order matters have a decided order.

use super::CheckInput;
use crate::callback::{CallbackId, short_type_name};
use crate::plan::UndecidedPair;
use crate::plan::{Problem, ProblemKind};

/// Two that write the same state have an order. Of two in a list written by hand the list decides, unless the plan is strict.
pub(crate) fn check_writers(input: &CheckInput<'_>) -> Vec<Problem> {
    let pairs = input.plan.resolved.undecided.iter();
    let (problems, notes): (Vec<_>, Vec<_>) = pairs.partition(|pair| {
        let by_hand = |id: CallbackId| input.plan.attached[id].by_hand;
        input.plan.strict || !(by_hand(pair.first) && by_hand(pair.second))
    });
    let problems = problems.into_iter().map(|pair| {
        let text = |state: &str, first: &str| {
            format!("writes `{state}` after {first}, by insertion alone")
        };
        conflict(input, pair, ProblemKind::Conflict, text)
    });
    problems.chain(note(input, &notes)).collect()
}

/// In a strict plan, one that reads what another one writes after it does so on purpose.
pub(crate) fn check_readers(input: &CheckInput<'_>) -> Vec<Problem> {
    let pairs = input.plan.resolved.early_readers.iter();
    let pairs = pairs.filter(|_| input.plan.strict);
    let text = |state: &str, first: &str| {
        format!("writes `{state}` after {first} has read it, by insertion alone")
    };
    pairs
        .map(|pair| conflict(input, pair, ProblemKind::EarlyReader, text))
        .collect()
}

fn conflict(
    input: &CheckInput<'_>,
    pair: &UndecidedPair,
    kind: ProblemKind,
    text: impl Fn(&str, &str) -> String,
) -> Problem {
    let state = short_type_name(pair.type_name);
    let name = &input.plan.resolved.names[pair.first];
    let first = format!("`{name}` ({})", input.plan.attached[pair.first].location());
    let elsewhere = match pair.more {
        0 => String::new(),
        more => format!(" (here and at {more} more)"),
    };
    let text = if pair.everything {
        format!("goes after {first} by insertion alone, and one of the two asks for `Ctx`")
    } else {
        text(&state, &first)
    };
    let text = format!(
        "{text}{elsewhere}; say `after` or `before`, give them weights, or say `no_conflict`"
    );
    let problem = input.of_callback(pair.second, kind, text);
    Problem {
        breakpoint: Some(input.breakpoint(pair.at).name()),
        state: (!pair.everything).then_some(state),
        ..problem
    }
}

/// One short line, however many there are.
fn note(input: &CheckInput<'_>, pairs: &[&UndecidedPair]) -> Option<Problem> {
    let first = pairs.first()?;
    let what = match pairs.len() {
        1 => "1 pair of writers is".to_owned(),
        count => format!("{count} pairs of writers are"),
    };
    let text = format!("{what} ordered by insertion alone; `explain` lists them");
    Some(input.of_callback(first.second, ProblemKind::Undecided, text))
}
