//! Attaches callbacks to a loop that has a plan.

use callback_runtime::persist::{Fields, Savable};
use callback_runtime::{At, Callback, Closure, Loop, Period, Plan, Reply, SessionBuilder};

/// A loop that has a plan: attaches callbacks to it, as a builder.
///
/// [`Trainer`](crate::fit::Trainer) and [`VariationalDriver`](crate::driver::VariationalDriver) implement it. A loop of your own returns
/// its plan from [`plan`](Self::plan) and gets the other methods:
///
/// ```
/// use callbacks::prelude::*;
///
/// breakpoints! {
///     /// Newton's method for a square root.
///     pub loop Newton with Guess { scope STEP { before_step; after_step; } }
/// }
///
/// pub struct Guess(f64);
///
/// struct SquareRoot {
///     plan: Plan<Newton>,
///     state: State,
/// }
///
/// impl Attach for SquareRoot {
///     type Loop = Newton;
///
///     fn plan(&mut self) -> &mut Plan<Newton> {
///         &mut self.plan
///     }
/// }
/// # impl SquareRoot {
/// #     fn new(guess: f64) -> Self {
/// #         let mut state = State::new();
/// #         state.insert(Guess(guess));
/// #         Self { plan: Plan::new(), state }
/// #     }
/// #     fn of(&mut self, square: f64) -> Result<f64, PlanError> {
/// #         let outcome = self.plan.run(&mut self.state, |run| {
/// #             for _ in 0..6 {
/// #                 run.scope(Newton::STEP, |run| {
/// #                     if let Some(Guess(x)) = run.state().get_mut() {
/// #                         *x = f64::midpoint(*x, square / *x);
/// #                     }
/// #                     Ok(())
/// #                 })?;
/// #             }
/// #             Ok(())
/// #         })?;
/// #         assert!(outcome.is_finished());
/// #         Ok(self.state.get::<Guess>().unwrap().0)
/// #     }
/// # }
///
/// let mut root = SquareRoot::new(1.0).on(Newton::after_step, |guess: &Guess| println!("{}", guess.0));
/// assert!((root.of(9.0)? - 3.0).abs() < 1e-12);
/// # Ok::<(), PlanError>(())
/// ```
pub trait Attach: Sized {
    /// The loop whose breakpoints the callbacks handle.
    type Loop: Loop;

    /// The plan, with its callbacks: to attach more, and to look at.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default());
    /// trainer.plan().on(Fit::on_epoch_end, || {}).named("last").weight(10.0);
    /// trainer.plan().on(Fit::on_epoch_end, || {}).named("first");
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.plan().names(), ["first", "last"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    fn plan(&mut self) -> &mut Plan<Self::Loop>;

    /// Attaches a callback that may be sent to another thread; see [`Plan::add`].
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
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// assert_eq!(trainer.plan().get::<Count>().map(|count| count.0), Some(3));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    fn callback<C: Callback<Self::Loop> + Send>(mut self, callback: C) -> Self {
        self.plan().add(callback);
        self
    }

    /// Runs a closure at a breakpoint; see [`Plan::on`]. The closure's parameters are state, with their types written out. For a closure
    /// that returns a `bool`, [`stop_if`](crate::driver::stop_if), [`stop_unless`](crate::driver::stop_unless) and
    /// [`reject_if`](crate::driver::reject_if) say what `true` means.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 })
    ///     .on(Driver::before_parameter_update, |well: &Well, record: &mut Record| record.set("x", well.x))
    ///     .on(Driver::on_step_end, |step: &Step| if step.get() == 2 { Flow::stop("enough") } else { Flow::Continue });
    /// assert!(driver.run(9)?.stopped().is_some());
    /// assert_eq!(driver.get::<Record>().and_then(|record| record.get("x")), Some(0.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[doc(alias = "CustomCallback")]
    #[track_caller]
    fn on<A: 'static, K: 'static, F>(mut self, at: At<Self::Loop, A>, closure: F) -> Self
    where
        F: Closure<K>,
        F::Out: Reply<A>,
    {
        self.plan().on(at, closure);
        self
    }

    /// Runs a closure at a breakpoint when the period is due; see [`on`](Self::on).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(30).every(
    ///     Period::epochs(10),
    ///     Fit::on_epoch_end,
    ///     |epoch: &Epoch, record: &Record| println!("{epoch}: {record:.4}"),
    /// );
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    fn every<A: 'static, K: 'static, F>(
        mut self,
        period: Period,
        at: At<Self::Loop, A>,
        closure: F,
    ) -> Self
    where
        F: Closure<K>,
        F::Out: Reply<A>,
    {
        self.plan().on(at, closure).every(period);
        self
    }

