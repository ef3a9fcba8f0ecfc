//! The types that a handler in the background may return.

use crate::loops::{At, AtEach};
use crate::outcome::{BoxError, Reply};

/// A type that a handler in the background may return at a breakpoint whose answer is `A`: `()` or `Result<(), E>`.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Report;
///
/// #[callback(background, discover = false)]
/// impl Report {
///     fn on_train_end(&self) {}
///
///     fn on_epoch_end(&self, record: &Record) -> Result<(), std::io::Error> {
///         std::fs::write("metrics.txt", record.to_string())
///     }
/// }
/// # let mut plan = Plan::<Fit>::new();
/// # plan.add(Report);
/// # assert!(plan.check(&State::new()).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler in the background cannot return `{Self}` here",
    label = "would come too late",
    note = "it runs when the loop has gone on, so that no flow and no answer reaches the loop in time: return nothing or a `Result<(), E>`",
    note = "at a breakpoint that declares an answer the loop waits for its handlers: none of them can be in the background"
)]
pub trait BackgroundReply<A>: Reply<A> {
    #[doc(hidden)]
    type Handover;
    #[doc(hidden)]
    fn handover() -> Self::Handover;
    #[doc(hidden)]
    fn into_result(self) -> Result<(), BoxError>;
}

#[diagnostic::do_not_recommend]
impl BackgroundReply<()> for () {
    type Handover = (<() as Reply<()>>::Delivery, IntoResult<()>);

    fn handover() -> Self::Handover {
        (Self::delivery(), Self::into_result)
    }

    fn into_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError> + 'static> BackgroundReply<()> for Result<(), E> {
    type Handover = (<Self as Reply<()>>::Delivery, IntoResult<Self>);

    fn handover() -> Self::Handover {
        (Self::delivery(), Self::into_result)
    }

    fn into_result(self) -> Result<(), BoxError> {
        self.map_err(E::into)
    }
}

/// Converts what a handler in the background returned.
#[doc(hidden)]
pub type IntoResult<R> = fn(R) -> Result<(), BoxError>;

impl<L, A> At<L, A> {
    /// Checks that a handler in the background may return `R`, and returns how its reply is delivered: in the loop, and in the background.
    /// Like [`returns`](Self::returns), the macro writes the call once per handler, so that the compiler reports a wrong type once.
    #[doc(hidden)]
    pub fn returns_in_background<R: BackgroundReply<A, Handover = D>, D>(self) -> D {
        R::handover()
    }
}

impl<L> AtEach<L> {
    /// [`At::returns_in_background`] for several breakpoints, each of whose handlers needs a delivery of its own.
    #[doc(hidden)]
    pub fn returns_in_background<R: BackgroundReply<(), Handover = D>, D>(self) -> fn() -> D {
        R::handover
    }
}
