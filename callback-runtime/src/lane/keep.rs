//! What a handler in the background may ask for, and the copies that are kept for it.

use crate::param::{Ask, Param};
use crate::raw::{Fetch, Params};
use std::marker::PhantomData;

/// A type that may stand as a parameter of a handler in the background: `&T` or `Option<&T>` of a `T` that is `Clone`, `Send` and
/// `Sync`. The handler runs later, with a copy as of the firing.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Report;
///
/// #[callback(background, discover = false)]
/// impl Report {
///     fn on_epoch_end(&self, epoch: &Epoch, metrics: Option<&Metrics>) {
///         println!("epoch {epoch}: {metrics:?}");
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Report);
/// assert!(plan.check(&State::new()).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler in the background cannot ask for `{Self}`",
    label = "cannot be kept for later",
    note = "it only reads, and runs when the loop has gone on: take `&T` or `Option<&T>`, of which it gets a copy",
    note = "`T` is `Clone`, so that it can be copied, and `Send + Sync`, so that another thread can read the copy"
)]
pub trait Lagging: Param {
    /// The copy.
    #[doc(hidden)]
    type Kept: Send + 'static;
    #[doc(hidden)]
    type Later;
    #[doc(hidden)]
    fn keep(item: Self::Item<'_>) -> Self::Kept;
    #[doc(hidden)]
    fn lend(kept: &Self::Kept) -> Self::Item<'_>;
    #[doc(hidden)]
    fn later() -> Self::Later;
}

/// A bound check and its witness in one, like [`ask`](crate::param::ask): what it finds wrong leaves the witness's type open, so
/// that rustc says it once.
#[doc(hidden)]
pub fn ask_later<P: Lagging<Later = W>, W>() -> W {
    P::later()
}

#[diagnostic::do_not_recommend]
impl<'a, T: Clone + Send + Sync + 'static> Lagging for &'a T {
    type Kept = T;
    type Later = Ask<Self>;

    fn keep(item: <&'a T as Fetch>::Item<'_>) -> T {
        item.clone()
    }

    fn lend(kept: &T) -> <&'a T as Fetch>::Item<'_> {
        kept
    }

    fn later() -> Ask<Self> {
        Ask(PhantomData)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Lagging> Lagging for Option<P> {
    type Kept = Option<P::Kept>;
    type Later = Ask<Self>;

    fn keep(item: <Self as Fetch>::Item<'_>) -> Self::Kept {
        item.map(P::keep)
    }

    fn lend(kept: &Self::Kept) -> <Self as Fetch>::Item<'_> {
        kept.as_ref().map(P::lend)
    }

    fn later() -> Ask<Self> {
        Ask(PhantomData)
    }
}

/// A list of parameters of which copies can be kept.
#[doc(hidden)]
pub trait KeptParams: Params {
    type Kept: Send + 'static;
    fn keep(items: Self::Items<'_>) -> Self::Kept;
    fn lend(kept: &Self::Kept) -> Self::Items<'_>;
}

macro_rules! kept_params_of_tuples {
    ($($P:ident $p:ident),*) => {
        impl<$($P: Lagging),*> KeptParams for ($(Ask<$P>,)*) {
            type Kept = ($($P::Kept,)*);

            #[allow(clippy::unused_unit, reason = "of no parameters")]
            fn keep(($($p,)*): Self::Items<'_>) -> Self::Kept {
                ($($P::keep($p),)*)
            }

            #[allow(clippy::unused_unit, reason = "of no parameters")]
            fn lend(($($p,)*): &Self::Kept) -> Self::Items<'_> {
                ($($P::lend($p),)*)
            }
        }
    };
}

kept_params_of_tuples!();
kept_params_of_tuples!(P0 p0);
kept_params_of_tuples!(P0 p0, P1 p1);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8, P9 p9);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8, P9 p9, P10 p10);
kept_params_of_tuples!(P0 p0, P1 p1, P2 p2, P3 p3, P4 p4, P5 p5, P6 p6, P7 p7, P8 p8, P9 p9, P10 p10, P11 p11);
