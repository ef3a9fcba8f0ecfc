//! The parameters that a handler in the background may have, and the copies that a queued call keeps of them.

use crate::raw::{Copied, Fetch, Params};
use crate::state::arity::for_each_arity;
use crate::state::param::{Ask, Param};

/// A type that a handler in the background may have as a parameter: `&T` or `Option<&T>` of a `T` that is `Clone`, `Send` and
/// `Sync`. The handler runs later, with a copy of the value that the firing made.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Report;
///
/// #[callback(background, discover = false)]
/// impl Report {
///     fn on_epoch_end(&self, epoch: &Epoch, record: Option<&Record>) {
///         println!("epoch {epoch}: {record:?}");
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
pub trait BackgroundParam: Param {
    /// The copy of the parameter.
    #[doc(hidden)]
    type Snapshot: Send + 'static;
    #[doc(hidden)]
    type AskedInBackground;
    #[doc(hidden)]
    fn snapshot(item: Self::Item<'_>) -> Self::Snapshot;
    #[doc(hidden)]
    fn borrow(snapshot: &Self::Snapshot) -> Self::Item<'_>;
    #[doc(hidden)]
    fn ask_in_background() -> Self::AskedInBackground;
}

/// Checks that `P` is a [`BackgroundParam`], and returns how to copy it. Like [`ask`](crate::state::param::ask), the macro writes the call
/// once per parameter. If the check fails, the type of the result stays open, so that the compiler reports the error once.
#[doc(hidden)]
pub fn ask_background<P: BackgroundParam<AskedInBackground = W>, W>() -> W {
    P::ask_in_background()
}

#[diagnostic::do_not_recommend]
impl<'a, T: Clone + Send + Sync + 'static> BackgroundParam for &'a T {
    type Snapshot = Copied<T>;
    type AskedInBackground = SnapshotFns<Self, Self::Snapshot>;

    fn snapshot(item: <&'a T as Fetch>::Item<'_>) -> Copied<T> {
        Copied::new(item.clone())
    }

    fn borrow(snapshot: &Copied<T>) -> <&'a T as Fetch>::Item<'_> {
        snapshot.get()
    }

    fn ask_in_background() -> Self::AskedInBackground {
        SnapshotFns::new()
    }
}

#[diagnostic::do_not_recommend]
impl<P: BackgroundParam> BackgroundParam for Option<P> {
    type Snapshot = Option<P::Snapshot>;
    type AskedInBackground = SnapshotFns<Self, Self::Snapshot>;

    fn snapshot(item: <Self as Fetch>::Item<'_>) -> Self::Snapshot {
        item.map(P::snapshot)
    }

    fn borrow(snapshot: &Self::Snapshot) -> <Self as Fetch>::Item<'_> {
        snapshot.as_ref().map(P::borrow)
    }

    fn ask_in_background() -> Self::AskedInBackground {
        SnapshotFns::new()
    }
}

/// The proof that the parameter `P` can be copied for the background, as the functions that do it. `K` is the type of the copy. The
/// bounds on the type of the value are on the constructor alone, so that the compiler reports a missing one once.
#[doc(hidden)]
pub struct SnapshotFns<P: Fetch, K> {
    /// Copies the value of the parameter.
    snapshot: for<'w> fn(P::Item<'w>) -> K,
    /// Makes the parameter from a copy.
    borrow: for<'w> fn(&'w K) -> P::Item<'w>,
}

impl<P: BackgroundParam> SnapshotFns<P, P::Snapshot> {
    pub(crate) fn new() -> Self {
        Self {
            snapshot: P::snapshot,
            borrow: P::borrow,
        }
    }
}

impl<P: Fetch, K> Clone for SnapshotFns<P, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Fetch, K> Copy for SnapshotFns<P, K> {}

/// A list of parameters that can be copied for the background: a tuple of [`SnapshotFns`].
#[doc(hidden)]
pub trait SnapshotParams: Copy + Send + Sync + 'static {
    type Asks: Params;
    type Snapshot: Send + 'static;
    fn snapshot(self, items: <Self::Asks as Params>::Items<'_>) -> Self::Snapshot;
    fn borrow(self, snapshot: &Self::Snapshot) -> <Self::Asks as Params>::Items<'_>;
}

macro_rules! snapshot_params_of_tuples {
    ($($P:ident $K:ident $p:ident $at:tt),*) => {
        impl<$($P: Fetch + 'static, $K: Send + 'static),*> SnapshotParams for ($(SnapshotFns<$P, $K>,)*) {
            type Asks = ($(Ask<$P>,)*);
            type Snapshot = ($($K,)*);

            #[allow(clippy::unused_unit, reason = "of no parameters")]
            fn snapshot(self, ($($p,)*): <Self::Asks as Params>::Items<'_>) -> Self::Snapshot {
                ($((self.$at.snapshot)($p),)*)
            }

            #[allow(clippy::unused_unit, reason = "of no parameters")]
            fn borrow(self, ($($p,)*): &Self::Snapshot) -> <Self::Asks as Params>::Items<'_> {
                ($((self.$at.borrow)($p),)*)
            }
        }
    };
}

for_each_arity!(snapshot_params_of_tuples);
