//! The methods of [`Handlers`] that bind one handler to several breakpoints.

use super::{HandlerRef, Handlers, Location, Method};
use crate::loops::{AtEach, Loop};
use crate::outcome::Reply;
use crate::raw::{Deliver, ErasedHandler, Params};

impl<L: Loop, C: 'static> Handlers<L, C> {
    /// Runs `method` at every breakpoint of the loop except `on_enter` and `on_exit`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Trace(Vec<&'static str>);
    /// impl Trace {
    ///     fn note(&mut self, at: &Breakpoint) {
    ///         self.0.push(at.name());
    ///     }
    /// }
    ///
    /// impl<L: Loop> Callback<L> for Trace {
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         h.on_all(Self::note);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Trace::default());
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Fit::EPOCH, |_| Ok(())).map(drop))?;
    /// assert_eq!(plan.get::<Trace>().unwrap().0, ["on_epoch_begin", "on_epoch_end"]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass a method by value, as to `on`"
    )]
    pub fn on_all<M, F>(&mut self, method: F) -> HandlerRef<'_>
    where
        F: Method<C, M> + Clone,
        F::Out: Reply<()>,
    {
        let location = Location::here();
        let count = self.push_each(AtEach::all(), location, || {
            method.clone().into_erased(F::Out::delivery())
        });
        self.last(count)
    }

    /// Runs `method` at several breakpoints, such as all at which callbacks poll.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::AtEach;
    /// # use std::time::{Duration, Instant};
    /// struct Deadline(Instant);
    ///
    /// impl Deadline {
    ///     fn look(&self) -> Flow {
    ///         if Instant::now() < self.0 { Flow::Continue } else { Flow::stop("the deadline has passed") }
    ///     }
    /// }
    ///
    /// impl<L: Loop> Callback<L> for Deadline {
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         h.on_each(AtEach::polls(), Self::look);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Deadline(Instant::now() + Duration::from_secs(3600)));
    /// assert!(plan.explain(&State::new())?.to_string().contains("on_valid_batch_end"));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers pass a method by value, as to `on`"
    )]
    pub fn on_each<M, F>(&mut self, at: AtEach<L>, method: F) -> HandlerRef<'_>
    where
        F: Method<C, M> + Clone,
        F::Out: Reply<()>,
    {
        let location = Location::here();
        self.bind_to_each(at, location, || {
            method.clone().into_erased(F::Out::delivery())
        })
    }

    /// [`bind`](Self::bind) at several breakpoints.
    #[doc(hidden)]
    pub fn bind_each<P, R, V, F>(
        &mut self,
        at: AtEach<L>,
        location: Location,
        _parameters: P,
        delivery: fn() -> V,
        run: F,
    ) -> HandlerRef<'_>
    where
        P: Params,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + Copy + Send + Sync + 'static,
    {
        self.bind_to_each(at, location, || {
            ErasedHandler::new::<C, P, R, V, F>(run, delivery())
        })
    }

    /// Adds a handler at each of these breakpoints, as one handler for all of them.
    pub(crate) fn bind_to_each(
        &mut self,
        at: AtEach<L>,
        location: Location,
        make: impl Fn() -> ErasedHandler,
    ) -> HandlerRef<'_> {
        let count = self.push_each(at, location, make);
        self.mark_as_several(count);
        self.last(count)
    }

    /// Adds a handler at each of these breakpoints, and returns their number.
    fn push_each(
        &mut self,
        at: AtEach<L>,
        location: Location,
        make: impl Fn() -> ErasedHandler,
    ) -> usize {
        let mut count = 0;
        for at in at.breakpoints() {
            self.push(at, location, make());
            count += 1;
        }
        count
    }
}
