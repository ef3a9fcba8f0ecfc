//! [`Handlers`], the list into which a callback writes its handlers.

use super::handler_list::{BoundTo, Handler, HandlerList};
use crate::callback::{Callback, HandlerRef, Location, Method};
use crate::loops::{At, Breakpoint, Loop, Role};
use crate::outcome::Reply;
use crate::raw::{Access, AccessKind, Deliver, ErasedHandler, Params};
use crate::state::Ctx;
use crate::state::param::Ask;
use std::fmt;
use std::marker::PhantomData;

/// The list into which a callback of type `C` writes its handlers for the loop `L`.
///
/// See [`Callback`](crate::Callback) for an example.
///
/// ```
/// use callbacks::prelude::*;
///
/// /// Counts batches, or epochs if `per_epoch` is set.
/// struct Count {
///     per_epoch: bool,
///     firings: u64,
/// }
///
/// impl Count {
///     fn add_one(&mut self) {
///         self.firings += 1;
///     }
/// }
///
/// impl Callback<Fit> for Count {
///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
///         let at = if self.per_epoch { Fit::on_epoch_end } else { Fit::on_train_batch_end };
///         h.on(at, Self::add_one);
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Count { per_epoch: true, firings: 0 });
/// assert!(plan.explain(&State::new())?.to_string().contains("on_epoch_end"));
/// # Ok::<(), PlanError>(())
/// ```
pub struct Handlers<L, C> {
    list: HandlerList,
    marker: PhantomData<fn(L, C)>,
}

