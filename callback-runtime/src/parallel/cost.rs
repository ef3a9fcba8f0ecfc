//! What a handler takes, for the decision whether it is worth its while to run it beside others.

use std::time::Duration;

/// A handler is timed so many times before its time is known, and so many times in each [`SAMPLING_CYCLE`].
const MIN_SAMPLES: u32 = 4;

/// So many times a handler runs before it is timed again.
const SAMPLING_CYCLE: u32 = 64;

/// The newest time has this share of the mean: an eighth.
const MEAN_WEIGHT: u32 = 8;

/// A time that is no further than this from the mean is no surprise: so much the clock itself may be wrong.
const CLOCK_NOISE: Duration = Duration::from_micros(1);

/// What a handler takes: a mean that follows the handler when it becomes slower or faster, and is not deceived by one that is slow
/// now and then.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    mean: Duration,
    /// As far as [`MEAN_WEIGHT`].
    samples: u32,
    /// How often it calls in this round.
    calls: u32,
}

impl Cost {
    pub(crate) fn mean(&self) -> Option<Duration> {
        (self.samples >= MIN_SAMPLES).then_some(self.mean)
    }

    /// It runs: whether it is to be timed.
    pub(crate) fn should_measure(&mut self) -> bool {
        let is_measured = self.calls < MIN_SAMPLES || self.samples < MIN_SAMPLES;
        self.calls = (self.calls + 1) % SAMPLING_CYCLE;
        is_measured
    }

    /// What surprises is looked at anew: a round begins.
    pub(crate) fn record(&mut self, took: Duration) {
        if self.is_outlier(took) {
            self.calls = 0;
        }
        self.samples = MEAN_WEIGHT.min(self.samples + 1);
        let share = self.mean / self.samples;
        self.mean = self.mean.saturating_sub(share) + took / self.samples;
    }

    fn is_outlier(&self, took: Duration) -> bool {
        let is_far = took > self.mean * 2 || took * 2 < self.mean;
        is_far && took.abs_diff(self.mean) > CLOCK_NOISE
    }
}
