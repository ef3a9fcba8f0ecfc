//! Handlers that run later: each firing queues a call with copies of what the handler asks for.

use super::worker::BackgroundCall;
use super::{IntoResult, SnapshotParams};
use crate::callback::Turn;
use crate::outcome::{BoxError, dispose};
use crate::raw::{CallContext, Deliver, ErasedHandler, HandlerStatus, Params};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

/// Puts a call into the queue of a worker, and returns what the firing is to know of it.
pub(crate) type Enqueue = Arc<dyn Fn(BackgroundCall) -> HandlerStatus + Send + Sync>;

/// Makes the handler that queues the calls of another one.
pub(crate) struct BackgroundBinding(Box<dyn FnOnce(Enqueue) -> ErasedHandler>);

impl BackgroundBinding {
    /// For the function `run` of a callback of type `C`.
    pub(crate) fn new<C, P, R, F>(parameters: P, run: F, into_result: IntoResult<R>) -> Self
    where
        C: 'static,
        P: SnapshotParams,
        R: 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let call = move |callback: &mut C, snapshot: &P::Snapshot| {
            into_result(run(callback, parameters.borrow(snapshot)))
        };
        Self(Box::new(move |enqueue| {
            // It touches no callback: that is the worker's.
            let queue = move |(): &mut (), items: <P::Asks as Params>::Items<'_>| {
                let snapshot = parameters.snapshot(items);
                enqueue(Box::new(move |callback| match callback.downcast_mut() {
                    Some(callback) => {
                        let called = catch_unwind(AssertUnwindSafe(|| call(callback, &snapshot)));
                        // Apart from the call: two panics at once would abort the process.
                        let dropped = catch_unwind(AssertUnwindSafe(|| drop(snapshot)));
                        first_panic(called, dropped)
                    }
                    None => Err("a call reached the callback of another handler".into()),
                }))
            };
            ErasedHandler::new::<(), P::Asks, HandlerStatus, _, _>(queue, EnqueueDelivery)
        }))
    }

    /// The handler, whose calls go to `enqueue`.
    pub(crate) fn queued(self, enqueue: Enqueue) -> ErasedHandler {
        (self.0)(enqueue)
    }

    /// The same for callbacks of type `W`, of which it is called with a part.
    pub(crate) fn for_part<W: 'static, C: 'static>(self, reach: fn(&mut W) -> &mut C) -> Self {
        Self(Box::new(move |enqueue: Enqueue| {
            self.queued(Arc::new(move |call| {
                enqueue(Box::new(move |outer: &mut dyn Any| {
                    match outer.downcast_mut() {
                        Some(outer) => call(reach(outer)),
                        None => Err("a call reached the callback of another handler".into()),
                    }
                }))
            }))
        }))
    }
}

/// The reply of a call whose copies are dropped, or the first of both that panicked.
fn first_panic(
    called: thread::Result<Result<(), BoxError>>,
    dropped: thread::Result<()>,
) -> Result<(), BoxError> {
    match (called, dropped) {
        (Ok(reply), Ok(())) => reply,
        (Ok(reply), Err(panic)) => {
            dispose(reply, "an error");
            resume_unwind(panic)
        }
        (Err(panic), dropped) => {
            dispose(dropped, "a panic");
            resume_unwind(panic)
        }
    }
}

/// Delivers what became of a queued call.
struct EnqueueDelivery;

impl Deliver<HandlerStatus> for EnqueueDelivery {
    #[inline]
    fn deliver(&self, status: HandlerStatus, _: Turn, context: &mut CallContext<'_>) {
        context.status = status;
    }
}

impl ErasedHandler {
    /// A handler that can as well run later.
    pub(crate) fn in_background<C, P, R, V, F>(
        parameters: P,
        run: F,
        (delivery, into_result): (V, IntoResult<R>),
    ) -> Self
    where
        C: 'static,
        P: SnapshotParams,
        R: 'static,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let mut erased = Self::new::<C, P::Asks, R, V, F>(run, delivery);
        erased.background = Some(BackgroundBinding::new::<C, P, R, F>(
            parameters,
            run,
            into_result,
        ));
        erased
    }

    /// Whether it can run later.
    pub(crate) fn can_run_in_background(&self) -> bool {
        self.background.is_some()
    }
}
