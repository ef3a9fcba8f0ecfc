//! All short walks of a loop, and the visits that must be due in them.

use crate::period::{HandlerPeriod, Period, Position, Unit};

/// An interval of steps, and an oracle for it that only counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rhythm {
    every: u64,
    offset: u64,
    until: Option<u64>,
    once: bool,
}

/// Every interval of a few steps.
pub(crate) fn rhythms() -> Vec<Rhythm> {
    let mut rhythms = Vec::new();
    for every in 1..=4 {
        for offset in [0, 1, 5] {
            for until in [None, Some(9)] {
                for once in [false, true] {
                    rhythms.push(Rhythm {
                        every,
                        offset,
                        until,
                        once,
                    });
                }
            }
        }
    }
    rhythms
}

/// Every walk of four visits, with steps of unlike lengths: none, short ones, and longer ones than most periods.
pub(crate) fn walks() -> Vec<Vec<u64>> {
    let mut walks = vec![Vec::new()];
    for _ in 0..4 {
        let longer = |walk: Vec<u64>| {
            [0, 1, 3, 7].map(|by| {
                let here = walk.last().copied().unwrap_or(0);
                [&walk[..], &[here + by]].concat()
            })
        };
        walks = walks.into_iter().flat_map(longer).collect();
    }
    walks
}

pub(crate) fn at(steps: u64) -> Position {
    Position::new().with(Unit::Steps, steps)
}

/// Whether a handler was due at each visit of `walk`.
pub(crate) fn due(period: &mut HandlerPeriod, walk: &[u64]) -> Vec<bool> {
    walk.iter()
        .map(|steps| period.is_due(&at(*steps), false).is_some())
        .collect()
}

impl Rhythm {
    pub(crate) fn period(self) -> Period {
        let period = Period::steps(self.every).offset(self.offset);
        let period = if self.once { period.once() } else { period };
        self.until
            .map_or(period.clone(), |until| period.until(until))
    }

    /// The visits of `walk` that are due, in a run from `start`.
    pub(crate) fn expected(self, start: u64, walk: &[u64]) -> Vec<bool> {
        let befores = [start].into_iter().chain(walk.iter().copied());
        let steps = befores.zip(walk);
        steps
            .map(|(before, now)| (before + 1..=*now).any(|step| self.is_mark(step)))
            .collect()
    }

    fn is_mark(self, step: u64) -> bool {
        let mut halted_at = self.offset + self.every;
        while halted_at < step && !self.once {
            halted_at += self.every;
        }
        halted_at == step && self.until.is_none_or(|until| halted_at <= until)
    }
}
