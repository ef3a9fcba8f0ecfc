//! Binding handlers that run in the background.

use super::{BackgroundMethod, BackgroundReply, IntoResult, SnapshotParams};
use crate::callback::{HandlerRef, Handlers, Location};
use crate::loops::{At, Loop};
use crate::raw::{Deliver, ErasedHandler, Params};

impl<L: Loop, C: 'static> Handlers<L, C> {
    /// Runs `method` at the breakpoint `at` in the background: later, on a thread of the callback's own, with copies of what it asks for.
    /// It only reads: its parameters are `&T` or `Option<&T>` of types that are [`Clone`], and it returns nothing or a `Result<(), E>`.
    ///
    /// All handlers of a callback lag or none, but for enter and exit, which run when everything before them is done. So the callback may
    /// be sent to another thread, and is attached with [`add`](crate::Plan::add). Its calls are made one after the other, in the order of
    /// the firings. An error, or a panic, is told at a later firing of the callback, and before the exits at the latest; then it
    /// is the handler's own failure.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Background;
    /// #[derive(Default)]
    /// struct Losses(Vec<f64>);
    ///
    /// impl Losses {
    ///     fn write(&mut self, loss: &Loss) {
    ///         self.0.push(loss.value());
    ///     }
    /// }
    ///
    /// impl Callback<Fit> for Losses {
    ///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
    ///         h.on_background(Fit::on_train_batch_end, Self::write);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Losses::default()).background(Background::queue(1024));
    /// let told = plan.explain(&State::new())?;
    /// assert_eq!(told.rows(Fit::on_train_batch_end)[0].executor(), Some("background, 1024"));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn on_background<A, M, F>(&mut self, at: At<L, A>, method: F) -> HandlerRef<'_>
    where
        F: BackgroundMethod<C, M>,
        F::Out: BackgroundReply<A>,
    {
        let erased = method.into_background_handler::<A>();
        self.push(at.breakpoint(), Location::here(), erased);
        self.last(1)
    }

    /// What `#[callback(background)]` writes for each handler, as [`bind`](Self::bind) is what it writes otherwise.
    #[doc(hidden)]
    pub fn bind_background<A, P, R, V, F>(
        &mut self,
        at: At<L, A>,
        location: Location,
        parameters: P,
        delivery: (V, IntoResult<R>),
        run: F,
    ) -> HandlerRef<'_>
    where
        P: SnapshotParams,
        R: 'static,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let erased = ErasedHandler::in_background::<C, P, R, V, F>(parameters, run, delivery);
        self.push(at.breakpoint(), location, erased);
        self.last(1)
    }
}
