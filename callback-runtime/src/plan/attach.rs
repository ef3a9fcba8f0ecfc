//! Attaching callbacks to a plan.

use super::attached::Insertion;
use super::{Attached, ErasedCallback, Plan, PlanCore};
use crate::background::BackgroundSetting;
use crate::callback::{
    Callback, CallbackId, CallbackInfo, Closure, Handlers, IntoCallbackRef, Location, Relations,
    Verb,
};
use crate::loops::{At, Loop, LoopInfo};
use crate::outcome::{OnFailure, Reply};
use crate::period::{AttachedPeriod, Period};
use std::fmt;
use std::marker::PhantomData;

impl<L: Loop> Plan<L> {
    /// Attaches a callback that may be sent to another thread.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// #[derive(Default)]
    /// struct Count(u64);
    ///
    /// #[callback]
    /// impl Count {
    ///     fn on_epoch_end(&mut self) {
    ///         self.0 += 1;
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count::default());
    /// plan.add(Count::default()).weight(-1.0).named("early");
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["early", "Count"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn add<C: Callback<L> + Send>(&mut self, callback: C) -> Attachment<'_> {
        let callback = ErasedCallback::sendable::<L, C>(callback);
        self.core.attach(callback, Location::here())
    }

    /// Attaches a callback that stays on the loop's thread.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Journal(std::rc::Rc<String>);
    ///
    /// #[callback(register = false)]
    /// impl Journal {
    ///     fn on_epoch_end(&self, epoch: &Epoch) {
    ///         println!("{}: {epoch}", self.0);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add_local(Journal(String::from("run 7").into()));
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["Journal"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn add_local<C: Callback<L>>(&mut self, callback: C) -> Attachment<'_> {
        let callback = ErasedCallback::new::<L, C>(callback);
        self.core.attach(callback, Location::here())
    }

    /// Runs a closure at a breakpoint. The parameters of the closure are state, with their types written out. The callback is named
    /// `closure` unless [`named`](Attachment::named) gives it another name.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut state = State::new();
    /// state.insert(0.1);
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, |rate: &mut f64| *rate *= 0.5);
    /// plan.on(Relax::after_step, |rate: &f64| if *rate < 0.01 { Flow::stop("cold") } else { Flow::Continue });
    /// let outcome = plan.run(&mut state, |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(state.get(), Some(&0.05));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[doc(alias = "CustomCallback")]
    #[track_caller]
    pub fn on<A: 'static, M: 'static, F>(&mut self, at: At<L, A>, closure: F) -> Attachment<'_>
    where
        F: Closure<M>,
        F::Out: Reply<A>,
    {
        let location = Location::here();
        let callback = OnClosure {
            closure,
            at,
            location,
            marker: PhantomData,
        };
        let mut callback = ErasedCallback::new::<L, _>(callback);
        callback.functions.is_closure = true;
        self.core.attach(callback, location)
    }
}

impl PlanCore {
    fn attach(&mut self, callback: ErasedCallback, location: Location) -> Attachment<'_> {
        let insertion = self.next_insertion();
        let id = self.add_attached(callback, insertion, location, true);
        Attachment {
            attached: &mut self.attached[id],
        }
    }

    /// Returns the position of the callback that the caller attaches or requests, and marks the plan as changed.
    pub(crate) fn next_insertion(&mut self) -> Insertion {
        self.stale = true;
        self.insertions += 1;
        Insertion {
            call: self.insertions,
            nth: 0,
        }
    }

    /// Adds a callback with default settings. Returns its id.
    pub(crate) fn add_attached(
        &mut self,
        callback: ErasedCallback,
        insertion: Insertion,
        added_at: Location,
        by_hand: bool,
    ) -> CallbackId {
        let (info, panicked) = callback.functions.info(callback.value.as_ref());
        self.attached.push(Attached {
            functions: callback.functions,
            info,
            panicked,
            name: None,
            weight: None,
            on_failure: OnFailure::Fail,
            sendable: callback.sendable,
            background: BackgroundSetting::default(),
            periods: Vec::new(),
            relations: Relations::default(),
            insertion,
            added_at,
            by_hand,
            parallel: None,
            changed: false,
            active: true,
        });
        self.dispatcher.add_callback(callback.value);
        CallbackId::new(self.attached.len() - 1)
    }
}

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

/// The callback of a closure that [`Plan::on`] attaches.
struct OnClosure<L, A, M, F> {
    closure: F,
    at: At<L, A>,
    location: Location,
    marker: PhantomData<fn() -> M>,
}

impl<L, A, M, F> Callback<L> for OnClosure<L, A, M, F>
where
    L: Loop,
    A: 'static,
    M: 'static,
    F: Closure<M>,
    F::Out: Reply<A>,
{
    fn info(&self) -> CallbackInfo {
        CallbackInfo::new("closure", self.location)
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.closure::<A, F::Params, F::Out, _>(self.at, self.location, |this, items| {
            this.closure.call(items)
        });
    }
}
