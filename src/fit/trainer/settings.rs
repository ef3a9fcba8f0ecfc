//! What a trainer is made of: callbacks, data and settings.

use super::Trainer;
use crate::fit::epochs::too_early;
use crate::fit::{Batches, Epochs, Fit, Learner, LearningRate};
use callback_runtime::{Location, Plan, State};

impl<M: Learner> Trainer<M> {
    /// A trainer of a learner: one epoch, a learning rate of 0.01, no callbacks.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// assert_eq!(trainer.learner().slope, 0.0);
    /// assert!(trainer.plan().names().is_empty());
    /// ```
    #[track_caller]
    pub fn new(learner: M) -> Self {
        let mut plan = Plan::new();
        plan.refuse_stops(too_early);
        Self {
            learner,
            plan,
            state: State::new(),
            valid: None,
            epochs: Epochs { min: 0, max: 1 },
            learning_rate: LearningRate::new(0.01),
            made_at: Location::here(),
        }
    }

    /// Fits for so many epochs, unless it is stopped; 1 if nothing is said.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.history.len(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn epochs(mut self, max: u64) -> Self {
        self.epochs.max = max;
        self
    }

    /// Refuses stops before so many epochs are complete; the outcome tells of them. An interrupt is not refused.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(9)
    ///     .min_epochs(3)
    ///     .on(Fit::on_epoch_end, || Flow::stop("good enough"));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!((fitted.history.len(), fitted.outcome.refused().len()), (3, 2));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn min_epochs(mut self, min: u64) -> Self {
        self.epochs.min = min;
        self
    }

    /// The learning rate that every fit begins with; 0.01 if nothing is said.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(0.25);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = LearningRate::new(rate);
        self
    }

    /// The learning rate that one of several optimisers begins with; an optimiser of which nothing is said begins with that of
    /// [`learning_rate`](Self::learning_rate).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate_of("main", 0.25);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate_of(mut self, optimizer: &str, rate: f64) -> Self {
        self.learning_rate.set_of(optimizer, rate);
        self
    }

    /// Validates on these batches in every epoch. Without any, a fit has no validation pass.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).valid(vec![Points(vec![(3.0, 6.0)])]);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!(fitted.history.of("valid_loss").count(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn valid(mut self, batches: impl Batches<M::Batch> + 'static) -> Self {
        self.valid = Some(Box::new(batches));
        self
    }

    /// Puts a value of one's own into the state, for handlers to ask for. It stays there from one fit to the next.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod line { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/hello/line.rs")); } use line::{Line, Points};
    /// struct Run(u32);
    ///
    /// let mut trainer = Trainer::new(Line::default())
    ///     .state(Run(7))
    ///     .on(Fit::on_fit_begin, |run: &Run| println!("run {}", run.0));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state<T: 'static>(mut self, value: T) -> Self {
        self.state.insert(value);
        self
    }
}
