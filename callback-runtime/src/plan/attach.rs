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
use crate::parallel::ThreadAffinity;
use crate::period::{AttachedPeriod, Period};
use crate::raw::Sendable;
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
        let callback = ErasedCallback::new::<L, C>(callback);
        let attachment = self.core.attach(callback, Location::here());
        attachment.attached.sendable = Some(Sendable::of::<C>());
        attachment.attached.affinity = ThreadAffinity::Anywhere;
        attachment
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

    /// Runs a closure at a breakpoint. Its parameters are state, with their types written out. It is named `closure`, as long as
    /// [`named`](Attachment::named) says nothing else.
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
        let callback = ErasedCallback::new::<L, _>(callback);
        let attachment = self.core.attach(callback, location);
        attachment.attached.affinity = ThreadAffinity::Closure;
        attachment
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

    /// The place of what the next call attaches.
    pub(crate) fn next_insertion(&mut self) -> Insertion {
        self.stale = true;
        self.insertions += 1;
        Insertion {
            call: self.insertions,
            nth: 0,
        }
    }

    pub(crate) fn add_attached(
        &mut self,
        callback: ErasedCallback,
        insertion: Insertion,
        added_at: Location,
        by_hand: bool,
    ) -> CallbackId {
        let ErasedCallback { value, functions } = callback;
        let (info, panicked) = functions.info(value.as_ref());
        self.attached.push(Attached {
            functions,
            info,
            panicked,
            name: None,
            weight: None,
            on_failure: OnFailure::Fail,
            sendable: None,
            background: BackgroundSetting::default(),
            periods: Vec::new(),
            relations: Relations::default(),
            insertion,
            added_at,
            by_hand,
            affinity: if by_hand {
                ThreadAffinity::Local
            } else {
                ThreadAffinity::Discovered
            },
            parallel: None,
            changed: false,
            active: true,
        });
        self.dispatcher.add_callback(value);
        CallbackId::new(self.attached.len() - 1)
    }
}

/// A callback just attached, whose settings can be changed for this instance.
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
    /// Gives this instance a weight other than its type's. Negative and infinite ones are legal; NaN is a problem of the plan.
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

    /// Gives this instance a name, which no other callback of the plan may have: two of one name are a problem of the plan.
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

    /// This instance runs after these at every breakpoint, whatever the weights; nothing, if they are not attached.
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
        self.say(Verb::After, callback_ref)
    }

    /// This instance runs before these at every breakpoint; see [`after`](Self::after).
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
        self.say(Verb::Before, callback_ref)
    }

    /// Puts this instance into the group `G`, which others name with [`CallbackRef::of::<G>()`](crate::CallbackRef::of); see there.
    pub fn group<G: ?Sized + 'static>(self) -> Self {
        self.attached.relations.join::<G>();
        self
    }

    /// The plan has a problem if none of these is attached.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print").requires("measure");
    /// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("requires `measure`"));
    /// ```
    #[track_caller]
    pub fn requires(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.say(Verb::Requires, callback_ref)
    }

    /// The plan has a problem if one of these is attached, too.
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
        self.say(Verb::Incompatible, callback_ref)
    }

    /// It does not matter which of the two goes first, though both write the same state.
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
        self.say(Verb::NoConflict, callback_ref)
    }

    /// Runs the handlers of the callback when `period` is due, and not whenever their breakpoints fire. It replaces their own `#[every]`.
    ///
    /// It does not apply to handlers that run once in a run: enter and exit, the begin and the end of an outermost scope, and those of a
    /// stop, an interrupt or a failure. A callback without other handlers is a problem of the plan. The last call counts.
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
        self.attached.periods.push(AttachedPeriod::inside(period));
        self
    }

    /// Runs the handlers of the callback at one breakpoint when `period` is due; its other handlers run as before. A callback without a
    /// handler at the breakpoint is a problem of the plan.
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
        let period = AttachedPeriod::at(LoopInfo::of::<L>(), at.id(), period);
        self.attached.periods.push(period);
        self
    }

    #[track_caller]
    fn say(self, verb: Verb, callback_ref: impl IntoCallbackRef) -> Self {
        let location = Some(Location::here());
        self.attached
            .relations
            .say(verb, callback_ref.into_callback_ref(), location);
        self
    }
}

impl fmt::Debug for Attachment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({})", self.attached.info.type_label())
    }
}

/// A closure as a callback.
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
