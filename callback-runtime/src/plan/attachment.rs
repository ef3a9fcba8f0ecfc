//! [`Attachment`], the settings of a callback that was just attached.

use super::Attached;
use super::attached::Stay;
use crate::callback::{IntoCallbackRef, Location, ProducedName, Verb};
use crate::loops::{At, Loop, LoopInfo};
use crate::outcome::OnFailure;
use crate::period::{AttachedPeriod, Period};
use std::fmt;

/// The settings of a callback that was just attached. They apply to this callback, not to others of its type.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("second").weight(10.0);
/// plan.on(Fit::on_epoch_end, || {}).named("first");
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["first", "second"]);
/// # Ok::<(), PlanError>(())
/// ```
pub struct Attachment<'p> {
    pub(crate) attached: &'p mut Attached,
}

impl Attachment<'_> {
    /// Declares that this callback puts a value of this name into the [`Record`](crate::Record), as `produces("accuracy")` does on the attribute
    /// of a type. See [`CallbackInfo::monitors`](crate::CallbackInfo::monitors).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::shelf::EarlyStopping;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.expect(|run| run.records(["train_loss"]));
    /// plan.on(Fit::on_epoch_end, |record: &mut Record| record.set("spread", 0.5)).produces("spread");
    /// plan.add(EarlyStopping::minimize("spraed"));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert_eq!(error.problems()[0].hint(), Some("did you mean `spread`?"));
    /// ```
    pub fn produces(self, name: impl Into<ProducedName>) -> Self {
        self.attached.produces.push(name.into());
        self
    }

    /// Attaches this callback for the next run alone. It can be read until the next check or run, which removes it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_fit_begin, || println!("the first run")).for_one_run();
    /// let mut state = State::new();
    /// for is_handled in [true, false] {
    ///     let outcome = plan.run(&mut state, |run| {
    ///         assert_eq!(run.is_handled(Fit::on_fit_begin), is_handled);
    ///         Ok(())
    ///     })?;
    ///     assert!(outcome.is_finished());
    /// }
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn for_one_run(self) -> Self {
        self.attached.stay = Stay::NextRun;
        self
    }

    /// Sets the weight of this callback, instead of that of its type. Negative and infinite weights are allowed; NaN is a problem of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).weight(f64::NAN);
    /// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("its weight is NaN"));
    /// ```
    pub fn weight(self, weight: f64) -> Self {
        self.attached.weight = Some(weight);
        self
    }

    /// Sets the name of this callback. Two callbacks with the same name are a problem of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print");
    /// plan.on(Fit::on_epoch_end, || {}).named("print");
    /// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("is named `print` too"));
    /// ```
    pub fn named(self, name: impl Into<String>) -> Self {
        self.attached.name = Some(name.into());
        self
    }

    /// Sets what a failure of this callback does to the run. By default the run fails.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, || Err::<(), _>("the disk is full")).on_failure(OnFailure::Warn);
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.to_string(), "finished (1 failure swallowed)");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn on_failure(self, policy: OnFailure) -> Self {
        self.attached.on_failure = policy;
        self
    }

    /// Declares that this callback runs after the named callbacks at every breakpoint, whatever the weights. It has no effect if none of them
    /// is attached. A name that no callback has, and that is similar to the name of one, is a problem of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print").weight(-1.0).after("measure");
    /// plan.on(Fit::on_epoch_end, || {}).named("measure");
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["measure", "print"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn after(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.declare(Verb::After, callback_ref)
    }

    /// Declares that this callback runs before the named callbacks at every breakpoint; see [`after`](Self::after).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print");
    /// plan.on(Fit::on_epoch_end, || {}).named("measure").before("print");
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["measure", "print"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn before(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.declare(Verb::Before, callback_ref)
    }

    /// Adds this callback to the group `G`. Other callbacks refer to the group as [`CallbackRef::of::<G>()`](crate::CallbackRef::of).
    pub fn group<G: ?Sized + 'static>(self) -> Self {
        self.attached.relations.join::<G>();
        self
    }

    /// Declares that this callback needs one of the named callbacks. If none of them is attached, the plan has a problem.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print").requires("measure");
    /// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("requires `measure`"));
    /// ```
    #[track_caller]
    pub fn requires(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.declare(Verb::Requires, callback_ref)
    }

    /// Declares that this callback cannot run with the named callbacks. If one of them is attached, too, the plan has a problem.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("halve");
    /// plan.on(Fit::on_epoch_end, || {}).named("warm up").incompatible("halve");
    /// assert!(plan.check(&State::new()).is_err());
    /// ```
    #[track_caller]
    pub fn incompatible(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.declare(Verb::Incompatible, callback_ref)
    }

    /// Declares that the order of this callback and the named callbacks does not matter, although they write the same state.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.strict(true);
    /// plan.on(Fit::on_epoch_end, |count: &mut u32| *count += 1).named("one");
    /// plan.on(Fit::on_epoch_end, |count: &mut u32| *count += 2).named("two").no_conflict("one");
    /// let mut state = State::new();
    /// state.insert(0_u32);
    /// assert!(plan.check(&state).is_ok());
    /// ```
    #[track_caller]
    pub fn no_conflict(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.declare(Verb::NoConflict, callback_ref)
    }

    /// Runs the handlers of the callback when `period` is due, and not whenever their breakpoints fire. The period replaces the `#[every]` of
    /// the handlers. A second call replaces the first.
    ///
    /// The period does not apply to handlers that run once in a run: those for enter and exit, for the begin and the end of an outermost
    /// scope, and for a stop, an interrupt or a failure. A callback that has no other handlers is a problem of the plan.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |epoch: &Epoch| println!("saved after epoch {epoch}"))
    ///     .named("save")
    ///     .every(Period::epochs(10).last());
    /// let explanation = plan.explain(&State::new())?;
    /// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].period(), Some("every 10 epochs, last"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn every(self, period: Period) -> Self {
        let at = None;
        self.attached.periods.push(AttachedPeriod { period, at });
        self
    }

    /// Runs the handlers of the callback at one breakpoint when `period` is due. The other handlers run as before. A callback without a
    /// handler at that breakpoint is a problem of the plan.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// #[derive(Default)]
    /// struct Trace;
    ///
    /// #[callback(register = false)]
    /// impl Trace {
    ///     fn on_train_batch_end(&self, loss: &Loss) {
    ///         println!("loss {loss}");
    ///     }
    ///
    ///     fn on_epoch_end(&self, epoch: &Epoch) {
    ///         println!("epoch {epoch} is over");
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Trace).every_at(Fit::on_train_batch_end, Period::steps(100));
    /// let explanation = plan.explain(&State::new())?;
    /// assert_eq!(explanation.rows(Fit::on_train_batch_end)[0].period(), Some("every 100 steps"));
    /// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].period(), None);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[doc(alias = "throttle")]
    pub fn every_at<L: Loop, A>(self, at: At<L, A>, period: Period) -> Self {
        let at = Some((LoopInfo::of::<L>(), at.id()));
        self.attached.periods.push(AttachedPeriod { period, at });
        self
    }

    #[track_caller]
    fn declare(self, verb: Verb, callback_ref: impl IntoCallbackRef) -> Self {
        let (callback_ref, location) = (callback_ref.into_callback_ref(), Location::here());
        self.attached
            .relations
            .add(verb, callback_ref, Some(location));
        self
    }
}

impl fmt::Debug for Attachment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({})", self.attached.info.type_label())
    }
}
