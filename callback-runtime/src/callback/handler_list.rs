//! The handlers of one callback, without the types of the callback and its loop.

use super::{HandlerRef, Location};
use crate::loops::{Breakpoint, BreakpointId};
use crate::period::{JointPeriod, Period};
use crate::raw::{Access, ErasedHandler};

/// The handlers that a callback has added. The list has no type parameters, so that its methods are compiled once and not for each callback.
#[derive(Default)]
pub(super) struct HandlerList(pub(super) Vec<Handler>);

/// A handler at one breakpoint, with its settings.
pub(crate) struct Handler {
    /// The breakpoint at which the handler runs.
    pub(crate) at: &'static Breakpoint,
    /// The source location of the handler.
    pub(crate) location: Location,
    /// The function of the handler.
    pub(crate) erased: ErasedHandler,
    /// The state that the handler provides. `None` for a handler that does not provide state.
    pub(crate) provides: Option<Access>,
    /// The period that the callback sets. `None` for a handler that runs whenever its breakpoint fires.
    pub(crate) period: Option<Period>,
    /// The handlers with which it shares its period.
    pub(crate) joint: Option<JointPeriod>,
    /// Whether the handler was added at this breakpoint alone.
    pub(crate) bound_to: BoundTo,
}

/// The breakpoints at which a handler was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BoundTo {
    /// This one, which the callback has chosen.
    One,
    /// Several together, such as the end of every scope.
    Several,
}

impl HandlerList {
    /// Adds a handler at the breakpoint `id` of a loop with `breakpoints`. `#[callback]` generates a call of this for each handler, so it is
    /// not generic.
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
            joint: None,
            bound_to: BoundTo::One,
        });
    }

    /// Returns the last `count` handlers, to change their settings.
    pub(super) fn last(&mut self, count: usize) -> HandlerRef<'_> {
        let from = self.0.len().saturating_sub(count);
        HandlerRef::of(&mut self.0[from..])
    }

    /// Returns the handlers, those that provide state first.
    pub(super) fn into_providers_first(mut self) -> Vec<Handler> {
        self.0.sort_by_key(|handler| handler.provides.is_none());
        self.0
    }
}
