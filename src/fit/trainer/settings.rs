//! The settings of a trainer.

use super::Trainer;
use crate::fit::epochs::refuse_early_stop;
use crate::fit::{Batches, Epochs, Learner, LearningRate};
use callback_runtime::{Location, Plan, State};

impl<M: Learner> Trainer<M> {
    /// Creates a trainer with one epoch, a learning rate of 0.01, and no callbacks.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// assert_eq!(trainer.learner().slope, 0.0);
    /// assert!(trainer.plan().names().is_empty());
    /// ```
    #[track_caller]
    pub fn new(learner: M) -> Self {
        let mut plan = Plan::new();
        plan.refuse_stops(refuse_early_stop);
        Self {
            learner,
            plan,
            state: State::new(),
            valid: None,
            epochs: Epochs { min: 0, max: 1 },
            learning_rate: LearningRate::new(0.01),
            created_at: Location::here(),
        }
    }

    /// Sets the number of epochs of a fit that is not stopped; 1 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.history.len(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn epochs(mut self, max: u64) -> Self {
        self.epochs.max = max;
        self
    }

    /// Refuses stops before `min` epochs are complete; 0 by default. The outcome lists the refused stops. Interrupts are not refused.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
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

    /// Sets the learning rate at the start of every fit; 0.01 by default.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(0.25);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = LearningRate::new(rate);
        self
    }

    /// Sets the learning rate of one of several optimisers, or of a parameter group, at the start of every fit; by default that of
    /// [`learning_rate`](Self::learning_rate).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).learning_rate_of("main", 0.25);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate_of(mut self, optimizer: &str, rate: f64) -> Self {
        self.learning_rate.set_of(optimizer, rate);
        self
    }

    /// Sets the batches of the validation pass of each epoch. Without them, a fit has no validation pass.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).valid(vec![Points(vec![(3.0, 6.0)])]);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// assert_eq!(fitted.history.of("valid_loss").count(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn valid(mut self, batches: impl Batches<M::Batch> + 'static) -> Self {
        self.valid = Some(Box::new(batches));
        self
    }

    /// Puts a value into the state, for handlers to ask for. It stays there from one run to the next.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
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
