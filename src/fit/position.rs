//! The position of a fit. Each unit has a type of its own, so that steps are not confused with epochs.

use callback_runtime::counter;
use std::fmt;

macro_rules! counters {
    ($($(#[$doc:meta])* $Counter:ident)*) => {$(
        $(#[$doc])*
        ///
        /// It does not count beyond `u64::MAX`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $Counter(u64);

        impl $Counter {
            /// The counter at `count`.
            pub const fn new(count: u64) -> Self {
                Self(count)
            }

            /// Returns the count.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// Returns the count as a `f64`, exact below 2^53.
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
    /// The number of the epoch under way, from 1; 0 before the first one. It stays after the last epoch.
    ///
    /// ```
    /// use callbacks::fit::Epoch;
    ///
    /// let epoch = Epoch::new(7);
    /// assert_eq!(epoch.get(), 7);
    /// assert_eq!(format!("{epoch:>3}"), "  7");
    /// ```
    Epoch

    /// The number of updates of the parameters in this fit, or of steps of a driver. From `on_train_batch_after_step` on it includes the
    /// update of the batch. Several optimisers make one step together.
    ///
    /// ```
    /// use callbacks::fit::Step;
    ///
    /// assert!(Step::new(3) < Step::new(4));
    /// assert_eq!(Step::new(4).get() % 2, 0);
    /// ```
    Step

    /// The number of the batch under way in its pass, from 1; 0 before the first batch and outside of a pass. At the end of a pass it is
    /// the number of the pass's batches.
    ///
    /// ```
    /// use callbacks::fit::Iteration;
    ///
    /// let every_hundredth = |iteration: &Iteration| iteration.get() % 100 == 0;
    /// assert!(every_hundredth(&Iteration::new(200)));
    /// ```
    Iteration

    /// The number of batches in all training passes of this fit. At the breakpoints of a batch it includes the batch.
    ///
    /// ```
    /// use callbacks::fit::MicroStep;
    ///
    /// assert_eq!(MicroStep::new(8).get(), 8);
    /// ```
    MicroStep

    /// The number of samples in all training passes of this fit, as counted by [`Learner::samples`](super::Learner::samples). At the
    /// breakpoints of a batch it includes the batch.
    ///
    /// ```
    /// use callbacks::fit::SampleCount;
    ///
    /// assert_eq!(SampleCount::default(), SampleCount::new(0));
    /// assert_eq!(SampleCount::new(256).get(), 256);
    /// ```
    SampleCount
}

/// The bounds for the number of epochs, which a trainer's settings give.
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
    /// A stop is refused before this number of epochs is complete.
    pub min: u64,
    /// The fit ends after this number of epochs.
    pub max: u64,
}

impl Epochs {
    /// Whether a stop may take effect once `complete` epochs are complete.
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

    /// Returns what is wrong with the bounds, if anything is.
    pub(super) fn problem(self) -> Option<String> {
        let Self { min, max } = self;
        (min > max).then(|| {
            format!(
                "at least {min} epochs and at most {max}; give `epochs` no less than `min_epochs`"
            )
        })
    }
}

/// The total number of batches in the current pass of a fit, or of steps in the current run of a driver. `None` if it is not known: if the
/// source of batches has no exact length, in a run for a simulated time, and outside of a pass. A loop of your own may put the number of
/// rounds in the current run here, for a progress bar.
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
    /// This number; `None` if it is not known.
    pub const fn new(total: Option<u64>) -> Self {
        Self(total)
    }

    /// Returns the number, if it is known.
    pub const fn get(self) -> Option<u64> {
        self.0
    }
}

/// The kind of pass under way.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut record = Record::default();
/// for phase in [Phase::Train, Phase::Valid] {
///     record.set(format!("{phase}_accuracy"), 0.9);
/// }
/// assert_eq!(record.get("valid_accuracy"), Some(0.9));
/// assert_eq!(Phase::Valid.name(), "valid");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// No pass: before, between and after the passes.
    #[default]
    Between,
    /// The training pass.
    Train,
    /// The validation pass of a fit or an evaluation.
    Valid,
    /// The pass of a prediction.
    Predict,
}

impl Phase {
    /// Returns the name, as it is in the names of breakpoints and metrics.
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
