//! The position at which a schedule has a value.

/// A position in a run, in steps or in epochs, and the total of the run if it is known.
///
/// ```
/// use callbacks::schedule::SchedulePosition;
///
/// let last = SchedulePosition::new(9).of(10);
/// assert_eq!((last.count(), last.total()), (9, Some(10)));
/// assert_eq!(SchedulePosition::new(9).total(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchedulePosition {
    count: u64,
    total: Option<u64>,
}

impl SchedulePosition {
    /// The position after `count` steps or epochs: 0 is the begin of the first one.
    pub const fn new(count: u64) -> Self {
        Self { count, total: None }
    }

    /// Sets the number of steps or epochs in the whole run.
    pub const fn of(self, total: u64) -> Self {
        Self {
            total: Some(total),
            ..self
        }
    }

    /// Returns the number of steps or epochs that are complete.
    pub const fn count(self) -> u64 {
        self.count
    }

    /// Returns the number of steps or epochs in the whole run, if it is known.
    pub const fn total(self) -> Option<u64> {
        self.total
    }

    /// Returns the total as the length of a schedule, unless the schedule has one of its own.
    pub(super) fn length(self, own: Option<u64>) -> Option<u64> {
        own.or(self.total)
    }

    /// Returns the fraction of a schedule of this length that is complete: from 0 to 1, and 1 behind the end. NaN if the length is not known.
    pub(super) fn fraction(self, length: Option<u64>) -> f64 {
        let Some(length) = self.length(length) else {
            return f64::NAN;
        };
        if self.count >= length {
            1.0
        } else {
            as_f64(self.count) / as_f64(length)
        }
    }
}

/// Returns a number of steps or epochs, exact below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "a run has fewer than 2^53 of anything"
)]
pub(super) const fn as_f64(count: u64) -> f64 {
    count as f64
}
