//! The functions that can be handlers in the background.

#![allow(
    clippy::too_many_arguments,
    reason = "a handler may have twelve parameters"
)]

use super::{BackgroundParam, BackgroundReply, SnapshotFns};
use crate::raw::ErasedHandler;
use crate::state::arity::for_each_arity;

/// A function `fn(&mut C, P0, …) -> R` or `fn(&C, P0, …) -> R` of up to twelve [`BackgroundParam`] parameters after the receiver.
///
/// `Marker` is its signature; it is inferred. See [`Handlers::on_background`](crate::Handlers::on_background).
#[diagnostic::on_unimplemented(
    message = "not a handler of `{C}` in the background",
    label = "expected `fn(&mut self, …)` or `fn(&self, …)` whose other parameters, at most twelve, are `&T` or `Option<&T>`",
    note = "it runs when the loop has gone on, with copies of what it asks for: `T` is `Clone + Send + Sync`",
    note = "a closure that captures a variable cannot be one"
)]
pub trait BackgroundMethod<C, Marker>: Sized + 'static {
    /// The type that the function returns.
    type Out;
    #[doc(hidden)]
    fn into_background_handler<A>(self) -> ErasedHandler
    where
        Self::Out: BackgroundReply<A>;
}

macro_rules! background_functions_of {
    ($($P:ident $K:ident $p:ident $at:tt),*) => {
        background_functions_with!(mut; $($P $p),*);
        background_functions_with!(; $($P $p),*);
    };
}

// As in `crate::method`: `apply` sees one of the two bounds on `F` alone.
macro_rules! background_functions_with {
    ($($mut:ident)?; $($P:ident $p:ident),*) => {
        impl<C, F, R, $($P),*> BackgroundMethod<C, fn(&$($mut)? C, $($P),*) -> R> for F
        where
            C: 'static,
            R: 'static,
            F: Fn(&$($mut)? C, $($P),*) -> R + for<'w> Fn(&'w $($mut)? C, $($P::Item<'w>),*) -> R + Copy + Send + Sync + 'static,
            $($P: BackgroundParam + 'static,)*
        {
            type Out = R;
            fn into_background_handler<A>(self) -> ErasedHandler where R: BackgroundReply<A> {
                fn apply<F: Fn(C, $($P),*) -> R, C, R, $($P),*>(run: &F, this: C, $($p: $P),*) -> R {
                    run(this, $($p),*)
                }
                ErasedHandler::in_background::<C, ($(SnapshotFns<$P, $P::Snapshot>,)*), R, _, _>(
                    ($(SnapshotFns::<$P, $P::Snapshot>::new(),)*),
                    move |this, ($($p,)*)| apply::<F, &$($mut)? C, R, $($P::Item<'_>),*>(&self, this, $($p),*),
                    (R::delivery(), R::into_result),
                )
            }
        }
    };
}

for_each_arity!(background_functions_of);
