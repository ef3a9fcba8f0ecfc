//! Where a fit stands. Each unit is a type of its own, so that steps cannot be taken for epochs.

use callback_runtime::counter;
use std::fmt;

macro_rules! counters {
    ($($(#[$doc:meta])* $Counter:ident)*) => {$(
        $(#[$doc])*
        ///
        /// Once it is at `u64::MAX` it stays there.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $Counter(u64);

        impl $Counter {
            /// The counter at `count`.
            pub const fn new(count: u64) -> Self {
                Self(count)
            }

            /// As a number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// As a number to reckon with, exact below 2^53.
            #[expect(clippy::cast_precision_loss, reason = "a run has fewer than 2^53 of anything")]
            pub const fn as_f64(self) -> f64 {
                self.0 as f64
            }

            pub(super) fn advance(&mut self, by: u64) {
                self.0 = self.0.saturating_add(by);
            }
        }

        counter!($Counter: u64);

        impl fmt::Display for $Counter {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    )*};
}

counters! {
    /// The epoch under way, from 1; 0 before the first. After the last one it stays.
    ///
    /// ```
    /// use callbacks::fit::Epoch;
    ///
    /// let epoch = Epoch::new(7);
    /// assert_eq!(epoch.get(), 7);
    /// assert_eq!(format!("{epoch:>3}"), "  7");
    /// ```
    Epoch

    /// How many times the parameters have been updated in this fit. From `on_train_batch_after_step` on it includes the
    /// batch's own update; several optimisers make one step together.
    ///
    /// ```
    /// use callbacks::fit::Step;
    ///
    /// assert!(Step::new(3) < Step::new(4));
    /// assert_eq!(Step::new(4).get() % 2, 0);
    /// ```
    Step

    /// The batch under way in this pass, from 1; 0 before the first and outside of a pass. At a pass's end it is how many there were.
    ///
    /// ```
    /// use callbacks::fit::Iteration;
    ///
    /// let every_hundredth = |iteration: &Iteration| iteration.get() % 100 == 0;
    /// assert!(every_hundredth(&Iteration::new(200)));
    /// ```
    Iteration

    /// How many batches have been trained on in this fit, over all of its passes. At a batch's breakpoints it includes the batch.
    ///
    /// ```
    /// use callbacks::fit::MicroStep;
    ///
    /// assert_eq!(MicroStep::new(8).get(), 8);
    /// ```
    MicroStep

    /// How many samples have been trained on in this fit, as [`Learner::samples`](super::Learner::samples) counts them. At a
    /// batch's breakpoints it includes the batch.
    ///
    /// ```
    /// use callbacks::fit::SampleCount;
    ///
    /// assert_eq!(SampleCount::default(), SampleCount::new(0));
    /// assert_eq!(SampleCount::new(256).get(), 256);
    /// ```
    SampleCount
}

/// How many epochs a fit has: the bounds given to the trainer.
///
/// ```
/// use callbacks::fit::Epochs;
///
/// let epochs = Epochs { min: 5, max: 20 };
/// assert!(!epochs.may_stop_after(4));
/// assert!(epochs.may_stop_after(5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    /// A stop before so many epochs are complete is refused.
    pub min: u64,
    /// The fit ends after so many.
    pub max: u64,
}

impl Epochs {
    /// Whether a stop may take effect once so many epochs are complete. The one place that decides it.
    ///
    /// ```
    /// # use callbacks::fit::Epochs;
    /// let epochs = Epochs { min: 5, max: 20 };
    /// assert!(!epochs.may_stop_after(4));
    /// assert!(epochs.may_stop_after(5));
    /// ```
    pub const fn may_stop_after(self, complete: u64) -> bool {
        complete >= self.min
    }
}

/// How many there are in all: batches in the pass of a fit that is under way, steps in the run of a driver that is. `None` if one
/// cannot tell: where a source of batches does not, in a run for a simulated time, and outside of a pass.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::fit::Total;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).on(Fit::on_train_batch_end, |iteration: &Iteration, total: &Total| {
///     assert!(total.get().is_some_and(|total| iteration.get() <= total));
/// });
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)]); 3])?.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Total(Option<u64>);

impl Total {
    /// So many, if one can tell.
    pub const fn new(total: Option<u64>) -> Self {
        Self(total)
    }

    /// As a number.
    pub const fn get(self) -> Option<u64> {
        self.0
    }
}

/// Which pass is under way.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut metrics = Metrics::default();
/// for phase in [Phase::Train, Phase::Valid] {
///     metrics.set(format!("{phase}_accuracy"), 0.9);
/// }
/// assert_eq!(metrics.get("valid_accuracy"), Some(0.9));
/// assert_eq!(Phase::Valid.name(), "valid");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// None: before, between and after the passes.
    #[default]
    Between,
    /// The training pass.
    Train,
    /// The validation pass, also of an evaluation.
    Valid,
    /// The pass of a prediction.
    Predict,
}

impl Phase {
    /// Its name, as in the names of breakpoints and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Between => "between",
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Predict => "predict",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
