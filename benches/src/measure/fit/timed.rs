//! How long a fit takes in terms of another one: processor time, of one thread.

use super::{Fed, Learned, Way};
use crate::measure::{once_more, processor, spread};
use callbacks::BoxError;
use std::error::Error;

/// The argument with which this program runs itself to compare two fits; the learner and the two ways follow.
pub(in crate::measure) const IN_TURNS: &str = "fit-in-turns";

/// How many ratios there are, of which the median is reported.
const ROUNDS: usize = 9;

/// How often each fits in a round. The fastest fit is the one that nothing disturbed.
const TURNS: u64 = 11;

/// The epochs of a timed fit: those of the examples.
const EPOCHS: u64 = 20;

/// The quartiles of the ratios of the fastest of two fits that take turns.
pub(super) fn ratios(learned: Learned, one: Way, other: Way) -> Result<[f64; 3], Box<dyn Error>> {
    let [ratios, _] = once_more::run(None, &[IN_TURNS, learned.name(), one.name(), other.name()])?;
    let ratios = ratios.split_whitespace().map(str::parse);
    let ratios: Vec<f64> = ratios.collect::<Result<_, _>>()?;
    Ok(spread::quartiles(ratios))
}

/// What this program does for that.
pub(in crate::measure) fn take_turns(asked: &[String]) -> Result<(), Box<dyn Error>> {
    let [learned, one, other] = asked else {
        return Err("write a learner and two ways to fit it".into());
    };
    let taken = || -> Result<Vec<f64>, BoxError> {
        let learned = Learned::named(learned)?;
        let ways = [Way::named(one)?, Way::named(other)?];
        let fed = Fed::load()?;
        agree(learned, &fed)?;
        (0..ROUNDS).map(|_| ratio(learned, ways, &fed)).collect()
    };
    for ratio in taken().map_err(|error| error as Box<dyn Error>)? {
        println!("{ratio}");
    }
    Ok(())
}

fn ratio(learned: Learned, ways: [Way; 2], fed: &Fed) -> Result<f64, BoxError> {
    let mut fastest = [f64::INFINITY; 2];
    for turn in 0..TURNS {
        for (fastest, way) in fastest.iter_mut().zip(ways) {
            let _elsewhere = scattered(turn);
            let before = processor::of_this_process();
            learned.fit(way, fed, EPOCHS)?;
            let taken = processor::since(before);
            *fastest = fastest.min(taken.as_secs_f64());
        }
    }
    let [one, other] = fastest;
    Ok(one / other)
}

/// Blocks of memory of random sizes with gaps between them, so that what is allocated next lies somewhere else in each turn: how
/// fast a product of matrices is depends on where they are, by several hundredths.
fn scattered(turn: u64) -> Vec<Vec<u8>> {
    const BLOCKS: usize = 256;
    const LONGEST: usize = 8 << 10;
    let mut rng = fastrand::Rng::with_seed(turn);
    let mut blocks: Vec<_> = (0..BLOCKS)
        .map(|_| vec![0; rng.usize(1..LONGEST)])
        .collect();
    blocks.retain(|_| rng.bool());
    blocks
}

/// That all ways do the same work.
fn agree(learned: Learned, fed: &Fed) -> Result<(), BoxError> {
    for (one, other) in [(Way::Bare, Way::Alone), (Way::Bookkept, Way::WithTen)] {
        let result = |way| learned.result(way, fed, EPOCHS);
        if result(one)? != result(other)? {
            return Err("the loop by hand and the trainer differ".into());
        }
    }
    Ok(())
}
