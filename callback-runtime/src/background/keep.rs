//! What a handler in the background may ask for, and the copies that are kept for it.

use crate::param::{Ask, Param};
use crate::raw::{Copied, Fetch, Params};

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
    type Kept = Copied<T>;
    type Later = Keeper<Self, Self::Kept>;

    fn keep(item: <&'a T as Fetch>::Item<'_>) -> Copied<T> {
        Copied::new(item.clone())
    }

    fn lend(kept: &Copied<T>) -> <&'a T as Fetch>::Item<'_> {
        kept.get()
    }

    fn later() -> Self::Later {
        Keeper::new()
    }
}

#[diagnostic::do_not_recommend]
impl<P: Lagging> Lagging for Option<P> {
    type Kept = Option<P::Kept>;
    type Later = Keeper<Self, Self::Kept>;

    fn keep(item: <Self as Fetch>::Item<'_>) -> Self::Kept {
        item.map(P::keep)
    }

    fn lend(kept: &Self::Kept) -> <Self as Fetch>::Item<'_> {
        kept.as_ref().map(P::lend)
    }

    fn later() -> Self::Later {
        Keeper::new()
    }
}

/// The witness that copies can be kept for `P`, and how. Of the state's type it asks nothing any more, so that what is missing there
/// is said once, where the witness is asked for.
#[doc(hidden)]
pub struct Keeper<P: Fetch, K> {
    keep: for<'w> fn(P::Item<'w>) -> K,
    lend: for<'w> fn(&'w K) -> P::Item<'w>,
}

impl<P: Lagging> Keeper<P, P::Kept> {
    pub(super) fn new() -> Self {
        Self {
            keep: P::keep,
            lend: P::lend,
        }
    }
}

impl<P: Fetch, K> Clone for Keeper<P, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Fetch, K> Copy for Keeper<P, K> {}

/// A list of parameters of which copies can be kept.
#[doc(hidden)]
pub trait KeptParams: Copy + Send + Sync + 'static {
    type Asks: Params;
    type Kept: Send + 'static;
    fn keep(self, items: <Self::Asks as Params>::Items<'_>) -> Self::Kept;
    fn lend(self, kept: &Self::Kept) -> <Self::Asks as Params>::Items<'_>;
}

macro_rules! kept_params_of_tuples {
    ($($P:ident $K:ident $at:tt $p:ident),*) => {
        impl<$($P: Fetch + 'static, $K: Send + 'static),*> KeptParams for ($(Keeper<$P, $K>,)*) {
            type Asks = ($(Ask<$P>,)*);
            type Kept = ($($K,)*);

            #[allow(clippy::unused_unit, reason = "of no parameters")]
            fn keep(self, ($($p,)*): <Self::Asks as Params>::Items<'_>) -> Self::Kept {
                ($((self.$at.keep)($p),)*)
            }

            #[allow(clippy::unused_unit, reason = "of no parameters")]
            fn lend(self, ($($p,)*): &Self::Kept) -> <Self::Asks as Params>::Items<'_> {
                ($((self.$at.lend)($p),)*)
            }
        }
    };
}

kept_params_of_tuples!();
kept_params_of_tuples!(P0 K0 0 p0);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5, P6 K6 6 p6);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5, P6 K6 6 p6, P7 K7 7 p7);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5, P6 K6 6 p6, P7 K7 7 p7, P8 K8 8 p8);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5, P6 K6 6 p6, P7 K7 7 p7, P8 K8 8 p8, P9 K9 9 p9);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5, P6 K6 6 p6, P7 K7 7 p7, P8 K8 8 p8, P9 K9 9 p9, P10 K10 10 p10);
kept_params_of_tuples!(P0 K0 0 p0, P1 K1 1 p1, P2 K2 2 p2, P3 K3 3 p3, P4 K4 4 p4, P5 K5 5 p5, P6 K6 6 p6, P7 K7 7 p7, P8 K8 8 p8, P9 K9 9 p9, P10 K10 10 p10, P11 K11 11 p11);
