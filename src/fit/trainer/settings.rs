//! What a trainer is made of: callbacks, data and settings.

use super::Trainer;
use crate::fit::epochs::too_early;
use crate::fit::{Batches, Epochs, Fit, Learner, LearningRate};
use callback_runtime::{
    At, Callback, Closure, Executor, Location, Plan, Registration, Reply, State,
};

impl<M: Learner> Trainer<M> {
    /// A trainer of a learner: one epoch, a learning rate of 0.01, no callbacks.
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
    /// # use doc_models::{Line, Points};
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

    /// The learning rate that every fit begins with; 0.01 if nothing is said.
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

    /// The learning rate that one of several optimisers begins with; an optimiser of which nothing is said begins with that of
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

    /// Validates on these batches in every epoch. Without any, a fit has no validation pass.
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

    /// Attaches a callback that may be sent to another thread. To give it a weight or a name, attach it to the [`plan`](Self::plan).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// #[derive(Default)]
    /// struct Count(u64);
    ///
    /// #[callback(discover = false)]
    /// impl Count {
    ///     fn on_train_batch_end(&mut self) {
    ///         self.0 += 1;
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).callback(Count::default());
    /// let outcome = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome;
    /// assert_eq!(trainer.plan().get::<Count>().map(|count| count.0), Some(3));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn callback<C: Callback<Fit> + Send>(mut self, callback: C) -> Self {
        self.plan.add(callback);
        self
    }

    /// Attaches a callback that stays on this thread.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// struct Count(Rc<Cell<u64>>);
    ///
    /// #[callback(register = false)]
    /// impl Count {
    ///     fn on_train_batch_end(&self) {
    ///         self.0.set(self.0.get() + 1);
    ///     }
    /// }
    ///
    /// let batches = Rc::new(Cell::new(0));
    /// let mut trainer = Trainer::new(Line::default()).callback_local(Count(batches.clone()));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(batches.get(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn callback_local<C: Callback<Fit>>(mut self, callback: C) -> Self {
        self.plan.add_local(callback);
        self
    }

    /// Runs a closure at a breakpoint. Its parameters are state, with their types written out; see [`Plan::on`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(9)
    ///     .on(Fit::on_epoch_end, |epoch: &Epoch| if epoch.get() == 2 { Flow::stop("enough") } else { Flow::Continue });
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.history.len(), 2);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[doc(alias = "CustomCallback")]
    #[track_caller]
    pub fn on<A: 'static, K: 'static, F>(mut self, at: At<Fit, A>, closure: F) -> Self
    where
        F: Closure<K>,
        F::Out: Reply<A>,
    {
        self.plan.on(at, closure);
        self
    }

    /// Lets handlers run at the same time that have nothing to do with each other; see [`Plan::executor`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::{Executor, Job};
    /// # use doc_models::{Line, Points};
    /// /// What `callbacks::Parallel` does better.
    /// struct OneByOne;
    ///
    /// impl Executor for OneByOne {
    ///     fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
    ///         jobs.iter_mut().for_each(Job::run);
    ///         here();
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).executor(OneByOne);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn executor(mut self, executor: impl Executor) -> Self {
        self.plan.executor(executor);
        self
    }

    /// Attaches the callbacks registered for `Fit`; see [`Plan::discover`].
    ///
    /// ```standalone_crate
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback]
    /// impl Log {
    ///     fn on_epoch_end(&self, metrics: &Metrics) {
    ///         println!("{metrics}");
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).discover();
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.plan().names(), ["Log"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover(mut self) -> Self {
        self.plan.discover();
        self
    }

    /// Attaches those of the registered callbacks that `keep` keeps; see [`Plan::discover_if`].
    ///
    /// ```standalone_crate
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback]
    /// impl Log {
    ///     fn on_epoch_end(&self, metrics: &Metrics) {
    ///         println!("{metrics}");
    ///     }
    /// }
    ///
    /// let mut trainer = Trainer::new(Line::default()).discover_if(|one| one.name() != "Log");
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert!(trainer.plan().names().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover_if(mut self, keep: impl Fn(&Registration) -> bool + 'static) -> Self {
        self.plan.discover_if(keep);
        self
    }

    /// Inserts a value into the state, for handlers to ask for. It stays there from one fit to the next.
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
