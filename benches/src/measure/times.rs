//! How long a firing takes, of one contender in terms of another.
//!
//! Times are those of the processor. They change with what else the machine has in its caches, and with where a contender's values happen to lie. So two contenders take
//! turns, a millisecond each; the fastest turn of each is the one that nothing disturbed, and gives a ratio. Both are built
//! anew many times, and the median of the ratios is reported, with the quartiles.

use super::bound::Bound::{self, AtLeast, AtMost};
use super::{processor, spread};
use crate::report::{Goal, Table};
use callbacks_benches::contenders::{BoxError, Contender, Peer, Setup, Signature};
use std::error::Error;
use std::time::Duration;

/// How often both contenders are built.
const BUILDS: usize = 21;

/// How many turns each contender has between two builds.
const TURNS: usize = 25;

/// How long a turn is at least. What begins and ends a run is not worth mentioning then.
const TURN: Duration = Duration::from_millis(1);

/// One ratio.
struct Pair {
    slow: Setup,
    fast: Setup,
    goal: Option<Bound>,
}

/// The ratios, and whether the goals are met.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "handlers",
        "each",
        "time of",
        "in terms of",
        "goal",
        "median",
        "quartiles",
        "met",
    ];
    let mut table = Table::new("Time of a firing, as a ratio", "times", columns);
    for pair in &PAIRS {
        let [first, median, third] =
            spread::quartiles(pair.ratios().map_err(|error| error as Box<dyn Error>)?);
        table.row([
            handlers(pair.slow),
            pair.slow.signature.to_string(),
            pair.slow.peer.to_string(),
            pair.fast.peer.to_string(),
            Bound::cell(pair.goal),
            format!("{median:.2}"),
            format!("{first:.2} to {third:.2}"),
            Bound::met(pair.goal, median),
        ]);
        table.goals.extend(pair.report(first, median, third));
    }
    Ok(table)
}

fn handlers(setup: Setup) -> String {
    match setup.idle {
        0 => setup.handlers.to_string(),
        idle => format!("{} + {idle} idle", setup.handlers),
    }
}

const PAIRS: [Pair; 15] = {
    use Peer::{Argmin, Bevy, Direct, Dynamic, Inline, Ours};
    [
        Pair::of(64, Ours, Direct).wanted(AtMost(1.3)),
        Pair::of(8, Argmin, Ours)
            .asking(Signature::One)
            .wanted(AtLeast(4.0)),
        Pair::of(8, Bevy, Ours).wanted(AtLeast(10.0)),
        // How much faster anything could be.
        Pair::of(8, Argmin, Direct).asking(Signature::One),
        Pair::of(8, Bevy, Direct),
        Pair::of(8, Argmin, Inline).asking(Signature::One),
        // An observer shares nothing, so that what it writes is its own.
        Pair::of(8, Argmin, Ours),
        Pair::of(8, Argmin, Ours).asking(Signature::Inlined),
        Pair::of(8, Argmin, Direct).asking(Signature::Inlined),
        Pair::of(8, Dynamic, Ours),
        Pair::of(8, Dynamic, Ours).beside(100),
        Pair::of(8, Ours, Direct),
        Pair::of(8, Ours, Inline),
        Pair::of(1, Ours, Direct),
        Pair::of(1, Ours, Inline),
    ]
};

impl Pair {
    const fn of(handlers: usize, slow: Peer, fast: Peer) -> Self {
        Self {
            slow: Setup::of(slow).with(handlers),
            fast: Setup::of(fast).with(handlers),
            goal: None,
        }
    }

    const fn asking(self, signature: Signature) -> Self {
        Self {
            slow: self.slow.asking(signature),
            fast: self.fast.asking(signature),
            ..self
        }
    }

    const fn beside(self, idle: usize) -> Self {
        Self {
            slow: self.slow.beside(idle),
            fast: self.fast.beside(idle),
            ..self
        }
    }

    const fn wanted(self, goal: Bound) -> Self {
        Self {
            goal: Some(goal),
            ..self
        }
    }

    fn report(&self, first: f64, median: f64, third: f64) -> Option<Goal> {
        let (handlers, slow, fast) = (self.slow.handlers, self.slow.peer, self.fast.peer);
        let goal = self.goal?;
        Some(Goal {
            wanted: format!("the time of {handlers} handlers, {slow} in terms of {fast}: {goal}"),
            measured: format!("{median:.2} ({first:.2} to {third:.2})"),
            is_met: goal.holds(median),
            section: "What is missed, and why",
        })
    }

    fn ratios(&self) -> Result<Vec<f64>, BoxError> {
        (0..BUILDS).map(|_| self.ratio()).collect()
    }

    fn ratio(&self) -> Result<f64, BoxError> {
        let (mut slow, mut fast) = (Turns::of(self.slow)?, Turns::of(self.fast)?);
        for _ in 0..TURNS {
            slow.take()?;
            fast.take()?;
        }
        Ok(slow.fastest / fast.fastest)
    }
}

/// A contender, and how it fares.
struct Turns {
    contender: Box<dyn Contender>,
    /// How often it fires in a turn.
    times: u32,
    /// Seconds per firing.
    fastest: f64,
}

impl Turns {
    fn of(setup: Setup) -> Result<Self, BoxError> {
        let contender = setup.build().ok_or("a contender that is none")?;
        let (times, fastest) = (1_000, f64::INFINITY);
        let mut turns = Self {
            contender,
            times,
            fastest,
        };
        while turns.take()? < TURN {
            turns.times *= 2;
        }
        Ok(turns)
    }

    fn take(&mut self) -> Result<Duration, BoxError> {
        let before = processor::of_this_process();
        self.contender.fire(self.times.into())?;
        let taken = processor::since(before);
        self.fastest = self
            .fastest
            .min(taken.as_secs_f64() / f64::from(self.times));
        Ok(taken)
    }
}
