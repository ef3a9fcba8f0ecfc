//! The methods of [`Handlers`] that bind handlers for the background.

use super::{BackgroundMethod, BackgroundReply, IntoResult, SnapshotParams};
use crate::callback::{HandlerRef, Handlers, Location};
use crate::loops::{At, AtEach, Loop};
use crate::raw::{Deliver, ErasedHandler, Params};

impl<L: Loop, C: 'static> Handlers<L, C> {
    /// Binds `method` to the breakpoint `at`, to run in the background: each firing copies its parameters and queues a call, which a thread
    /// of this callback makes later.
    ///
    /// The method only reads: its parameters are `&T` or `Option<&T>` of types that are [`Clone`], and it returns nothing or a
    /// `Result<(), E>`.
    ///
    /// A callback has all its handlers in the background or none. Only those for enter and exit always run in the loop, after all calls
    /// before them. The callback must be `Send`, and is attached with [`add`](crate::Plan::add). Its calls run one after the other, in the
    /// order of the firings. The run reports an error or a panic of a call at a later firing of the callback, or before the exits, as a
    /// failure of the handler.
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
    /// let explanation = plan.explain(&State::new())?;
    /// assert_eq!(explanation.rows(Fit::on_train_batch_end)[0].executor(), Some("background, 1024"));
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

    /// Binds a handler of a block with `#[callback(background)]`, as [`bind`](Self::bind) does for other blocks. The macro writes the call.
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

    /// [`bind_background`](Self::bind_background) at several breakpoints.
    #[doc(hidden)]
    pub fn bind_each_background<P, R, V, F>(
        &mut self,
        at: AtEach<L>,
        location: Location,
        parameters: P,
        delivery: fn() -> (V, IntoResult<R>),
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
        self.bind_to_each(at, location, || {
            ErasedHandler::in_background::<C, P, R, V, F>(parameters, run, delivery())
        })
    }
}
