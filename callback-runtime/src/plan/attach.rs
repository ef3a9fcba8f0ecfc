//! Attaching callbacks to a plan.

use super::erased::AnyCallback;
use super::{Attached, Plan};
use crate::breakpoint::{At, Loop};
use crate::callback::{About, Callback};
use crate::handlers::Handlers;
use crate::method::Closure;
use crate::raw::Owned;
use crate::reply::Reply;
use crate::site::Site;
use std::fmt;
use std::marker::PhantomData;

impl<L: Loop> Plan<L> {
    /// Attaches a callback that may be sent to another thread.
    #[track_caller]
    pub fn add<C: Callback<L> + Send>(&mut self, callback: C) -> Attachment<'_> {
        self.attach(Box::new(callback), Site::here())
    }

    /// Attaches a callback that stays on the loop's thread.
    #[track_caller]
    pub fn add_local<C: Callback<L>>(&mut self, callback: C) -> Attachment<'_> {
        self.attach(Box::new(callback), Site::here())
    }

    /// Runs a closure at a breakpoint. Its parameters are state, with their types written out.
    #[track_caller]
    pub fn on<A: 'static, M: 'static, F>(&mut self, at: At<L, A>, closure: F) -> Attachment<'_>
    where
        F: Closure<M>,
        F::Out: Reply<A>,
    {
        let site = Site::here();
        let callback = OnClosure {
            closure,
            at,
            site,
            marker: PhantomData,
        };
        self.attach(Box::new(callback), site)
    }

    fn attach(&mut self, callback: Box<dyn AnyCallback<L>>, site: Site) -> Attachment<'_> {
        let place = (self.take_place(), 0);
        let index = self.adopt(callback, place, site, true);
        Attachment {
            attached: &mut self.attached[index],
        }
    }

    pub(super) fn take_place(&mut self) -> usize {
        self.stale = true;
        self.next_place += 1;
        self.next_place
    }

    pub(super) fn adopt(
        &mut self,
        callback: Box<dyn AnyCallback<L>>,
        place: (usize, usize),
        added_at: Site,
        by_hand: bool,
    ) -> usize {
        self.attached.push(Attached {
            about: callback.about(),
            type_id: callback.as_ref().erased_type(),
            name: None,
            weight: None,
            place,
            added_at,
            by_hand,
            active: true,
        });
        self.machine.adopt(Owned::new(callback))
    }
}

/// A callback just attached: the place to say what differs for this one instance.
///
/// ```
/// # use callbacks::{Callback, Handlers, Loop, Plan};
/// # struct Log;
/// # impl<L: Loop> Callback<L> for Log { fn handlers(&self, _: &mut Handlers<L, Self>) {} }
/// fn attach<L: Loop>(plan: &mut Plan<L>) {
///     plan.add(Log).named("log").weight(10.0);
/// }
/// ```
pub struct Attachment<'p> {
    attached: &'p mut Attached,
}

impl Attachment<'_> {
    /// Gives this instance a weight other than its type's.
    pub fn weight(self, weight: f64) -> Self {
        self.attached.weight = Some(weight);
        self
    }

    /// Gives this instance a name, which no other callback of the plan may have.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.attached.name = Some(name.into());
        self
    }
}

impl fmt::Debug for Attachment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({})", self.attached.about.type_label())
    }
}

/// A closure as a callback of its own.
struct OnClosure<L, A, M, F> {
    closure: F,
    at: At<L, A>,
    site: Site,
    marker: PhantomData<fn() -> M>,
}

impl<L, A, M, F> Callback<L> for OnClosure<L, A, M, F>
where
    L: Loop,
    A: 'static,
    M: 'static,
    F: Closure<M>,
    F::Out: Reply<A>,
{
    fn about(&self) -> About {
        About::new("closure", self.site)
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.closure::<A, F::Params, F::Out, _>(self.at, self.site, |this, items| {
            this.closure.call(items)
        });
    }
}
