//! How long a handler takes, which decides whether running it in parallel pays.
//!
//! How the mean is computed can change freely: `dispatch` only records durations and reads the mean.

use std::time::Duration;

/// The number of measured calls after which the mean is known, and the number of measured calls in each cycle.
const MIN_SAMPLES: u32 = 4;

/// The number of calls in a cycle. Only the first calls of a cycle are measured.
const CYCLE: u32 = 64;

/// The newest sample counts as one of this many in the mean.
const WINDOW: u32 = 8;

/// A sample that differs from the mean by no more than this is not an outlier, because the clock may be as inexact.
const CLOCK_NOISE: Duration = Duration::from_micros(1);

/// A moving mean of how long a handler takes. It follows a handler that becomes slower or faster, and one slow call changes it little.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// The mean of the samples; zero before the first one.
    mean: Duration,
    /// The number of samples so far, up to [`WINDOW`].
    samples: u32,
    /// The number of calls in this cycle. An outlier begins a new cycle.
    calls: u32,
}

impl Cost {
    /// Returns the mean, if there are enough samples.
    pub(crate) fn mean(&self) -> Option<Duration> {
        (self.samples >= MIN_SAMPLES).then_some(self.mean)
    }

    /// Counts a call, and returns whether the caller should measure it.
    pub(crate) fn should_measure(&mut self) -> bool {
        let is_measured = self.calls < MIN_SAMPLES || self.samples < MIN_SAMPLES;
        self.calls = (self.calls + 1) % CYCLE;
        is_measured
    }

    /// Adds a sample to the mean. After an outlier the next calls are measured too.
    pub(crate) fn record(&mut self, sample: Duration) {
        if self.is_outlier(sample) {
            self.calls = 0;
        }
        self.samples = WINDOW.min(self.samples + 1);
        let share = self.mean / self.samples;
        self.mean = self.mean.saturating_sub(share) + sample / self.samples;
    }

    /// Whether a sample is more than twice the mean or less than half of it.
    fn is_outlier(&self, sample: Duration) -> bool {
        let is_far = sample > self.mean * 2 || sample * 2 < self.mean;
        is_far && sample.abs_diff(self.mean) > CLOCK_NOISE
    }
}
