//! Serializes the state of a period as `u64` numbers, for a checkpoint. A real number is written as its bits, so that it is not rounded.

use super::{IntervalState, PeriodState};
use crate::period::interval::{Interval, NextMark};
use crate::period::{Amount, Position, Unit};

/// The version of the format. It changes when the numbers get another meaning.
const VERSION: u64 = 1;

impl PeriodState {
    /// Returns the whole state as numbers.
    pub(crate) fn to_words(&self) -> Vec<u64> {
        let mut words = vec![VERSION, self.visited.into(), self.has_run.into()];
        for position in [self.last_run, self.last_position] {
            words.push(position.is_some().into());
            let position = position.unwrap_or_default();
            let amounts = Unit::ALL.into_iter().map(|unit| position.amount(unit));
            words.extend(amounts.flat_map(amount_words));
        }
        let intervals = self.intervals.iter().copied();
        words.extend(intervals.flat_map(IntervalState::to_words));
        words
    }

    /// Reads the numbers that [`to_words`](Self::to_words) returned. `None` for other numbers.
    pub(crate) fn from_words(words: &[u64]) -> Option<Self> {
        let mut words = words.iter().copied();
        if words.next()? != VERSION {
            return None;
        }
        let mut state = Self {
            intervals: Vec::new(),
            visited: flag(words.next()?)?,
            has_run: flag(words.next()?)?,
            last_run: position(&mut words)?,
            last_position: position(&mut words)?,
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
        let [every, offset, until] = [Some(every), offset, until].map(amount_words);
        let next = match self.next {
            None => [0, 0],
            Some(NextMark::Number(number)) => [1, number],
            Some(NextMark::Never) => [2, 0],
        };
        [[unit as u64, once.into()], every, offset, until, next].concat()
    }

    fn from_words(words: &mut impl Iterator<Item = u64>) -> Option<Self> {
        let unit = usize::try_from(words.next()?).ok()?;
        let unit = *Unit::ALL.get(unit)?;
        let once = flag(words.next()?)?;
        let (every, offset, until) = (amount(words)??, amount(words)?, amount(words)?);
        let next = match (words.next()?, words.next()?) {
            (0, 0) => None,
            (1, number) => Some(NextMark::Number(number)),
            (2, 0) => Some(NextMark::Never),
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

/// Reads an amount. `Some(None)` if the words say that there is none, and `None` if they cannot be read.
#[expect(clippy::option_option, reason = "an absent amount is not an error")]
fn amount(words: &mut impl Iterator<Item = u64>) -> Option<Option<Amount>> {
    match (words.next()?, words.next()?) {
        (0, 0) => Some(None),
        (1, whole) => Some(Some(Amount::Whole(whole))),
        (2, real) => Some(Some(Amount::Real(f64::from_bits(real)))),
        _ => None,
    }
}

/// Reads a position. `Some(None)` if the words say that there is none, and `None` if they cannot be read.
#[expect(clippy::option_option, reason = "an absent position is not an error")]
fn position(words: &mut impl Iterator<Item = u64>) -> Option<Option<Position>> {
    let is_some = flag(words.next()?)?;
    let mut position = Position::new();
    for unit in Unit::ALL {
        if let Some(amount) = amount(words)? {
            position = position.with(unit, amount);
        }
    }
    Some(is_some.then_some(position))
}
