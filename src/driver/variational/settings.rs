//! The settings of a driver.

use super::VariationalDriver;
use crate::driver::rollback::StepSnapshot;
use crate::driver::steps::RunBegin;
use crate::driver::{Driven, Rollback};
use callback_runtime::{Location, Plan, State};

impl<D: Driven> VariationalDriver<D> {
    /// Creates a driver with at most 100 attempts at a step, without rollback and callbacks.
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
        let mut plan = Plan::new();
        plan.persist_fields("Driver", RunBegin::persist);
        plan.persist_fields("Driven", D::persist_fields);
        Self {
            driven,
            plan,
            state: State::new(),
            retry_limit: 100,
            rollback: None,
            created_at: Location::here(),
        }
    }

    /// Sets the number of rejected attempts at a step that fails the run; 100 by default. The failure,
    /// [`TooManyRejections`](crate::driver::TooManyRejections), names what rejected them.
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

    /// Restores the driven system after each rejected attempt, and after a step that was stopped before its update. [`Rollback`] has an
    /// example that shows the difference.
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
        self.rollback = Some(Box::new(StepSnapshot::<D>(None)));
        self
    }

    /// Puts a value into the state, for handlers to ask for. It stays there from one run to the next.
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
