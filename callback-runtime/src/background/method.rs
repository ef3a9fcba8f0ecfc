//! Which functions can be handlers in the background.

#![allow(
    clippy::too_many_arguments,
    reason = "a handler may have twelve parameters"
)]

use super::{Keeper, Lagging, LateReply};
use crate::raw::Thunk;

/// A function `fn(&mut C, P0, …) -> R` or `fn(&C, P0, …) -> R` of up to twelve [`Lagging`] parameters after the receiver.
///
/// `Marker` is its signature; it is inferred. See [`Handlers::lag`](crate::Handlers::lag).
#[diagnostic::on_unimplemented(
    message = "not a handler of `{C}` in the background",
    label = "expected `fn(&mut self, …)` or `fn(&self, …)` whose other parameters, at most twelve, are `&T` or `Option<&T>`",
    note = "it runs when the loop has gone on, with copies of what it asks for: `T` is `Clone + Send + Sync`",
    note = "a closure that captures something is none"
)]
pub trait LaggingMethod<C, Marker>: Sized + 'static {
    /// What it returns.
    type Out;
    #[doc(hidden)]
    fn into_lagging<A>(self) -> Thunk
    where
        Self::Out: LateReply<A>;
}

// As in `crate::method`: `apply` sees one of the two bounds on `F` alone.
macro_rules! lagging_functions_of {
    ($($P:ident $p:ident),*) => {
        impl<C, F, R, $($P),*> LaggingMethod<C, fn(&mut C, $($P),*) -> R> for F
        where
            C: 'static,
            R: 'static,
            F: Fn(&mut C, $($P),*) -> R + for<'w> Fn(&'w mut C, $($P::Item<'w>),*) -> R + Copy + Send + Sync + 'static,
            $($P: Lagging + 'static,)*
        {
            type Out = R;
            fn into_lagging<A>(self) -> Thunk where R: LateReply<A> {
                fn apply<F: Fn(C, $($P),*) -> R, C, R, $($P),*>(run: &F, this: C, $($p: $P),*) -> R {
                    run(this, $($p),*)
                }
                Thunk::lagging::<C, ($(Keeper<$P, $P::Kept>,)*), R, _, _>(
                    ($(Keeper::<$P, $P::Kept>::new(),)*),
                    move |this, ($($p,)*)| apply::<F, &mut C, R, $($P::Item<'_>),*>(&self, this, $($p),*),
                    (R::via(), R::late),
                )
            }
        }

        impl<C, F, R, $($P),*> LaggingMethod<C, fn(&C, $($P),*) -> R> for F
        where
            C: 'static,
            R: 'static,
            F: Fn(&C, $($P),*) -> R + for<'w> Fn(&'w C, $($P::Item<'w>),*) -> R + Copy + Send + Sync + 'static,
            $($P: Lagging + 'static,)*
        {
            type Out = R;
            fn into_lagging<A>(self) -> Thunk where R: LateReply<A> {
                fn apply<F: Fn(C, $($P),*) -> R, C, R, $($P),*>(run: &F, this: C, $($p: $P),*) -> R {
                    run(this, $($p),*)
                }
                Thunk::lagging::<C, ($(Keeper<$P, $P::Kept>,)*), R, _, _>(
                    ($(Keeper::<$P, $P::Kept>::new(),)*),
                    move |this, ($($p,)*)| apply::<F, &C, R, $($P::Item<'_>),*>(&self, this, $($p),*),
                    (R::via(), R::late),
                )
            }
        }
    };
}

lagging_functions_of!();
lagging_functions_of!(P0 p0);
lagging_functions_of!(P0 p0, P1 p1);
lagging_functions_of!(P0 p0, P1 p1, P2 p2);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8, P9 p9);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8, P9 p9, P10 p10);
lagging_functions_of!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8, P9 p9, P10 p10, P11 p11);
