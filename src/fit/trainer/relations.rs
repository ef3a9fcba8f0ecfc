//! What a trainer says of the order of its callbacks.

use super::Trainer;
use crate::fit::Learner;
use callback_runtime::IntoCallbackRef;

impl<M: Learner> Trainer<M> {
    /// Decides that `first` runs before `second`, whatever their weights; see [`Plan::order`](callback_runtime::Plan::order).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// # struct Decay;
    /// # #[callback(register = false)]
    /// # impl Decay { fn on_epoch_end(&self, rate: &mut LearningRate) { rate.set(0.9 * rate.get()); } }
    /// # struct Report;
    /// # #[callback(register = false)]
    /// # impl Report { fn on_epoch_end(&self, rate: &LearningRate) { println!("{rate}"); } }
    /// let mut trainer = Trainer::new(Line::default())
    ///     .callback(Decay)
    ///     .callback(Report)
    ///     .order("Report", "Decay");
    /// trainer.check()?;
    /// assert_eq!(trainer.plan().names(), ["Report", "Decay"]);
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
    /// # use doc_models::{Line, Points};
    /// # fn trainer() -> Trainer<Line> { Trainer::new(Line::default()).state(0_u8) }
    /// let mut trainer = trainer()
    ///     .on(Fit::on_epoch_end, |count: &mut u8| *count += 1)
    ///     .on(Fit::on_epoch_end, |count: &mut u8| *count += 2)
    ///     .no_conflict("closure", "closure#2")
    ///     .strict(true);
    /// assert!(trainer.check().is_ok());
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
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default())
    ///     .state(0_u8)
    ///     .on(Fit::on_epoch_end, |count: &mut u8| *count += 1)
    ///     .on(Fit::on_epoch_end, |count: &mut u8| *count += 2)
    ///     .strict(true);
    /// assert_eq!(trainer.check().unwrap_err().problems().len(), 1);
    /// ```
    pub fn strict(mut self, strict: bool) -> Self {
        self.plan.strict(strict);
        self
    }
}