impl<L: Loop, C: 'static> Handlers<L, C> {
    pub(crate) fn new() -> Self {
        Self {
            list: HandlerList::default(),
            marker: PhantomData,
        }
    }

    /// Returns the handlers. Those that provide state come first, so that the state exists when the other handlers run.
    pub(crate) fn into_list(self) -> Vec<Handler> {
        self.list.into_providers_first()
    }

    /// Runs `method` at the breakpoint `at`. A method is a function whose first parameter is `&self` or `&mut self` and whose other
    /// parameters, at most twelve, are [`Param`](crate::Param)s.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # struct Best(f64);
    /// impl Best {
    ///     fn note(&mut self, loss: &Loss) {
    ///         self.0 = self.0.min(loss.value());
    ///     }
    /// }
    ///
    /// impl Callback<Fit> for Best {
    ///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
    ///         h.on(Fit::on_train_batch_end, Self::note);
    ///         h.on(Fit::on_valid_batch_end, Self::note);
    ///     }
    /// }
    /// # let mut plan = Plan::<Fit>::new();
    /// # plan.add(Best(f64::INFINITY));
    /// # assert!(plan.check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn on<A, M, F>(&mut self, at: At<L, A>, method: F) -> HandlerRef<'_>
    where
        F: Method<C, M>,
        F::Out: Reply<A>,
    {
        let erased = method.into_erased(F::Out::delivery());
        self.push(at.breakpoint(), Location::here(), erased);
        self.last(1)
    }

    /// Runs `method` before the loop begins, so that the callback can acquire resources. If it fails, the loop does not begin, and only the
    /// callbacks that were entered before this one run their exits.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # struct File(Option<String>);
    /// impl File {
    ///     fn open(&mut self) -> Result<(), std::io::Error> {
    ///         self.0 = Some(std::fs::read_to_string("/no/such/file")?);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// impl<L: Loop> Callback<L> for File {
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         h.on_enter(Self::open);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(File(None));
    /// let outcome = plan.run(&mut State::new(), |_| unreachable!())?;
    /// assert_eq!(outcome.failed().unwrap().origin().callback(), Some("File"));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn on_enter<M, F>(&mut self, method: F)
    where
        F: Method<C, M>,
        F::Out: Reply<()>,
    {
        self.add_at_role(
            Role::Enter,
            Location::here(),
            method.into_erased(F::Out::delivery()),
            None,
        );
    }

    /// Provides state of type `T`: inserts the value of `make` just before the callback is entered, unless the state has a `T` already. The
    /// value stays in the state after the run, so that the next run continues with it.
    ///
    /// All handlers that run later can ask for it. The plan reports a problem for a second provider, and for a callback that is entered
    /// earlier and asks for the state. `#[callback(provides(T = Self::make))]` writes this call.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// /// The losses since the last epoch end.
    /// struct Recent(Vec<f64>);
    ///
    /// struct Gather {
    ///     most: usize,
    /// }
    ///
    /// impl Gather {
    ///     fn make(&self) -> Recent {
    ///         Recent(Vec::with_capacity(self.most))
    ///     }
    ///
    ///     fn gather(&mut self, loss: &Loss, recent: &mut Recent) {
    ///         recent.0.push(loss.value());
    ///     }
    /// }
    ///
    /// impl Callback<Fit> for Gather {
    ///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
    ///         h.provides(Self::make);
    ///         h.on(Fit::on_train_batch_end, Self::gather);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |recent: &mut Recent| recent.0.clear());
    /// assert!(plan.check(&State::new()).is_err());
    /// plan.add(Gather { most: 100 });
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn provides<T: 'static>(&mut self, make: fn(&C) -> T) {
        self.provide(Location::here(), make);
    }

    /// Runs `method` at the end of the run, however it ends, so that the callback can release its resources. `method` can ask for
    /// [`&Outcome`](crate::Outcome).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Report(String);
    /// impl Report {
    ///     fn write(&mut self, outcome: &Outcome) {
    ///         self.0 = outcome.to_string();
    ///     }
    /// }
    ///
    /// impl<L: Loop> Callback<L> for Report {
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         h.on_exit(Self::write);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Report::default());
    /// let outcome = plan.run(&mut State::new(), |_| Err("no data".into()))?;
    /// assert_eq!(plan.get::<Report>().unwrap().0, "failed in the loop itself: no data");
    /// # assert!(outcome.failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn on_exit<M, F>(&mut self, method: F)
    where
        F: Method<C, M>,
        F::Out: Reply<()>,
    {
        self.add_at_role(
            Role::Exit,
            Location::here(),
            method.into_erased(F::Out::delivery()),
            None,
        );
    }

    /// Adds the handlers of `inner`, a callback that this one wraps, with their breakpoints, their periods and the state that they provide.
    /// `reach` returns the inner callback of a wrapper.
    ///
    /// To keep the name, the weight and the relations of `inner`, the wrapper builds its [`info`](Callback::info) from that of `inner`. To be
    /// found by references to the inner type, it joins the group of that type.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::{CallbackInfo, CallbackRef};
    ///
    /// /// Runs any callback after the others.
    /// struct Last<C>(C);
    ///
    /// impl<L: Loop, C: Callback<L>> Callback<L> for Last<C> {
    ///     fn info(&self) -> CallbackInfo {
    ///         self.0.info().group::<C>().weight(f64::INFINITY)
    ///     }
    ///
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         h.forward(&self.0, |wrapper| &mut wrapper.0);
    ///     }
    /// }
    /// # #[derive(Default)]
    /// # struct Log;
    /// # #[callback(register = false)]
    /// # impl Log { fn on_epoch_end(&self) {} }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Last(Log));
    /// plan.on(Fit::on_epoch_end, || {});
    /// plan.on(Fit::on_epoch_end, || {}).named("report").after(CallbackRef::of::<Log>());
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["closure", "Log", "report"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn forward<D: Callback<L>>(&mut self, inner: &D, reach: fn(&mut C) -> &mut D) {
        let mut forwarded = Handlers::<L, D>::new();
        inner.handlers(&mut forwarded);
        for handler in forwarded.list.0 {
            if let Some(erased) = handler.erased.for_part(reach) {
                self.list.0.push(Handler { erased, ..handler });
            }
        }
    }

    /// [`provides`](Self::provides) with a source location. `#[callback(provides(T))]` writes this call.
    #[doc(hidden)]
    pub fn provide<T: 'static>(&mut self, location: Location, make: fn(&C) -> T) {
        let run = move |this: &mut C, (mut ctx,): (Ctx<'_>,)| {
            if ctx.get::<T>().is_none() {
                ctx.insert(make(this));
            }
        };
        let delivery = <() as Reply<()>>::delivery();
        self.add_at_role(
            Role::Enter,
            location,
            ErasedHandler::new::<C, (Ask<Ctx<'static>>,), (), _, _>(run, delivery),
            Some(Access::of::<T>(AccessKind::Write)),
        );
    }

    /// Adds the handler `run` with its parameters, its answer and its source location. `#[callback]` writes this call for each handler.
    #[doc(hidden)]
    pub fn bind<A, P, R, V, F>(
        &mut self,
        at: At<L, A>,
        location: Location,
        _parameters: P,
        delivery: V,
        run: F,
    ) -> HandlerRef<'_>
    where
        P: Params,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + Send + Sync + 'static,
    {
        let erased = ErasedHandler::new::<C, P, R, V, F>(run, delivery);
        self.list.bind(L::BREAKPOINTS, at.id(), location, erased)
    }

    /// Adds a handler that runs `run` at the breakpoint `at`. The parameters of `run` are the items of `P`.
    pub(crate) fn closure<A, P, R, F>(&mut self, at: At<L, A>, location: Location, run: F)
    where
        P: Params,
        R: Reply<A>,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + Send + Sync + 'static,
    {
        self.push(
            at.breakpoint(),
            location,
            ErasedHandler::new::<C, P, R, _, F>(run, R::delivery()),
        );
    }

    /// Adds a handler at the breakpoint with this role, if the loop has one.
    fn add_at_role(
        &mut self,
        role: Role,
        location: Location,
        erased: ErasedHandler,
        provides: Option<Access>,
    ) {
        if let Some(at) = L::BREAKPOINTS.iter().find(|at| at.role() == role) {
            self.list.push(at, location, erased, provides);
        }
    }

    pub(crate) fn push(
        &mut self,
        at: &'static Breakpoint,
        location: Location,
        erased: ErasedHandler,
    ) {
        self.list.push(at, location, erased, None);
    }

    /// Marks the last `count` handlers as one handler at several breakpoints.
    pub(crate) fn mark_as_several(&mut self, count: usize) {
        let handlers = self.list.0.iter_mut().rev().take(count);
        handlers.for_each(|handler| handler.bound_to = BoundTo::Several);
    }

    /// Returns the last `count` handlers, to change their settings.
    pub(crate) fn last(&mut self, count: usize) -> HandlerRef<'_> {
        self.list.last(count)
    }
}

impl<L, C> fmt::Debug for Handlers<L, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.list.0.iter().map(|handler| handler.at.name());
        f.debug_list().entries(names).finish()
    }
}
