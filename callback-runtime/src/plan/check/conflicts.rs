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
    let (notes, problems): (Vec<_>, Vec<_>) = pairs.filter(|pair| !pair.reads).partition(|pair| {
        let by_hand = |id: CallbackId| input.plan.attached[id].by_hand;
        !input.plan.strict && by_hand(pair.first) && by_hand(pair.second)
    });
    let problems = problems.into_iter().map(|pair| pair_problem(input, pair));
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
    let pairs = input.plan.resolved.undecided.iter();
    let readers = pairs.filter(|pair| pair.reads && input.plan.strict);
    readers.map(|pair| pair_problem(input, pair)).collect()
}

/// Makes the problem of an undecided pair.
fn pair_problem(input: &CheckInput<'_>, pair: &UndecidedPair) -> Problem {
    let state = short_type_name(pair.type_name);
    let (name, location) = (
        input.name(pair.first),
        input.plan.attached[pair.first].location(),
    );
    let first = format!("`{name}` ({location})");
    let what = match (pair.everything, pair.reads) {
        (true, _) => {
            format!("goes after {first} by insertion alone, and one of the two asks for `Ctx`")
        }
        (false, false) => format!("writes `{state}` after {first}, by insertion alone"),
        (false, true) => format!("writes `{state}` after {first} has read it, by insertion alone"),
    };
    let elsewhere = match pair.more {
        0 => String::new(),
        more => format!(" (here and at {more} more)"),
    };
    let text = format!(
        "{what}{elsewhere}; say `after` or `before`, give them weights, or say `no_conflict`"
    );
    let kind = if pair.reads {
        ProblemKind::EarlyReader
    } else {
        ProblemKind::Conflict
    };
    Problem {
        breakpoint: Some(input.breakpoint(pair.at).name()),
        state: (!pair.everything).then_some(state),
        ..input.of_callback(pair.second, kind, text)
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
