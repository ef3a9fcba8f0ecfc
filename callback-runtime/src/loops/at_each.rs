//! [`AtEach`], which names several breakpoints of a loop.

use super::{Breakpoint, Loop, Role};
use std::fmt;
use std::marker::PhantomData;

/// Several breakpoints of the loop `L`, such as all at which a scope begins.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::AtEach;
///
/// let begins = AtEach::<Driver>::scope_begins().breakpoints();
/// assert_eq!(begins.map(Breakpoint::name).collect::<Vec<_>>(), ["on_run_start"]);
/// ```
pub struct AtEach<L> {
    includes: fn(&Breakpoint) -> bool,
    marker: PhantomData<fn() -> L>,
}

impl<L: Loop> AtEach<L> {
    const fn new(includes: fn(&Breakpoint) -> bool) -> Self {
        Self {
            includes,
            marker: PhantomData,
        }
    }

    /// All breakpoints except `on_enter` and `on_exit`.
    ///
    /// ```
    /// # use callbacks::{AtEach, Driver, Loop};
    /// assert_eq!(AtEach::<Driver>::all().breakpoints().count(), Driver::BREAKPOINTS.len() - 2);
    /// ```
    pub const fn all() -> Self {
        Self::new(|at| !matches!(at.role(), Role::Enter | Role::Exit))
    }

    /// The begin of every scope and phase.
    ///
    /// ```
    /// # use callbacks::{AtEach, Fit, Loop};
    /// assert_eq!(AtEach::<Fit>::scope_begins().breakpoints().count(), Fit::SCOPES.len());
    /// ```
    pub const fn scope_begins() -> Self {
        Self::new(|at| matches!(at.role(), Role::Begin))
    }

    /// The end of every scope and phase.
    ///
    /// ```
    /// # use callbacks::{AtEach, Breakpoint, Driver};
    /// let ends = AtEach::<Driver>::scope_ends().breakpoints();
    /// assert_eq!(ends.map(Breakpoint::name).collect::<Vec<_>>(), ["on_run_end"]);
    /// ```
    pub const fn scope_ends() -> Self {
        Self::new(|at| matches!(at.role(), Role::End))
    }

    /// The end of every scope, phase and round, and each breakpoint that the loop declares with `polls`: the places to look at the clock, or
    /// for a signal.
    ///
    /// ```
    /// # use callbacks::{AtEach, Breakpoint, Driver};
    /// let polls = AtEach::<Driver>::polls().breakpoints();
    /// assert_eq!(polls.map(Breakpoint::name).collect::<Vec<_>>(), ["on_step_start", "on_step_end", "on_run_end"]);
    /// ```
    pub const fn polls() -> Self {
        Self::new(Breakpoint::is_poll)
    }

    /// The end of every phase, and each breakpoint that the loop declares with `measures`: the places where the record has numbers that were
    /// measured with the parameters as they are there.
    ///
    /// ```
    /// # use callbacks::{AtEach, Breakpoint, Driver, Fit};
    /// let places = AtEach::<Driver>::measured().breakpoints();
    /// assert_eq!(places.map(Breakpoint::name).collect::<Vec<_>>(), ["before_parameter_update"]);
    /// let places = AtEach::<Fit>::measured().breakpoints();
    /// assert_eq!(places.map(Breakpoint::name).collect::<Vec<_>>(), ["on_train_end", "on_valid_end", "on_predict_end"]);
    /// ```
    pub const fn measured() -> Self {
        Self::new(Breakpoint::is_measured)
    }

    /// Each breakpoint at which the record of a round is complete: those that the loop declares with `completes`.
    ///
    /// ```
    /// # use callbacks::{AtEach, Breakpoint, Fit};
    /// let ends = AtEach::<Fit>::round_ends().breakpoints();
    /// assert_eq!(ends.map(Breakpoint::name).collect::<Vec<_>>(), ["on_epoch_end"]);
    /// ```
    pub const fn round_ends() -> Self {
        Self::new(Breakpoint::is_round_end)
    }

    /// Returns the breakpoints, in the order of one pass through the loop.
    pub fn breakpoints(self) -> impl Iterator<Item = &'static Breakpoint> {
        L::BREAKPOINTS.iter().filter(move |at| (self.includes)(at))
    }
}

impl<L> Clone for AtEach<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for AtEach<L> {}

impl<L: Loop> fmt::Debug for AtEach<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.breakpoints().map(Breakpoint::name);
        f.debug_list().entries(names).finish()
    }
}
