//! What a handler returns to steer the loop.

use crate::loops::{Loop, LoopInfo, Scope, ScopeId};
use crate::outcome::BoxError;
use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;

/// What a handler returns to steer the loop: continue, leave a scope, or stop.
///
/// The other handlers of the breakpoint still run. Then the flow acts that ends the most of the loop; of equal ones, the first.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct StopOnNan;
///
/// #[callback]
/// impl StopOnNan {
///     fn on_train_batch_end(&self, loss: &Loss) -> Flow {
///         if loss.value().is_nan() { Flow::stop("the loss is NaN") } else { Flow::Continue }
///     }
/// }
///
/// assert_eq!(StopOnNan.on_train_batch_end(&Loss::from(0.5)), Flow::Continue);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a flow acts when a handler returns it"]
pub enum Flow {
    /// Go on.
    #[default]
    Continue,
    /// Leave an open scope: its end is still fired, then the loop goes on after it. [`Flow::leave`] makes one.
    Leave(ScopeExit),
    /// Stop the run, for this reason. [`Flow::stop`] makes one.
    Stop(Cow<'static, str>),
    /// Stop the run because of a request from outside, such as Ctrl-C. Unlike a stop it cannot be refused. [`Flow::interrupt`] makes one.
    Interrupt(Cow<'static, str>),
}

impl Flow {
    /// Leave `scope`. Where it is not open, the answer is the failure of the run: [`Cause::NotOpen`](crate::Cause::NotOpen).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// /// Skips what is left of an epoch whose loss has exploded.
    /// #[derive(Default)]
    /// struct SkipExploded;
    ///
    /// #[callback]
    /// impl SkipExploded {
    ///     fn on_train_batch_end(&self, loss: &Loss) -> Flow {
    ///         if loss.value().is_nan() { Flow::leave(Fit::EPOCH) } else { Flow::Continue }
    ///     }
    /// }
    ///
    /// assert_eq!(SkipExploded.on_train_batch_end(&Loss::from(0.5)), Flow::Continue);
    /// assert_eq!(SkipExploded.on_train_batch_end(&Loss::from(f64::NAN)), Flow::leave(Fit::EPOCH));
    /// ```
    pub fn leave<L: Loop>(scope: Scope<L>) -> Self {
        Self::Leave(ScopeExit {
            of_loop: TypeId::of::<L>(),
            loop_name: L::NAME,
            scope: scope.id(),
            name: scope.info().name(),
        })
    }

    /// Stop the run for a reason.
    ///
    /// ```
    /// # use callbacks::Flow;
    /// let epoch = 7;
    /// assert_ne!(Flow::stop("good enough"), Flow::stop(format!("no progress since epoch {epoch}")));
    /// ```
    pub fn stop(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Stop(reason.into())
    }

    /// Interrupt the run for a reason, such as a signal.
    ///
    /// ```
    /// # use callbacks::Flow;
    /// assert_eq!(Flow::interrupt("SIGINT"), Flow::Interrupt("SIGINT".into()));
    /// ```
    pub fn interrupt(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Interrupt(reason.into())
    }

    /// `Ok(Flow::Continue)` with its error type named: the last line of a closure that uses `?`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_fit_begin, |text: &String| {
    ///     let _number: f64 = text.parse()?;
    ///     Flow::go_on()
    /// });
    /// assert_eq!(Flow::go_on().unwrap(), Flow::Continue);
    /// ```
    pub fn go_on() -> Result<Self, BoxError> {
        Ok(Self::Continue)
    }
}

/// The scope that a [`Flow::Leave`] leaves.
///
/// ```
/// use callbacks::prelude::*;
///
/// match Flow::leave(Fit::EPOCH) {
///     Flow::Leave(scope) => assert_eq!(scope.to_string(), "Fit::EPOCH"),
///     other => unreachable!("{other:?}"),
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeExit {
    of_loop: TypeId,
    loop_name: &'static str,
    scope: ScopeId,
    name: &'static str,
}

impl ScopeExit {
    /// The scope, if it is one of this loop.
    pub(crate) fn scope_of(&self, loop_info: &LoopInfo) -> Option<ScopeId> {
        (self.of_loop == loop_info.type_id).then_some(self.scope)
    }
}

impl fmt::Display for ScopeExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.loop_name, self.name)
    }
}
