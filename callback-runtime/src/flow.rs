//! What a handler answers.

use crate::breakpoint::{Loop, Scope};
use crate::failure::BoxError;
use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;

/// What a handler answers: go on, leave a scope, or stop.
///
/// The other handlers of the breakpoint still run; then the outermost wish acts, and who wished it first is named.
///
/// ```
/// use callback_runtime::Flow;
///
/// fn on_epoch_end(loss: &f64) -> Flow {
///     if loss.is_nan() { Flow::stop("the loss is NaN") } else { Flow::Continue }
/// }
///
/// assert_eq!(on_epoch_end(&0.5), Flow::Continue);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "a flow acts when a handler returns it"]
pub enum Flow {
    /// Go on.
    #[default]
    Continue,
    /// Leave a scope that is open: its end is still told, then the loop goes on behind it. Leaving the outermost scope is a
    /// stop. [`Flow::leave`] makes one.
    Leave(Left),
    /// Stop the run, for this reason. [`Flow::stop`] makes one.
    Stop(Cow<'static, str>),
    /// Stop the run because somebody outside asks for it. Unlike a stop it cannot be refused. [`Flow::interrupt`] makes one.
    Interrupt(Cow<'static, str>),
}

impl Flow {
    /// Leave `scope`.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// breakpoints! {
    ///     pub loop Relax { scope RUN { on_run_begin; scope STEP { before_step; after_step; } on_run_end; } }
    /// }
    ///
    /// #[derive(Default)]
    /// struct Skip(u64);
    ///
    /// #[callback(Relax)]
    /// impl Skip {
    ///     fn on_run_begin(&mut self) -> Flow {
    ///         self.0 += 1;
    ///         Flow::leave(Relax::RUN)
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Relax>::new();
    /// plan.discover();
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     run.scope(Relax::RUN, |run| run.fire(Relax::before_step))?;
    ///     Ok(())
    /// })?;
    /// assert!(outcome.stopped().is_some());
    /// assert_eq!(plan.get::<Skip>().map(|skip| skip.0), Some(1));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn leave<L: Loop>(scope: Scope<L>) -> Self {
        Self::Leave(Left {
            of_loop: TypeId::of::<L>(),
            loop_name: L::NAME,
            scope: scope.index(),
            name: scope.info().name(),
        })
    }

    /// Stop the run for a reason.
    ///
    /// ```
    /// # use callback_runtime::Flow;
    /// let epoch = 7;
    /// assert_ne!(Flow::stop("good enough"), Flow::stop(format!("no progress since epoch {epoch}")));
    /// ```
    pub fn stop(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Stop(reason.into())
    }

    /// Interrupt the run for a reason, such as a signal.
    ///
    /// ```
    /// # use callback_runtime::Flow;
    /// assert_eq!(Flow::interrupt("SIGINT"), Flow::Interrupt("SIGINT".into()));
    /// ```
    pub fn interrupt(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Interrupt(reason.into())
    }

    /// `Ok(Flow::Continue)` with its error type named: the last line of a closure that uses `?`.
    ///
    /// ```
    /// # use callback_runtime::Flow;
    /// let parse = |text: &str| {
    ///     let _number: f64 = text.parse()?;
    ///     Flow::go_on()
    /// };
    /// assert!(parse("x").is_err());
    /// ```
    pub fn go_on() -> Result<Self, BoxError> {
        Ok(Self::Continue)
    }
}

/// The scope that a [`Flow::Leave`] leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    of_loop: TypeId,
    loop_name: &'static str,
    scope: usize,
    name: &'static str,
}

impl Left {
    /// The scope's index, if it is one of the loop `L`.
    pub(crate) fn index_in<L: Loop>(&self) -> Option<usize> {
        (self.of_loop == TypeId::of::<L>()).then_some(self.scope)
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.loop_name, self.name)
    }
}
