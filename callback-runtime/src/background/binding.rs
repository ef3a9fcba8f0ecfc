//! The handler that a plan binds in place of one that runs in the background: it copies its parameters, and queues a call with the
//! copies.

use super::worker::BackgroundCall;
use super::{IntoResult, SnapshotParams};
use crate::callback::Turn;
use crate::outcome::{BoxError, dispose};
use crate::raw::{CallContext, Deliver, ErasedHandler, HandlerStatus, Params};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

/// Puts a call into the queue of a worker, and returns the status for the firing.
pub(crate) type Enqueue = Arc<dyn Fn(BackgroundCall) -> HandlerStatus + Send + Sync>;

/// A handler that can run in the background, as the function that makes the handler which queues its calls.
pub(crate) struct BackgroundBinding(Box<dyn FnOnce(Enqueue) -> ErasedHandler>);

impl BackgroundBinding {
    /// Makes the handler that queues the calls, with `enqueue`.
    pub(crate) fn queued(self, enqueue: Enqueue) -> ErasedHandler {
        (self.0)(enqueue)
    }

    /// Converts a binding for callbacks of type `C` into one for callbacks of type `W`, which have a `C` as a part.
    pub(crate) fn for_part<W: 'static, C: 'static>(self, part: fn(&mut W) -> &mut C) -> Self {
        Self(Box::new(move |enqueue: Enqueue| {
            self.queued(Arc::new(move |call| {
                enqueue(Box::new(move |whole| call(part(downcast(whole)?))))
            }))
        }))
    }
}

fn downcast<C: 'static>(callback: &mut dyn Any) -> Result<&mut C, BoxError> {
    let callback = callback.downcast_mut();
    callback.ok_or_else(|| "a call reached the callback of another handler".into())
}

/// Returns the reply of a call after its copies were dropped, or panics with the first panic of the two.
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

/// Delivers the status that [`Enqueue`] returned.
struct EnqueueDelivery;

impl Deliver<HandlerStatus> for EnqueueDelivery {
    #[inline]
    fn deliver(&self, status: HandlerStatus, _: Turn, context: &mut CallContext<'_>) {
        context.status = status;
    }
}

impl ErasedHandler {
    /// Makes a handler that can run in the background.
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
        let call = move |callback: &mut C, snapshot: &P::Snapshot| {
            into_result(run(callback, parameters.borrow(snapshot)))
        };
        let binding = move |enqueue: Enqueue| {
            // For callbacks of type `()`: this runs on the loop's thread, where only the worker may use the callback.
            let queue = move |(): &mut (), items: <P::Asks as Params>::Items<'_>| {
                let snapshot = parameters.snapshot(items);
                enqueue(Box::new(move |callback| {
                    let callback = downcast(callback)?;
                    let called = catch_unwind(AssertUnwindSafe(|| call(callback, &snapshot)));
                    // Not in the same `catch_unwind` as the call: a panic while another one unwinds would abort the process.
                    let dropped = catch_unwind(AssertUnwindSafe(|| drop(snapshot)));
                    first_panic(called, dropped)
                }))
            };
            Self::new::<(), P::Asks, HandlerStatus, _, _>(queue, EnqueueDelivery)
        };
        let mut erased = Self::new::<C, P::Asks, R, V, F>(run, delivery);
        erased.background = Some(BackgroundBinding(Box::new(binding)));
        erased
    }

    /// Whether the handler can run in the background.
    pub(crate) fn can_run_in_background(&self) -> bool {
        self.background.is_some()
    }
}
