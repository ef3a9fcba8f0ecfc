//! Attaching callbacks to a plan.

use super::attached::{Insertion, Stay};
use super::{Attached, Attachment, ErasedCallback, Plan, PlanCore};
use crate::background::BackgroundSetting;
use crate::callback::{Callback, CallbackId, CallbackInfo, Closure, Handlers, Location, Relations};
use crate::loops::{At, Loop};
use crate::outcome::{OnFailure, Reply};
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

    /// Attaches a default: a callback that runs unless another one replaces it. For a library that attaches what most programs want.
    ///
    /// A callback that is attached by hand replaces the defaults of its type and of its name, before or after, and a discovered one those of
    /// its name. Of several defaults of one name the first one runs, so that attaching the same defaults twice changes nothing. The type of a
    /// default is not discovered. A default runs again once the callback that replaces it is removed; a default that is itself removed, is gone
    /// with the later ones of its name.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Bar {
    ///     width: usize,
    /// }
    ///
    /// #[callback(register = false)]
    /// impl Bar {
    ///     fn on_epoch_end(&self, epoch: &Epoch) {
    ///         println!("{:>1$}", epoch.get(), self.width);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add_default(Bar { width: 80 });
    /// plan.add(Bar { width: 40 });
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["Bar"]);
    /// assert_eq!(plan.get::<Bar>().map(|bar| bar.width), Some(40));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn add_default<C: Callback<L> + Send>(&mut self, callback: C) -> Attachment<'_> {
        let callback = ErasedCallback::sendable::<L, C>(callback);
        let attachment = self.core.attach(callback, Location::here());
        attachment.attached.by_hand = false;
        attachment.attached.is_default = true;
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
            produces: Vec::new(),
            insertion,
            added_at,
            by_hand,
            is_default: false,
            stay: Stay::Always,
            parallel: None,
            changed: false,
            active: true,
        });
        self.dispatcher.add_callback(callback.value);
        CallbackId::new(self.attached.len() - 1)
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
