//! What a handler takes, for the decision whether it is worth its while to run it beside others.

use std::time::Duration;

/// A handler is timed so many times before its time is known, and so many times in each [`ROUND`].
const TIMES: u32 = 4;

/// So many times a handler runs before it is timed again.
const ROUND: u32 = 64;

/// The newest time has this share of the mean: an eighth.
const SHARE: u32 = 8;

/// A time that is no further than this from the mean is no surprise: so much the clock itself may be wrong.
const NOISE: Duration = Duration::from_micros(1);

/// What a handler takes: a mean that follows the handler when it becomes slower or faster, and is not deceived by one that is slow
/// now and then.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    mean: Duration,
    /// As far as [`SHARE`].
    measured: u32,
    /// How often it ran in this round.
    ran: u32,
}

impl Cost {
    pub(crate) fn known(&self) -> Option<Duration> {
        (self.measured >= TIMES).then_some(self.mean)
    }

    /// It runs: whether it is to be timed.
    pub(crate) fn is_measured(&mut self) -> bool {
        let is_measured = self.ran < TIMES || self.measured < TIMES;
        self.ran = (self.ran + 1) % ROUND;
        is_measured
    }

    /// What surprises is looked at anew: a round begins.
    pub(crate) fn note(&mut self, took: Duration) {
        if self.is_surprised_by(took) {
            self.ran = 0;
        }
        self.measured = SHARE.min(self.measured + 1);
        let share = self.mean / self.measured;
        self.mean = self.mean.saturating_sub(share) + took / self.measured;
    }

    fn is_surprised_by(&self, took: Duration) -> bool {
        let is_far = took > self.mean * 2 || took * 2 < self.mean;
        is_far && took.abs_diff(self.mean) > NOISE
    }
}
