//! Where the order of two callbacks matters, somebody has decided it.

use super::Subject;
use crate::breakpoint::Loop;
use crate::callback::short_type_name;
use crate::plan::declared::Undecided;
use crate::plan::problem::{Problem, ProblemKind};

/// Two that write the same state have an order. Of two in a list written by hand the list decides, unless the plan is strict.
pub(super) fn check_writers<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let pairs = subject.resolved.undecided.iter();
    let (problems, notes): (Vec<_>, Vec<_>) = pairs.partition(|pair| {
        let by_hand = |at: usize| subject.attached[at].by_hand;
        subject.strict || !(by_hand(pair.first) && by_hand(pair.second))
    });
    let problems = problems.into_iter().map(|pair| {
        let text = |state: &str, first: &str| {
            format!("writes `{state}` after {first}, by insertion alone")
        };
        conflict(subject, pair, ProblemKind::Conflict, text)
    });
    problems.chain(note(subject, &notes)).collect()
}

/// In a strict plan, one that reads what another one writes after it does so on purpose.
pub(super) fn check_readers<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let pairs = subject.resolved.early_readers.iter();
    let pairs = pairs.filter(|_| subject.strict);
    let text = |state: &str, first: &str| {
        format!("writes `{state}` after {first} has read it, by insertion alone")
    };
    pairs
        .map(|pair| conflict(subject, pair, ProblemKind::EarlyReader, text))
        .collect()
}

fn conflict<L: Loop>(
    subject: &Subject<'_, L>,
    pair: &Undecided,
    kind: ProblemKind,
    text: impl Fn(&str, &str) -> String,
) -> Problem {
    let state = short_type_name(pair.type_name);
    let name = &subject.resolved.names[pair.first];
    let first = format!("`{name}` ({})", subject.attached[pair.first].site());
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
    let problem = subject.of_callback(pair.second, kind, text);
    Problem {
        breakpoint: Some(L::BREAKPOINTS[pair.at].name()),
        state: (!pair.everything).then_some(state),
        ..problem
    }
}

/// One short line, however many there are.
fn note<L: Loop>(subject: &Subject<'_, L>, pairs: &[&Undecided]) -> Option<Problem> {
    let first = pairs.first()?;
    let what = match pairs.len() {
        1 => "1 pair of writers is".to_owned(),
        count => format!("{count} pairs of writers are"),
    };
    let text = format!("{what} ordered by insertion alone; `explain` lists them");
    Some(subject.of_callback(first.second, ProblemKind::Undecided, text))
}
