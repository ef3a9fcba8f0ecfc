//! What a plan says of callbacks that are not one's own.

use super::Plan;
use super::order::PlanSays;
use crate::breakpoint::Loop;
use crate::relations::Verb;
use crate::site::Site;
use crate::who::{IntoWho, Who};

impl<L: Loop> Plan<L> {
    /// Decides that `first` runs before `second` at every breakpoint, whatever their weights; nothing, if one of them is not
    /// attached.
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
    pub fn order(&mut self, first: impl IntoWho, second: impl IntoWho) -> &mut Self {
        self.say(
            Verb::Before,
            first.into_who(),
            second.into_who(),
            Site::here(),
        )
    }

    /// Says that it does not matter which of the two goes first, though both write the same state.
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
    pub fn no_conflict(&mut self, one: impl IntoWho, other: impl IntoWho) -> &mut Self {
        self.say(
            Verb::NoConflict,
            one.into_who(),
            other.into_who(),
            Site::here(),
        )
    }

    /// Makes a problem of what is a note otherwise, or none: callbacks attached by hand that write the same state at one
    /// breakpoint, or of which one reads what the other writes after it, while nothing but insertion decides their order. A
    /// handler that asks for [`Ctx`](crate::Ctx) counts as a writer of everything.
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
        self.strict = strict;
        self.stale = true;
        self
    }

    fn say(&mut self, verb: Verb, first: Who, second: Who, site: Site) -> &mut Self {
        self.says.push(PlanSays {
            verb,
            first,
            second,
            site,
        });
        self.stale = true;
        self
    }
}
