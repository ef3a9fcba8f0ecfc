//! Checks pairs of callbacks that use the same state: whether something other than insertion decides their order.

use super::CheckInput;
use crate::callback::{CallbackId, short_type_name};
use crate::plan::UndecidedPair;
use crate::plan::{Problem, ProblemKind};

/// Refuses two callbacks that write the same state at one breakpoint if only insertion decides their order, as
///
/// ```text
/// #[callback]
/// impl Decay { fn on_epoch_end(&self, rate: &mut LearningRate) { ... } }
/// #[callback]
/// impl Halve { fn on_epoch_end(&self, rate: &mut LearningRate) { ... } }
/// ```
///
/// Two callbacks that are attached by hand run in the order in which the user attaches them, so their pair is refused only in a strict
/// plan. Otherwise one note reports the number of such pairs.
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
        pair_problem(input, pair, ProblemKind::Conflict, text)
    });
    problems.chain(pairs_note(input, &notes)).collect()
}

/// Refuses, in a strict plan, a callback that reads state before another one writes it if only insertion decides their order, as
///
/// ```text
/// plan.strict(true);
/// plan.on(Fit::on_epoch_end, |rate: &LearningRate| println!("{rate}"));
/// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.5 * rate.get()));
/// ```
pub(crate) fn check_readers(input: &CheckInput<'_>) -> Vec<Problem> {
    let pairs = input.plan.resolved.early_readers.iter();
    let pairs = pairs.filter(|_| input.plan.strict);
    let text = |state: &str, first: &str| {
        format!("writes `{state}` after {first} has read it, by insertion alone")
    };
    pairs
        .map(|pair| pair_problem(input, pair, ProblemKind::EarlyReader, text))
        .collect()
}

/// Makes the problem of an undecided pair. `text` takes the state and the first callback.
fn pair_problem(
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

/// Makes one note for all pairs that are not refused.
fn pairs_note(input: &CheckInput<'_>, pairs: &[&UndecidedPair]) -> Option<Problem> {
    let first = pairs.first()?;
    let what = match pairs.len() {
        1 => "1 pair of writers is".to_owned(),
        count => format!("{count} pairs of writers are"),
    };
    let text = format!("{what} ordered by insertion alone; `explain` lists them");
    Some(input.of_callback(first.second, ProblemKind::Undecided, text))
}
