//! What is said of the callbacks' order and conflicts, where the driver is made.

use super::VariationalDriver;
use crate::driver::Driven;
use callback_runtime::IntoCallbackRef;

impl<D: Driven> VariationalDriver<D> {
    /// Decides that `first` runs before `second`, whatever their weights; see [`Plan::order`](callback_runtime::Plan::order).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Well, well::Slope};
    /// # struct Damp;
    /// # #[callback(Driver, register = false)]
    /// # impl Damp { fn before_parameter_update(&self, slope: &mut Slope) { slope.0 *= 0.5; } }
    /// # struct Clip;
    /// # #[callback(Driver, register = false)]
    /// # impl Clip { fn before_parameter_update(&self, slope: &mut Slope) { slope.0 = slope.0.clamp(-1.0, 1.0); } }
    /// let mut driver = VariationalDriver::new(Well::default()).callback(Damp).callback(Clip).order("Clip", "Damp");
    /// driver.check()?;
    /// assert_eq!(driver.plan().names(), ["Clip", "Damp"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn order(mut self, first: impl IntoCallbackRef, second: impl IntoCallbackRef) -> Self {
        self.plan.order(first, second);
        self
    }

    /// Says that it does not matter which of the two goes first; see
    /// [`Plan::no_conflict`](callback_runtime::Plan::no_conflict).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .on(Driver::on_step_end, |log: &mut LogData| log.set("one", 1.0))
    ///     .on(Driver::on_step_end, |log: &mut LogData| log.set("other", 2.0))
    ///     .no_conflict("closure", "closure#2")
    ///     .strict(true);
    /// assert!(driver.check().is_ok());
    /// ```
    #[track_caller]
    pub fn no_conflict(mut self, one: impl IntoCallbackRef, other: impl IntoCallbackRef) -> Self {
        self.plan.no_conflict(one, other);
        self
    }

    /// Makes a problem of an order that insertion alone decides; see [`Plan::strict`](callback_runtime::Plan::strict).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .on(Driver::on_step_end, |log: &mut LogData| log.set("x", 1.0))
    ///     .on(Driver::on_step_end, |log: &mut LogData| log.set("x", 2.0))
    ///     .strict(true);
    /// assert_eq!(driver.check().unwrap_err().problems().len(), 1);
    /// ```
    pub fn strict(mut self, strict: bool) -> Self {
        self.plan.strict(strict);
        self
    }
}
