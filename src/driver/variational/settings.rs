//! What a driver is made of: callbacks, state and settings.

use super::VariationalDriver;
use crate::driver::rollback::Kept;
use crate::driver::{Driven, Driver, Rollback};
use callback_runtime::{
    At, Callback, Closure, Executor, Location, Plan, Registration, Reply, State,
};

impl<D: Driven> VariationalDriver<D> {
    /// A driver of this: at most 100 attempts at a step, no rollback, no callbacks.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default());
    /// assert_eq!(driver.step().get(), 0);
    /// assert!(driver.plan().names().is_empty());
    /// ```
    #[track_caller]
    pub fn new(driven: D) -> Self {
        Self {
            driven,
            plan: Plan::new(),
            state: State::new(),
            retry_limit: 100,
            rollback: None,
            made_at: Location::here(),
        }
    }

    /// Fails the run when so many attempts at a step have been rejected; 100 if nothing is said. The failure names the rejecters:
    /// [`TooManyRejections`](crate::driver::TooManyRejections).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .retry_limit(3)
    ///     .on(Driver::on_compute_update_end, || Verdict::Reject);
    /// assert!(driver.run(1)?.failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn retry_limit(mut self, attempts: u64) -> Self {
        self.retry_limit = attempts;
        self
    }

    /// Puts what is driven back to where it was, after an attempt that was rejected, or a step that was stopped before its update.
    /// [`Rollback`] has an example that shows the difference.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// // `Well` implements `Rollback`.
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).rollback();
    /// assert!(driver.run(1)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn rollback(mut self) -> Self
    where
        D: Rollback,
    {
        self.rollback = Some(Box::new(Kept::<D>(None)));
        self
    }

    /// Attaches a callback that may be sent to another thread. To give it a weight or a name, attach it to the [`plan`](Self::plan).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// #[derive(Default)]
    /// struct Count(u64);
    ///
    /// #[callback(Driver, discover = false)]
    /// impl Count {
    ///     fn on_step_end(&mut self) {
    ///         self.0 += 1;
    ///     }
    /// }
    ///
    /// let mut driver = VariationalDriver::new(Well::default()).callback(Count::default());
    /// assert!(driver.run(3)?.is_finished());
    /// assert_eq!(driver.plan().get::<Count>().map(|count| count.0), Some(3));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn callback<C: Callback<Driver> + Send>(mut self, callback: C) -> Self {
        self.plan.add(callback);
        self
    }

    /// Attaches a callback that stays on this thread.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// use std::{cell::Cell, rc::Rc};
    ///
    /// struct Count(Rc<Cell<u64>>);
    ///
    /// #[callback(Driver, register = false)]
    /// impl Count {
    ///     fn on_step_end(&self) {
    ///         self.0.set(self.0.get() + 1);
    ///     }
    /// }
    ///
    /// let steps = Rc::new(Cell::new(0));
    /// let mut driver = VariationalDriver::new(Well::default()).callback_local(Count(steps.clone()));
    /// assert!(driver.run(3)?.is_finished());
    /// assert_eq!(steps.get(), 3);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn callback_local<C: Callback<Driver>>(mut self, callback: C) -> Self {
        self.plan.add_local(callback);
        self
    }

    /// Runs a closure at a breakpoint. Its parameters are state, with their types written out; see [`Plan::on`]. For a closure that
    /// says yes or no, [`stop_if`](crate::driver::stop_if), [`stop_unless`](crate::driver::stop_unless) and
    /// [`reject_if`](crate::driver::reject_if) say what `true` means.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 })
    ///     .on(Driver::before_parameter_update, |well: &Well, log: &mut LogData| log.set("x", well.x));
    /// assert!(driver.run(2)?.is_finished());
    /// assert_eq!(driver.get::<LogData>().and_then(|log| log.number("x")), Some(0.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn on<A: 'static, K: 'static, F>(mut self, at: At<Driver, A>, closure: F) -> Self
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
    /// # use doc_models::Well;
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
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 }).executor(OneByOne);
    /// assert!(driver.run(2)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn executor(mut self, executor: impl Executor) -> Self {
        self.plan.executor(executor);
        self
    }

    /// Attaches the callbacks registered for `Driver`; see [`Plan::discover`].
    ///
    /// ```standalone_crate
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback(Driver)]
    /// impl Log {
    ///     fn on_step_end(&self, log: &LogData) {
    ///         println!("{log}");
    ///     }
    /// }
    ///
    /// let mut driver = VariationalDriver::new(Well::default()).discover();
    /// assert!(driver.run(1)?.is_finished());
    /// assert_eq!(driver.plan().names(), ["Log"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover(mut self) -> Self {
        self.plan.discover();
        self
    }

    /// Attaches those of the registered callbacks that `keep` keeps; see [`Plan::discover_if`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default()).discover_if(|_| false);
    /// assert!(driver.run(1)?.is_finished());
    /// assert!(driver.plan().names().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover_if(mut self, keep: impl Fn(&Registration) -> bool + 'static) -> Self {
        self.plan.discover_if(keep);
        self
    }

    /// Inserts a value into the state, for handlers to ask for. It stays there from one run to the next.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// struct Seed(u64);
    ///
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .state(Seed(7))
    ///     .on(Driver::on_run_start, |seed: &Seed| println!("seed {}", seed.0));
    /// assert!(driver.run(1)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state<T: 'static>(mut self, value: T) -> Self {
        self.state.insert(value);
        self
    }
}
