//! A memory as numbers, for whatever keeps it: real ones by their bits, so that nothing is rounded.

use super::{IntervalState, PeriodState};
use crate::period::interval::{Interval, Next};
use crate::period::{Amount, Position, Unit};

/// Changes when the numbers mean something else.
const VERSION: u64 = 1;

impl PeriodState {
    /// All of it.
    pub(crate) fn to_words(&self) -> Vec<u64> {
        let mut words = vec![VERSION, self.visited.into(), self.has_run.into()];
        for place in [self.last_run, self.last_position] {
            words.push(place.is_some().into());
            let place = place.unwrap_or_default();
            words.extend(
                Unit::ALL
                    .into_iter()
                    .flat_map(|unit| amount_words(place.amount(unit))),
            );
        }
        words.extend(
            self.intervals
                .iter()
                .copied()
                .flat_map(IntervalState::to_words),
        );
        words
    }

    /// What `to_words` made, and nothing else.
    pub(crate) fn from_words(words: &[u64]) -> Option<Self> {
        let mut words = words.iter().copied();
        if words.next()? != VERSION {
            return None;
        }
        let mut state = Self {
            intervals: Vec::new(),
            visited: flag(words.next()?)?,
            has_run: flag(words.next()?)?,
            last_run: place(&mut words)?,
            last_position: place(&mut words)?,
        };
        while words.len() > 0 {
            state.intervals.push(IntervalState::from_words(&mut words)?);
        }
        Some(state)
    }
}

impl IntervalState {
    fn to_words(self) -> Vec<u64> {
        let Interval {
            unit,
            every,
            offset,
            until,
            once,
        } = self.interval;
        let mut words = vec![unit as u64, once.into()];
        for amount in [Some(every), offset, until] {
            words.extend(amount_words(amount));
        }
        words.extend(match self.next {
            None => [0, 0],
            Some(Next::HaltedAt(number)) => [1, number],
            Some(Next::Never) => [2, 0],
        });
        words
    }

    fn from_words(words: &mut impl Iterator<Item = u64>) -> Option<Self> {
        let unit = usize::try_from(words.next()?).ok()?;
        let unit = *Unit::ALL.get(unit)?;
        let once = flag(words.next()?)?;
        let (every, offset, until) = (amount(words)??, amount(words)?, amount(words)?);
        let next = match (words.next()?, words.next()?) {
            (0, 0) => None,
            (1, number) => Some(Next::HaltedAt(number)),
            (2, 0) => Some(Next::Never),
            _ => return None,
        };
        let interval = Interval {
            unit,
            every,
            offset,
            until,
            once,
        };
        Some(Self { interval, next })
    }
}

fn flag(word: u64) -> Option<bool> {
    (word <= 1).then_some(word == 1)
}

fn amount_words(amount: Option<Amount>) -> [u64; 2] {
    match amount {
        None => [0, 0],
        Some(Amount::Whole(whole)) => [1, whole],
        Some(Amount::Real(real)) => [2, real.to_bits()],
    }
}

/// `None` inside: there is no amount. `None` outside: these are no words of one.
#[expect(
    clippy::option_option,
    reason = "both can be missing, and are told apart"
)]
fn amount(words: &mut impl Iterator<Item = u64>) -> Option<Option<Amount>> {
    match (words.next()?, words.next()?) {
        (0, 0) => Some(None),
        (1, whole) => Some(Some(Amount::Whole(whole))),
        (2, real) => Some(Some(Amount::Real(f64::from_bits(real)))),
        _ => None,
    }
}

#[expect(
    clippy::option_option,
    reason = "both can be missing, and are told apart"
)]
fn place(words: &mut impl Iterator<Item = u64>) -> Option<Option<Position>> {
    let is_there = flag(words.next()?)?;
    let mut place = Position::new();
    for unit in Unit::ALL {
        if let Some(amount) = amount(words)? {
            place = place.with(unit, amount);
        }
    }
    Some(is_there.then_some(place))
}
