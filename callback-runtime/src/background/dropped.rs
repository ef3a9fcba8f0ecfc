//! The calls in the background that were dropped, as the outcome reports them.

use crate::debug_as_display;
use crate::outcome::{Origin, Times};
use std::fmt;

/// A handler in the background and the number of its calls that were dropped, because its queue was full and drops the oldest call, or
/// because a call failed before.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// /// Panics in the background.
/// struct Broken;
///
/// impl Broken {
///     fn write(&self) {
///         panic!("the disk is gone");
///     }
/// }
///
/// impl Callback<Relax> for Broken {
///     fn handlers(&self, h: &mut Handlers<Relax, Self>) {
///         h.on_background(Relax::after_step, Self::write);
///     }
/// }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.add(Broken);
/// let mut fired = 0;
/// let outcome = plan.run(&mut State::new(), |run| {
///     for _ in 0..10 {
///         fired += 1;
///         run.scope(Relax::STEP, |_| Ok(()))?;
///     }
///     Ok(())
/// })?;
/// assert_eq!(outcome.failed().unwrap().cause().to_string(), "panicked: the disk is gone");
/// // After a panic in the first call the worker drops the others, because the callback may be inconsistent.
/// let dropped: u64 = outcome.dropped().iter().map(|dropped| dropped.times()).sum();
/// assert_eq!(dropped, fired - 1);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Dropped {
    pub(super) origin: Origin,
    pub(super) times: u64,
}

impl Dropped {
    /// Returns the handler and its breakpoint.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the number of dropped calls.
    pub fn times(&self) -> u64 {
        self.times
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (origin, times) = (&self.origin, Times(self.times));
        write!(f, "{origin} was not called in the background, {times}")
    }
}

debug_as_display!(Dropped);
