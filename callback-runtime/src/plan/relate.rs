//! Relations between callbacks that the plan declares, for callbacks whose types do not declare them.

use super::Plan;
use super::order::PlanRelation;
use crate::callback::{IntoCallbackRef, Location, Verb};
use crate::loops::Loop;

impl<L: Loop> Plan<L> {
    /// Declares that `first` runs before `second` at every breakpoint, whatever their weights. The declaration has no effect if one of them is
    /// not attached; the plan then has a note, or a problem if the name is similar to that of an attached callback.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print");
    /// plan.on(Fit::on_epoch_end, || {}).named("measure");
    /// plan.order("measure", "print");
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["measure", "print"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn order(
        &mut self,
        first: impl IntoCallbackRef,
        second: impl IntoCallbackRef,
    ) -> &mut Self {
        self.relate(Verb::Before, first, second)
    }

    /// Declares that the order of two callbacks does not matter, although both write the same state.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.9 * rate.get())).named("decay");
    /// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.5 * rate.get())).named("halve");
    /// assert!(plan.strict(true).check(&State::new()).is_err());
    /// assert!(plan.no_conflict("decay", "halve").check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn no_conflict(
        &mut self,
        first: impl IntoCallbackRef,
        second: impl IntoCallbackRef,
    ) -> &mut Self {
        self.relate(Verb::NoConflict, first, second)
    }

    /// Sets whether an undecided order is an error for callbacks attached by hand, too. The order of two callbacks is undecided if only
    /// insertion decides it and both write the same state at one breakpoint, or one reads state that the other writes after it. A handler
    /// that asks for [`Ctx`](crate::Ctx) counts as a writer of everything.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |rate: &LearningRate| println!("{rate}")).named("print");
    /// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.5 * rate.get())).named("halve");
    /// assert!(plan.check(&State::new()).is_ok());
    /// assert!(plan.strict(true).check(&State::new()).is_err());
    /// assert!(plan.order("print", "halve").check(&State::new()).is_ok());
    /// ```
    pub fn strict(&mut self, strict: bool) -> &mut Self {
        self.core.strict = strict;
        self.core.stale = true;
        self
    }

    #[track_caller]
    fn relate(
        &mut self,
        verb: Verb,
        first: impl IntoCallbackRef,
        second: impl IntoCallbackRef,
    ) -> &mut Self {
        self.core.relations.push(PlanRelation {
            verb,
            first: first.into_callback_ref(),
            second: second.into_callback_ref(),
            location: Location::here(),
        });
        self.core.stale = true;
        self
    }
}
