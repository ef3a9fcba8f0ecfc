//! The handlers of one callback, without the types of the callback and its loop.

use super::{HandlerRef, Location};
use crate::loops::{Breakpoint, BreakpointId};
use crate::period::Period;
use crate::raw::{Access, ErasedHandler};

/// The list itself. It knows no type, so that what it does is compiled once, and not for each callback.
#[derive(Default)]
pub(super) struct HandlerList(pub(super) Vec<Handler>);

/// One handler at one breakpoint.
pub(crate) struct Handler {
    pub(crate) at: &'static Breakpoint,
    pub(crate) location: Location,
    pub(crate) erased: ErasedHandler,
    /// It does nothing but put this into the state.
    pub(crate) provides: Option<Access>,
    /// How often it runs, if not whenever its breakpoint fires.
    pub(crate) period: Option<Period>,
}

impl HandlerList {
    /// Binds a handler to a breakpoint of a loop with these. Not generic, because each handler of a program binds itself.
    pub(super) fn bind(
        &mut self,
        breakpoints: &'static [Breakpoint],
        id: BreakpointId,
        location: Location,
        erased: ErasedHandler,
    ) -> HandlerRef<'_> {
        self.push(&breakpoints[id.index()], location, erased, None);
        self.last(1)
    }

    pub(super) fn push(
        &mut self,
        at: &'static Breakpoint,
        location: Location,
        erased: ErasedHandler,
        provides: Option<Access>,
    ) {
        self.0.push(Handler {
            at,
            location,
            erased,
            provides,
            period: None,
        });
    }

    pub(super) fn last(&mut self, count: usize) -> HandlerRef<'_> {
        let from = self.0.len().saturating_sub(count);
        HandlerRef::of(&mut self.0[from..])
    }

    pub(super) fn into_order(mut self) -> Vec<Handler> {
        let rest = self.0.extract_if(.., |handler| handler.provides.is_none());
        let rest: Vec<Handler> = rest.collect();
        self.0.extend(rest);
        self.0
    }
}
