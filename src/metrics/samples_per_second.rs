//! How many samples a program works through in a second.

use super::{Metric, MetricError, Nothing, Samples, Weights};
use callback_runtime::persist::Fields;
use std::fmt;
use std::time::{Duration, Instant};

/// The samples per second since the metric was made or reset, on a [`Clock`].
///
/// Merged metrics belong to ranks that work at the same time: their samples are added, and the longer time counts. Weights of samples have
/// no effect. No samples, or no time: no value. In a restored run the time before it was saved counts, and the time in between does not.
///
/// ```
/// use callbacks::metrics::{Metric, SamplesPerSecond};
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use std::time::Duration;
///
/// let seconds = Rc::new(Cell::new(0));
/// let clock = Rc::clone(&seconds);
/// let mut rate = SamplesPerSecond::with_clock(move || Duration::from_secs(clock.get()));
/// rate.update(&64_u64, &())?;
/// seconds.set(4);
/// assert_eq!(rate.compute(), Some(16.0));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Clone)]
pub struct SamplesPerSecond<C = SystemClock> {
    clock: C,
    began: Duration,
    /// The time of the part of a pass before its run was saved and restored.
    before: Duration,
    /// The time of merged metrics.
    merged: Duration,
    samples: u64,
}

/// A clock that does not go back. A closure that returns a [`Duration`] is one, for tests that do not wait.
///
/// ```
/// use callbacks::metrics::Clock;
/// use std::time::Duration;
///
/// assert_eq!((|| Duration::from_secs(7)).now(), Duration::from_secs(7));
/// ```
pub trait Clock {
    /// Returns the time since some fixed moment.
    fn now(&self) -> Duration;
}

impl<F: Fn() -> Duration> Clock for F {
    fn now(&self) -> Duration {
        self()
    }
}

/// The monotonic clock of the system.
///
/// ```
/// use callbacks::metrics::{Clock, SystemClock};
///
/// let clock = SystemClock::default();
/// assert!(clock.now() <= clock.now());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl SamplesPerSecond {
    /// Begins to measure, on the clock of the system.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, SamplesPerSecond};
    /// assert_eq!(SamplesPerSecond::new().compute(), None);
    /// ```
    pub fn new() -> Self {
        Self::with_clock(SystemClock::default())
    }
}

impl Default for SamplesPerSecond {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Clock> SamplesPerSecond<C> {
    /// Begins to measure, on another clock.
    ///
    /// ```
    /// # use callbacks::metrics::{Metric, SamplesPerSecond};
    /// # use std::time::Duration;
    /// let mut stopped = SamplesPerSecond::with_clock(|| Duration::ZERO);
    /// stopped.update(&64_u64, &())?;
    /// assert_eq!(stopped.compute(), None);
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn with_clock(clock: C) -> Self {
        let began = clock.now();
        Self {
            clock,
            began,
            before: Duration::ZERO,
            merged: Duration::ZERO,
            samples: 0,
        }
    }

    fn elapsed(&self) -> Duration {
        self.own_time().max(self.merged)
    }

    fn own_time(&self) -> Duration {
        let since = self.clock.now().saturating_sub(self.began);
        self.before.saturating_add(since)
    }
}

impl<C: Clock> Metric for SamplesPerSecond<C> {
    type Prediction = Samples;
    type Target = Nothing;
    type Output = f64;

    fn add(&mut self, samples: u64, (): (), _: Weights<'_>) -> Result<(), MetricError> {
        self.samples = self.samples.saturating_add(samples);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 samples")]
    fn compute(&self) -> Option<f64> {
        let seconds = self.elapsed().as_secs_f64();
        (self.samples > 0 && seconds > 0.0).then(|| self.samples as f64 / seconds)
    }

    fn reset(&mut self) {
        self.began = self.clock.now();
        self.before = Duration::ZERO;
        self.merged = Duration::ZERO;
        self.samples = 0;
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        self.samples = self.samples.saturating_add(other.samples);
        self.merged = self.merged.max(other.elapsed());
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut elapsed = self.own_time();
        fields.field("elapsed", &mut elapsed);
        fields.field("merged", &mut self.merged);
        fields.field("samples", &mut self.samples);
        if fields.is_loading() {
            (self.began, self.before) = (self.clock.now(), elapsed);
        }
    }
}

impl<C> fmt::Debug for SamplesPerSecond<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamplesPerSecond")
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}
