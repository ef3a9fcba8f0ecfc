//! The functions that can be handlers: [`Method`]s of a callback, and [`Closure`]s.

#![allow(
    clippy::too_many_arguments,
    reason = "a handler may have twelve parameters"
)]

use crate::raw::{Deliver, ErasedHandler, Params};
use crate::state::arity::for_each_arity;
use crate::state::param::{Ask, Param};

/// A function `fn(&mut C, P0, …) -> R` or `fn(&C, P0, …) -> R` with up to twelve [`Param`]s after the receiver. A closure with such a
/// signature is a method, too; its captures are `Send` and `Sync`, because any thread can call it.
///
/// `Marker` is the signature, which is inferred.
///
/// ```
/// use callbacks::Method;
/// use callbacks::prelude::*;
///
/// /// Runs `method` at the end of both passes.
/// fn at_ends<C: 'static, M>(h: &mut Handlers<Fit, C>, method: impl Method<C, M, Out = ()> + Copy) {
///     h.on(Fit::on_train_end, method);
///     h.on(Fit::on_valid_end, method);
/// }
/// # struct Print;
/// # impl Print { fn print(&self, record: &Record) { println!("{record}") } }
///
/// impl Callback<Fit> for Print {
///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
///         at_ends(h, Self::print);
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Print);
/// assert!(plan.explain(&State::new())?.to_string().contains("on_valid_end"));
/// # Ok::<(), PlanError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "not a handler of `{C}`",
    label = "expected `fn(&mut self, …)` or `fn(&self, …)` whose other parameters, at most twelve, are `&T`, `&mut T`, `Option` of either, `Local`, `LocalMut`, or `Ctx` alone",
    note = "`&T` needs `T: Sync` and `&mut T` needs `T: Send`; for other types write `Local<'_, T>` or `LocalMut<'_, T>`"
)]
pub trait Method<C, Marker>: Sized + 'static {
    /// The type that the function returns.
    type Out;
    /// Erases the type of the callback. `delivery` delivers what the function returns.
    #[doc(hidden)]
    fn into_erased<V: Deliver<Self::Out> + 'static>(self, delivery: V) -> ErasedHandler;
}

/// A closure `FnMut(P0, …) -> R` with at most twelve [`Param`]s, which a plan runs as a callback.
///
/// `Marker` is the signature, which is inferred.
///
/// ```
/// use callbacks::Closure;
/// use callbacks::prelude::*;
///
/// /// Runs `closure` in every epoch, after the other callbacks.
/// fn finally<M: 'static>(plan: &mut Plan<Fit>, closure: impl Closure<M, Out = ()>) {
///     plan.on(Fit::on_epoch_end, closure).weight(f64::INFINITY).named("finally");
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// finally(&mut plan, |epoch: &Epoch, record: &Record| println!("{epoch}: {record}"));
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["finally"]);
/// # Ok::<(), PlanError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "not a closure that can be a handler",
    label = "expected a closure whose parameters, at most twelve and with their types written out, are `&T`, `&mut T`, `Option` of either, `Local`, `LocalMut`, or `Ctx` alone",
    note = "`&T` needs `T: Sync` and `&mut T` needs `T: Send`; for other types write `Local<'_, T>` or `LocalMut<'_, T>`"
)]
pub trait Closure<Marker>: Sized + 'static {
    /// The type that the function returns.
    type Out;
    #[doc(hidden)]
    type Params: Params;
    #[doc(hidden)]
    fn call(&mut self, items: <Self::Params as Params>::Items<'_>) -> Self::Out;
}

// Each impl has two bounds on `F`, and with both in scope a call of `F` is ambiguous. `apply` has only one of them.
macro_rules! functions_of {
    ($($P:ident $K:ident $p:ident $at:tt),*) => {
        impl<C, F, R, $($P),*> Method<C, fn(&mut C, $($P),*) -> R> for F
        where
            C: 'static,
            F: Fn(&mut C, $($P),*) -> R + for<'w> Fn(&'w mut C, $($P::Item<'w>),*) -> R + Send + Sync + 'static,
            $($P: Param,)*
        {
            type Out = R;
            fn into_erased<V: Deliver<R> + 'static>(self, delivery: V) -> ErasedHandler {
                fn apply<F: Fn(C, $($P),*) -> R, C, R, $($P),*>(run: &F, this: C, $($p: $P),*) -> R {
                    run(this, $($p),*)
                }
                ErasedHandler::new::<C, ($(Ask<$P>,)*), R, V, _>(
                    move |this, ($($p,)*)| apply::<F, &mut C, R, $($P::Item<'_>),*>(&self, this, $($p),*),
                    delivery,
                )
            }
        }

        impl<C, F, R, $($P),*> Method<C, fn(&C, $($P),*) -> R> for F
        where
            C: 'static,
            F: Fn(&C, $($P),*) -> R + for<'w> Fn(&'w C, $($P::Item<'w>),*) -> R + Send + Sync + 'static,
            $($P: Param,)*
        {
            type Out = R;
            fn into_erased<V: Deliver<R> + 'static>(self, delivery: V) -> ErasedHandler {
                fn apply<F: Fn(C, $($P),*) -> R, C, R, $($P),*>(run: &F, this: C, $($p: $P),*) -> R {
                    run(this, $($p),*)
                }
                ErasedHandler::new::<C, ($(Ask<$P>,)*), R, V, _>(
                    move |this, ($($p,)*)| apply::<F, &C, R, $($P::Item<'_>),*>(&self, this, $($p),*),
                    delivery,
                )
            }
        }

        impl<F, R, $($P),*> Closure<fn($($P),*) -> R> for F
        where
            F: FnMut($($P),*) -> R + for<'w> FnMut($($P::Item<'w>),*) -> R + 'static,
            $($P: Param,)*
        {
            type Out = R;
            type Params = ($(Ask<$P>,)*);
            fn call(&mut self, ($($p,)*): <Self::Params as Params>::Items<'_>) -> R {
                fn apply<F: FnMut($($P),*) -> R, R, $($P),*>(run: &mut F, $($p: $P),*) -> R {
                    run($($p),*)
                }
                apply::<F, R, $($P::Item<'_>),*>(self, $($p),*)
            }
        }
    };
}

for_each_arity!(functions_of);
