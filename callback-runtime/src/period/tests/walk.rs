//! All short walks of a loop, and the visits that must be due in them. A walk is a list of the steps at which a handler is visited.

use crate::period::{HandlerPeriod, Period, Position, Unit};

/// An interval of steps, whose marks are found by counting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepInterval {
    every: u64,
    offset: u64,
    until: Option<u64>,
    once: bool,
}

/// Returns every interval of a few steps.
pub(crate) fn step_intervals() -> Vec<StepInterval> {
    let mut step_intervals = Vec::new();
    for every in 1..=4 {
        for offset in [0, 1, 5] {
            for until in [None, Some(9)] {
                for once in [false, true] {
                    step_intervals.push(StepInterval {
                        every,
                        offset,
                        until,
                        once,
                    });
                }
            }
        }
    }
    step_intervals
}

/// Returns every walk of four visits, with distances from 0 to more than most intervals.
pub(crate) fn walks() -> Vec<Vec<u64>> {
    let mut walks = vec![Vec::new()];
    for _ in 0..4 {
        let extend = |walk: Vec<u64>| {
            [0, 1, 3, 7].map(|distance| {
                let last = walk.last().copied().unwrap_or(0);
                [&walk[..], &[last + distance]].concat()
            })
        };
        walks = walks.into_iter().flat_map(extend).collect();
    }
    walks
}

pub(crate) fn at(steps: u64) -> Position {
    Position::new().with(Unit::Steps, steps)
}

/// Visits a handler, and returns whether it was due at each visit of `walk`.
pub(crate) fn due(period: &mut HandlerPeriod, walk: &[u64]) -> Vec<bool> {
    walk.iter()
        .map(|steps| period.is_due(&at(*steps), false).is_some())
        .collect()
}

impl StepInterval {
    pub(crate) fn period(self) -> Period {
        let period = Period::steps(self.every).offset(self.offset);
        let period = if self.once { period.once() } else { period };
        self.until
            .map_or(period.clone(), |until| period.until(until))
    }

    /// Returns whether a handler must be due at each visit of `walk`, in a run that begins at `start`.
    pub(crate) fn expected(self, start: u64, walk: &[u64]) -> Vec<bool> {
        let previous = [start].into_iter().chain(walk.iter().copied());
        let visits = previous.zip(walk);
        visits
            .map(|(previous, now)| (previous + 1..=*now).any(|step| self.is_mark(step)))
            .collect()
    }

    fn is_mark(self, step: u64) -> bool {
        let mut mark = self.offset + self.every;
        while mark < step && !self.once {
            mark += self.every;
        }
        mark == step && self.until.is_none_or(|until| mark <= until)
    }
}
