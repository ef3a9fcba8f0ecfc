//! The list of a callback's handlers.

use crate::breakpoint::{At, Breakpoint, Loop, Role};
use crate::callback::Callback;
use crate::method::Method;
use crate::raw::{Deliver, Params, Thunk};
use crate::reply::Reply;
use crate::site::Site;
use std::fmt;
use std::marker::PhantomData;

/// The list into which a callback of type `C` writes its handlers for the loop `L`.
///
/// See [`Callback`](crate::Callback) for an example.
pub struct Handlers<L, C> {
    list: Vec<Handler>,
    of: PhantomData<fn(L, C)>,
}

/// One handler at one breakpoint.
pub(crate) struct Handler {
    pub(crate) at: &'static Breakpoint,
    pub(crate) site: Site,
    pub(crate) thunk: Thunk,
}

impl<L: Loop, C: 'static> Handlers<L, C> {
    pub(crate) fn new() -> Self {
        Self {
            list: Vec::new(),
            of: PhantomData,
        }
    }

    pub(crate) fn into_list(self) -> Vec<Handler> {
        self.list
    }

    /// Runs `method` at the breakpoint `at`. A method is a function whose first parameter is `&self` or `&mut self` and whose
    /// others, up to twelve, are [`Param`](crate::Param)s.
    #[track_caller]
    pub fn on<A, M, F>(&mut self, at: At<L, A>, method: F)
    where
        F: Method<C, M>,
        F::Out: Reply<A>,
    {
        self.push(
            at.breakpoint(),
            Site::here(),
            method.into_thunk(F::Out::via()),
        );
    }

    /// Runs `method` at every breakpoint of the loop.
    #[track_caller]
    pub fn on_all<M, F>(&mut self, method: F)
    where
        F: Method<C, M> + Clone,
        F::Out: Reply<()>,
    {
        let between = |place: &&Breakpoint| !matches!(place.role(), Role::Enter | Role::Exit);
        for place in L::BREAKPOINTS.iter().filter(between) {
            let thunk = method.clone().into_thunk(F::Out::via());
            self.push(place, Site::here(), thunk);
        }
    }

    /// Runs `method` before everything else: for what the callback acquires. If it fails, the run does not begin.
    #[track_caller]
    pub fn on_enter<M, F>(&mut self, method: F)
    where
        F: Method<C, M>,
        F::Out: Reply<()>,
    {
        self.at_role(Role::Enter, Site::here(), method.into_thunk(F::Out::via()));
    }

    /// Runs `method` after everything else, in every ending: for what the callback gives back. It may ask for
    /// [`&Outcome`](crate::Outcome).
    #[track_caller]
    pub fn on_exit<M, F>(&mut self, method: F)
    where
        F: Method<C, M>,
        F::Out: Reply<()>,
    {
        self.at_role(Role::Exit, Site::here(), method.into_thunk(F::Out::via()));
    }

    /// Runs the handlers of `inner`, a callback that this one wraps, where and as they ask for it. `reach` finds it in the
    /// wrapper again.
    ///
    /// ```
    /// use callbacks::{About, Callback, Handlers, Loop};
    ///
    /// /// Gives any callback another weight.
    /// struct Heavier<C>(C);
    ///
    /// impl<L: Loop, C: Callback<L>> Callback<L> for Heavier<C> {
    ///     fn about(&self) -> About {
    ///         self.0.about().weight(100.0)
    ///     }
    ///
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         h.forward(&self.0, |wrapper| &mut wrapper.0);
    ///     }
    /// }
    /// ```
    pub fn forward<D: Callback<L>>(&mut self, inner: &D, reach: fn(&mut C) -> &mut D) {
        let mut forwarded = Handlers::<L, D>::new();
        inner.handlers(&mut forwarded);
        for Handler { at, site, thunk } in forwarded.list {
            if let Some(thunk) = thunk.through(reach) {
                self.push(at, site, thunk);
            }
        }
    }

    /// What `#[callback]` writes for each handler: the function `run` with its parameters, its answer and its place.
    #[doc(hidden)]
    pub fn bind<A, P, R, V, F>(&mut self, at: At<L, A>, site: Site, _parameters: P, via: V, run: F)
    where
        P: Params,
        V: Deliver<R> + 'static,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + 'static,
    {
        self.push(at.breakpoint(), site, Thunk::new::<C, P, R, V, F>(run, via));
    }

    /// Runs `run`, whose parameters are the items of `P`, at the breakpoint `at`.
    pub(crate) fn closure<A, P, R, F>(&mut self, at: At<L, A>, site: Site, run: F)
    where
        P: Params,
        R: Reply<A>,
        F: for<'w> Fn(&'w mut C, P::Items<'w>) -> R + 'static,
    {
        self.push(
            at.breakpoint(),
            site,
            Thunk::new::<C, P, R, _, F>(run, R::via()),
        );
    }

    fn at_role(&mut self, role: Role, site: Site, thunk: Thunk) {
        if let Some(at) = L::BREAKPOINTS.iter().find(|place| place.role() == role) {
            self.push(at, site, thunk);
        }
    }

    fn push(&mut self, at: &'static Breakpoint, site: Site, thunk: Thunk) {
        self.list.push(Handler { at, site, thunk });
    }
}

impl<L, C> fmt::Debug for Handlers<L, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.list.iter().map(|handler| handler.at.name());
        f.debug_list().entries(places).finish()
    }
}
