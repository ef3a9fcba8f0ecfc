//! Handlers that run later: each firing queues a call with copies of what the handler asks for.

use super::worker::Job;
use super::{KeptParams, TakeIn};
use crate::catch::dispose;
use crate::failure::BoxError;
use crate::raw::{Code, Deliver, Handed, Params, Thunk};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

/// Puts a call into the queue of a worker, and returns what the firing is to know of it.
pub(crate) type Push = Arc<dyn Fn(Job) -> Code + Send + Sync>;

/// Makes the handler that queues the calls of another one.
pub(crate) struct Later(Box<dyn FnOnce(Push) -> Thunk>);

impl Later {
    /// For the function `run` of a callback of type `C`.
    pub(super) fn new<C, P, R, F>(parameters: P, run: F, take_in: TakeIn<R>) -> Self
    where
        C: 'static,
        P: KeptParams,
        R: 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let call =
            move |callback: &mut C, kept: &P::Kept| take_in(run(callback, parameters.lend(kept)));
        Self(Box::new(move |push| {
            // It touches no callback: that is the worker's.
            let queue = move |(): &mut (), items: <P::Asks as Params>::Items<'_>| {
                let kept = parameters.keep(items);
                push(Box::new(move |callback| match callback.downcast_mut() {
                    Some(callback) => {
                        let called = catch_unwind(AssertUnwindSafe(|| call(callback, &kept)));
                        // Apart from the call: two panics at once would abort the process.
                        let dropped = catch_unwind(AssertUnwindSafe(|| drop(kept)));
                        first_panic(called, dropped)
                    }
                    None => Err("a call reached the callback of another handler".into()),
                }))
            };
            Thunk::new::<(), P::Asks, Code, _, _>(queue, Queued)
        }))
    }

    /// The handler, whose calls go to `push`.
    pub(crate) fn queued(self, push: Push) -> Thunk {
        (self.0)(push)
    }

    /// The same for callbacks of type `W`, of which it is called with a part.
    pub(crate) fn through<W: 'static, C: 'static>(self, reach: fn(&mut W) -> &mut C) -> Self {
        Self(Box::new(move |push: Push| {
            self.queued(Arc::new(move |job| {
                push(Box::new(move |outer: &mut dyn Any| {
                    match outer.downcast_mut() {
                        Some(outer) => job(reach(outer)),
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
struct Queued;

impl Deliver<Code> for Queued {
    #[inline]
    fn deliver(&self, code: Code, _: usize, handed: &mut Handed<'_>) {
        handed.code = code;
    }
}

impl Thunk {
    /// A handler that can as well run later.
    pub(crate) fn lagging<C, P, R, V, F>(
        parameters: P,
        run: F,
        (via, take_in): (V, TakeIn<R>),
    ) -> Self
    where
        C: 'static,
        P: KeptParams,
        R: 'static,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, <P::Asks as Params>::Items<'w>) -> R
            + Copy
            + Send
            + Sync
            + 'static,
    {
        let mut thunk = Self::new::<C, P::Asks, R, V, F>(run, via);
        thunk.later = Some(Later::new::<C, P, R, F>(parameters, run, take_in));
        thunk
    }

    /// Whether it can run later.
    pub(crate) fn can_lag(&self) -> bool {
        self.later.is_some()
    }
}
