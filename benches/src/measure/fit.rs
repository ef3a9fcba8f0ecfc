//! A whole fit: the digits examples with callbacks and without, and with the same loop written by hand.

mod by_hand;
mod callbacks;
mod checkpointed;
mod digits;
mod fed;
mod guesses;
mod learned;
mod timed;
mod way;

use super::bound::Bound;
use super::valgrind;
use crate::report::{Goal, Table};
use callbacks_benches::contenders::BoxError;
pub(super) use checkpointed::with_checkpoints;
use fed::Fed;
use learned::Learned;
use std::error::Error;
pub(super) use timed::{IN_TURNS, take_turns};
pub(super) use way::Way;

/// The job that valgrind counts.
pub(super) const FIT: &str = "fit";

const SEED: u64 = 7;

/// What `callbacks` may cost beside the loop written by hand.
const GOAL: Bound = Bound::AtMost(1.01);

/// The learner that is written out, with ndarray.
pub(super) fn mlp() -> Result<Table, Box<dyn Error>> {
    table(Learned::Ndarray)
}

/// The learner with candle.
#[cfg(feature = "candle")]
pub(super) fn candle() -> Result<Table, Box<dyn Error>> {
    table(Learned::Candle)
}

/// Each way in terms of a loop written by hand.
fn table(learned: Learned) -> Result<Table, Box<dyn Error>> {
    let columns = [
        "fit",
        "in terms of",
        "instructions",
        "goal",
        "met",
        "time, median",
        "quartiles",
    ];
    let title = format!("A whole fit with {}, as a ratio", learned.name());
    let mut table = Table::new(&title, "fit", columns);
    for (one, other, goal) in [
        (Way::Alone, Way::Bare, None),
        (Way::WithTen, Way::Bookkept, Some(GOAL)),
        (Way::WithTen, Way::Bare, None),
        (Way::Bookkept, Way::Bare, None),
    ] {
        let counted = instructions(learned, one)? / instructions(learned, other)?;
        let [first, median, third] = timed::ratios(learned, one, other)?;
        table.row([
            one.name().to_owned(),
            other.name().to_owned(),
            format!("{counted:.4}"),
            Bound::cell(goal),
            Bound::met(goal, counted.max(median)),
            format!("{median:.3}"),
            format!("{first:.3} to {third:.3}"),
        ]);
        table.goals.extend(goal.map(|goal| Goal {
            wanted: format!(
                "a whole fit with {}, ten callbacks: at most 1.01 times the loop by hand",
                learned.name()
            ),
            measured: format!("{counted:.4} by count, {median:.3} by processor time"),
            is_met: goal.holds(counted.max(median)),
            section: "A whole fit",
        }));
    }
    Ok(table)
}

/// The instructions of one way in terms of another, of the learner with ndarray.
pub(super) fn counted(one: Way, other: Way) -> Result<f64, Box<dyn Error>> {
    let of = |way| instructions(Learned::Ndarray, way);
    Ok(of(one)? / of(other)?)
}

/// Instructions per epoch.
fn instructions(learned: Learned, way: Way) -> Result<f64, Box<dyn Error>> {
    per_epoch(learned, way, valgrind::instructions)
}

/// What an epoch of the learner with ndarray allocates.
pub(super) fn allocations(way: Way) -> Result<f64, Box<dyn Error>> {
    per_epoch(Learned::Ndarray, way, valgrind::allocations)
}

fn per_epoch(learned: Learned, way: Way, count: valgrind::Count) -> Result<f64, Box<dyn Error>> {
    const EPOCHS: u32 = 4;
    valgrind::each(EPOCHS, &[FIT, learned.name(), way.name()], count)
}

/// Fits once. This is what runs under valgrind.
pub(super) fn once(which: &[String], epochs: u64) -> Result<(), BoxError> {
    let [learned, way] = which else {
        return Err("write which learner is to be fitted, and in which way".into());
    };
    Learned::named(learned)?.fit(Way::named(way)?, &Fed::load()?, epochs)?;
    Ok(())
}
