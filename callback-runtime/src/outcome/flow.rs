//! [`Flow`], which a handler returns to continue, leave a scope, or stop the run.

use crate::loops::{Loop, LoopInfo, Scope, ScopeId};
use crate::outcome::{BoxError, Reason};
use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;

/// What the loop does after the handlers of a breakpoint: continue, leave a scope, or stop. A handler returns it.
///
/// The other handlers of the breakpoint still run. Of several flows, the one that ends the most of the loop takes effect; of equal ones, the
/// first.
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
    /// Continue.
    #[default]
    Continue,
    /// Leave an open scope. The loop fires the end of the scope and continues after it. [`Flow::leave`] makes one.
    Leave(ScopeExit),
    /// Stop the run. [`Flow::stop`] and [`Flow::stop_with`] make one.
    Stop(Reason),
    /// Stop the run because of a request from outside, such as Ctrl-C. Unlike [`Stop`](Self::Stop), it cannot be refused.
    /// [`Flow::interrupt`] makes one. If a callback [saves interrupted runs](crate::CallbackInfo::receives_halted_runs), a fit or a driver goes
    /// on to the next place from which it can be resumed, such as the end of the batch.
    Interrupt(Reason),
    /// Continue, and save the run at the next [resume point](crate::Run::resume_point). The callbacks that
    /// [receive saved runs](crate::CallbackInfo::receives_saved_runs) get it there.
    Save,
    /// Continue, and tell the user something at once, as a warning of `tracing`, and with the outcome. [`Flow::remark`] makes one.
    Remark(Reason),
}

impl Flow {
    /// Leaves `scope`. If the scope is not open, the run fails with [`Cause::NotOpen`](crate::Cause::NotOpen).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// /// Skips the rest of an epoch when the loss is NaN.
    /// #[derive(Default)]
    /// struct SkipNan;
    ///
    /// #[callback]
    /// impl SkipNan {
    ///     fn on_train_batch_end(&self, loss: &Loss) -> Flow {
    ///         if loss.value().is_nan() { Flow::leave(Fit::EPOCH) } else { Flow::Continue }
    ///     }
    /// }
    ///
    /// assert_eq!(SkipNan.on_train_batch_end(&Loss::from(0.5)), Flow::Continue);
    /// assert_eq!(SkipNan.on_train_batch_end(&Loss::from(f64::NAN)), Flow::leave(Fit::EPOCH));
    /// ```
    pub fn leave<L: Loop>(scope: Scope<L>) -> Self {
        Self::Leave(ScopeExit {
            loop_id: TypeId::of::<L>(),
            loop_name: L::NAME,
            scope: scope.id(),
            name: scope.info().name(),
        })
    }

    /// Stops the run for a reason.
    ///
    /// ```
    /// # use callbacks::Flow;
    /// let epoch = 7;
    /// assert_ne!(Flow::stop("good enough"), Flow::stop(format!("no progress since epoch {epoch}")));
    /// ```
    pub fn stop(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Stop(reason.into().into())
    }

    /// Stops the run for a reason that the program can look at: the outcome returns the value
    /// ([`Stop::reason_as`](crate::Stop::reason_as)), whose `Display` is the text of the reason.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use std::fmt;
    ///
    /// /// The loss at which a run is given up.
    /// struct Diverged(f64);
    ///
    /// impl fmt::Display for Diverged {
    ///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    ///         write!(f, "the loss has diverged to {}", self.0)
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_begin, || Flow::stop_with(Diverged(1e9)));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Fit::EPOCH, |_| Ok(())).map(drop))?;
    /// let stop = outcome.stopped().unwrap();
    /// assert_eq!(stop.reason(), "the loss has diverged to 1000000000");
    /// assert!(stop.reason_as::<Diverged>().is_some_and(|diverged| diverged.0 > 1e8));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn stop_with<R: fmt::Display + Send + Sync + 'static>(reason: R) -> Self {
        Self::Stop(Reason::of_value(reason))
    }

    /// Interrupts the run for a reason, such as a signal.
    ///
    /// ```
    /// # use callbacks::Flow;
    /// assert_eq!(Flow::interrupt("SIGINT"), Flow::Interrupt("SIGINT".into()));
    /// ```
    pub fn interrupt(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Interrupt(reason.into().into())
    }

    /// Continues, and remarks something that is no failure, and that a user may not expect. It is a warning of `tracing`, and the
    /// [outcome](crate::Outcome::remarks) has it with the name of the callback.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_begin, || Flow::remark("the file is there already")).named("Export");
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Fit::EPOCH, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.remarks()[0].text(), "Export: the file is there already");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn remark(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Remark(text.into().into())
    }

    /// Returns `Ok(Flow::Continue)` with the error type [`BoxError`], for the last line of a closure that uses `?`. There the compiler cannot
    /// infer the error type of a plain `Ok`.
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
    /// The type of the loop.
    loop_id: TypeId,
    loop_name: &'static str,
    scope: ScopeId,
    /// The name of the scope.
    name: &'static str,
}

impl ScopeExit {
    /// Returns the scope, if it is a scope of this loop.
    pub(crate) fn scope_of(&self, loop_info: &LoopInfo) -> Option<ScopeId> {
        (self.loop_id == loop_info.type_id).then_some(self.scope)
    }
}

impl fmt::Display for ScopeExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.loop_name, self.name)
    }
}
