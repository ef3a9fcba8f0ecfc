//! The settings of a trainer.

use super::Trainer;
use crate::Gradients;
use crate::fit::accumulation::Accumulation;
use crate::fit::epochs::refuse_early_stop;
use crate::fit::resume::persist_fit;
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
        persist_fit(&mut plan);
        plan.persist_fields("Learner", M::persist_fields);
        Self {
            learner,
            plan,
            state: State::new(),
            valid: None,
            epochs: Epochs { min: 0, max: 1 },
            learning_rate: LearningRate::new(0.01),
            accumulation: None,
            drops_last_group: false,
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

    /// Sets the batches of the validation pass of each epoch. Without them, a fit has no validation pass; a vector without a batch is a problem
    /// of the plan.
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

    /// Updates the parameters once for each group of this many batches, with the mean of their gradients over the samples of the group. So a
    /// fit with batches that do not fit into memory together takes the steps of one with larger batches, if the loss is a mean over samples.
    /// The gradients need the trait [`Gradients`](trait@crate::Gradients). 1 by default.
    ///
    /// A batch is a [`MicroStep`](crate::fit::MicroStep), and an update a [`Step`](crate::fit::Step). The breakpoints up to
    /// `on_train_batch_before_backward` fire for each batch, and from `on_train_batch_before_step` to `on_update_end` once for each group, in
    /// its last batch. The gradients of a batch without samples are not added.
    ///
    /// A batch that a handler leaves before all its optimisers have gradients does not belong to its group. If it is the last one of the epoch,
    /// the update of the other batches of the group follows after its end; its scope is closed there, so that a second leave of it fails the
    /// run. A batch that is left after its update has begun ends the group, and the optimisers that have not stepped yet have no step in it, as
    /// without accumulation. A stop, and a leave of the pass or the epoch, drop the group under way.
    ///
    /// The last group of an epoch may have fewer batches. It is stepped with the mean over its samples, unless
    /// [`drop_last_group`](Self::drop_last_group) drops it. To know which batch is the last one, each batch is prepared while the one before
    /// it is trained on.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let points = |x: f64| Points(vec![(x, 2.0 * x)]);
    /// let batches = vec![points(1.0), points(2.0), points(3.0)];
    /// let mut trainer = Trainer::new(Line::default()).accumulate(2);
    /// trainer.fit(batches)?.outcome.ok().unwrap();
    /// assert_eq!(trainer.get::<Step>(), Some(&Step::new(2)));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn accumulate(mut self, batches: u64) -> Self
    where
        M::Gradients: Gradients,
    {
        self.accumulation = Some(Accumulation::new(batches));
        self
    }

    /// Drops the gradients of the last group of an epoch if it has fewer batches than [`accumulate`](Self::accumulate) says.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).accumulate(2).drop_last_group();
    /// trainer.fit(vec![Points(vec![(1.0, 2.0)]); 3])?.outcome.ok().unwrap();
    /// assert_eq!(trainer.get::<Step>(), Some(&Step::new(1)));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn drop_last_group(mut self) -> Self {
        self.drops_last_group = true;
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