    /// Changes the plan: for everything else that a [`Plan`] can do, such as a callback with a name, a weight or a period, callbacks that
    /// stay on this thread or are discovered, orders, and an executor.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// # struct Decay;
    /// # #[callback(register = false)]
    /// # impl Decay { fn on_epoch_end(&self, rate: &mut LearningRate) { rate.set(0.9 * rate.get()); } }
    /// # struct Report(std::rc::Rc<str>);
    /// # #[callback(register = false)]
    /// # impl Report { fn on_epoch_end(&self, rate: &LearningRate) { println!("{}: {rate}", self.0); } }
    /// let mut trainer = Trainer::new(Line::default()).epochs(20).plan_with(|plan| {
    ///     plan.add(Decay).weight(3.0).every(Period::epochs(5));
    ///     plan.add_local(Report("run 7".into())).named("report");
    ///     plan.order("Decay", "report").strict(true);
    /// });
    /// trainer.check()?;
    /// assert_eq!(trainer.plan().names(), ["Decay", "report"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    fn plan_with(mut self, change: impl FnOnce(&mut Plan<Self::Loop>)) -> Self {
        change(self.plan());
        self
    }

    /// Saves the value of type `T` of the state with a run, under this name: see [`Plan::persist`]. The value needs `serde`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut weights = vec![0.0];
    /// let fit = Fit::session(1).lend(&mut weights).persist::<Vec<f64>>("parameters").start()?;
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    fn persist<T: Savable + 'static>(mut self, name: &'static str) -> Self {
        self.plan().persist::<T>(name);
        self
    }

    /// Saves a value of the state with a function that names its fields, for a type without `serde`, such as the tensors of a framework: see
    /// [`Plan::persist_fields`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Net {
    ///     weights: Vec<f32>,
    /// }
    ///
    /// let mut net = Net { weights: vec![0.0; 4] };
    /// let fit = Fit::session(1)
    ///     .lend(&mut net)
    ///     .persist_fields("net", |net: &mut Net, fields| fields.tensor("parameters", &[2, 2], &mut net.weights))
    ///     .start()?;
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    fn persist_fields<T: 'static>(
        mut self,
        name: &'static str,
        visit: impl Fn(&mut T, &mut Fields<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.plan().persist_fields(name, visit);
        self
    }

    /// Continues the next run from a checkpoint: see [`Resume`](crate::checkpoint::Resume). The `Err` says which file cannot be read and why. What
    /// does not fit the program fails the run, with a [`RestoreError`](crate::persist::RestoreError); what was restored, missing and unused is in
    /// the state, as [`Restored`](crate::persist::Restored). Needs the feature `checkpoint`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::checkpoint::Resume;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).resume(Resume::latest("runs/of-nobody"))?;
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), BoxError>(())
    /// ```
    #[cfg(feature = "checkpoint")]
    fn resume(
        mut self,
        from: crate::checkpoint::Resume,
    ) -> Result<Self, crate::checkpoint::CheckpointError> {
        if let Some(checkpoint) = from.load()? {
            let origin = checkpoint.path.display().to_string();
            self.plan().restore(checkpoint.saved.with_origin(origin));
        }
        Ok(self)
    }

    /// Attaches what most programs want: the progress of the run, and with the feature `signal-hook` an interrupt at Ctrl-C. The progress is
    /// `Progress` with the feature `indicatif`, and [`PrintRounds`](crate::shelf::PrintRounds) without it. A callback of yours with the type or
    /// the name of a default [replaces that default](Plan::add_default), before or after. A second call changes nothing. The mean losses of a
    /// fit are always in its record.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::shelf::PrintRounds;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3).defaults().callback(PrintRounds::to(std::io::stderr()));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    fn defaults(mut self) -> Self
    where
        Self::Loop: callback_runtime::Rounds,
    {
        let plan = self.plan();
        #[cfg(feature = "indicatif")]
        plan.add_default(crate::shelf::Progress::new());
        #[cfg(not(feature = "indicatif"))]
        plan.add_default(crate::shelf::PrintRounds::new());
        #[cfg(feature = "signal-hook")]
        plan.add_default(crate::shelf::Interrupts::new());
        self
    }

    /// Interrupts the run at Ctrl-C and at SIGTERM: it ends with all of its exits. A second signal ends the process. See
    /// [`Interrupts`](crate::shelf::Interrupts). Needs the feature `signal-hook`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(20).stop_on_interrupt();
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.interrupted().is_none());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[cfg(feature = "signal-hook")]
    #[track_caller]
    fn stop_on_interrupt(self) -> Self
    where
        Self::Loop: callback_runtime::Rounds,
    {
        self.callback(crate::shelf::Interrupts::new())
    }
}

impl<L: Loop> Attach for SessionBuilder<'_, L> {
    type Loop = L;

    fn plan(&mut self) -> &mut Plan<L> {
        SessionBuilder::plan(self)
    }
}
