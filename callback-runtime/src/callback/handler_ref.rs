//! [`HandlerRef`], which changes the settings of a handler that a callback has just added.

use crate::callback::Handler;
use crate::period::{JointPeriod, Period};
use std::fmt;

/// A handler that was just added to [`Handlers`](crate::Handlers), to change its settings. After [`on_all`](crate::Handlers::on_all) it is
/// several handlers.
///
/// ```
/// # use callbacks::prelude::*;
/// struct Report;
///
/// impl Report {
///     fn print(&self, step: &Step, loss: &Loss) {
///         println!("step {step}: {loss}");
///     }
/// }
///
/// impl Callback<Fit> for Report {
///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
///         h.on(Fit::on_train_batch_end, Self::print).every(Period::steps(100).last());
///     }
/// }
/// # let mut plan = Plan::<Fit>::new();
/// # plan.add(Report);
/// # let explanation = plan.explain(&State::new())?;
/// # assert_eq!(explanation.rows(Fit::on_train_batch_end)[0].period(), Some("every 100 steps, last"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
pub struct HandlerRef<'h> {
    /// The handlers that the settings apply to.
    handlers: &'h mut [Handler],
}

impl<'h> HandlerRef<'h> {
    pub(crate) fn of(handlers: &'h mut [Handler]) -> Self {
        Self { handlers }
    }

    /// Runs the handler when `period` is due, and not whenever its breakpoint fires. After two calls it runs when one of the two periods is
    /// due.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers build the period in the call"
    )]
    pub fn every(self, period: Period) -> Self {
        for handler in &mut *self.handlers {
            handler.period = Some(match handler.period.take() {
                Some(earlier) => earlier.or(period.clone()),
                None => period.clone(),
            });
        }
        self
    }

    /// Lets the breakpoints of [`on_each`](crate::Handlers::on_each) share the period: where it is due at one of them, the others have had their
    /// turn, too. Otherwise each breakpoint has the period for itself.
    ///
    /// ```
    /// # use callbacks::AtEach;
    /// # use callbacks::prelude::*;
    /// # struct Report;
    /// impl<L: Loop> Callback<L> for Report {
    ///     fn handlers(&self, h: &mut Handlers<L, Self>) {
    ///         // At the first end of a scope after a minute, and not at the ends of the scopes around it.
    ///         h.on_each(AtEach::scope_ends(), |_: &mut Self| println!("a minute"))
    ///             .every(Period::seconds(60.0))
    ///             .jointly();
    ///     }
    /// }
    /// # let mut plan = Plan::<Fit>::new();
    /// # plan.add(Report);
    /// # plan.check(&State::new())?;
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn jointly(self) -> Self {
        let joint = JointPeriod::new();
        for handler in &mut *self.handlers {
            handler.joint = Some(joint);
        }
        self
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.at, f)
    }
}
