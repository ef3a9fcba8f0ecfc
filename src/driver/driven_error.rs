//! Errors and panics of the driven system: in which function and which step they happened.

use crate::fit::Step;
use callback_runtime::{BoxError, Cause};
use std::error::Error;
use std::fmt;
use std::panic::resume_unwind;

/// The cause of a run's failure if a function of [`Driven`](super::Driven) returned an error. Its source is that error.
///
/// ```
/// use callbacks::driver::DrivenError;
/// use callbacks::prelude::*;
/// use std::error::Error;
///
/// struct Dry;
///
/// impl Driven for Dry {
///     type Samples = ();
///     type Update = ();
///     fn sample(&mut self) -> Result<(), BoxError> {
///         Err("no sample".into())
///     }
///     // …
/// #     fn compute_loss_and_update(&mut self, _: &(), _: &mut Record) -> Result<(), BoxError> { Ok(()) }
/// #     fn update_parameters(&mut self, _: &()) -> Result<(), BoxError> { Ok(()) }
/// }
///
/// let outcome = VariationalDriver::new(Dry).run(3)?;
/// let why = outcome.failed().and_then(Error::source).and_then(|cause| cause.downcast_ref::<DrivenError>()).unwrap();
/// assert_eq!(why.to_string(), "`Driven::sample` in step 1: no sample");
/// assert_eq!((why.function, why.step.get()), ("sample", 1));
/// assert_eq!(why.source().unwrap().to_string(), "no sample");
/// # Ok::<(), PlanError>(())
/// ```
#[non_exhaustive]
pub struct DrivenError {
    /// The name of the function.
    pub function: &'static str,
    /// The number of the step that failed.
    pub step: Step,
    /// The error that the function returned.
    pub error: BoxError,
}

impl fmt::Display for DrivenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            function,
            step,
            error,
        } = self;
        write!(f, "`Driven::{function}` in step {step}: {error}")
    }
}

callback_runtime::debug_as_display!(DrivenError);

impl Error for DrivenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.error.as_ref())
    }
}

/// Calls functions of the driven system, and adds function and step to their errors. A panic is caught outside of the steps, and gets
/// them from here.
#[derive(Default)]
pub(super) struct DrivenCalls {
    /// The number of the step under way, from 1.
    pub(super) step: Step,
    /// The function under way; `None` between two calls.
    function: Option<&'static str>,
}

impl DrivenCalls {
    #[inline]
    pub(super) fn call<R>(
        &mut self,
        function: &'static str,
        call: impl FnOnce() -> Result<R, BoxError>,
    ) -> Result<R, BoxError> {
        self.function = Some(function);
        let result = call();
        self.function = None;
        result.map_err(|error| driven_error(self.step, function, error))
    }

    /// Panics again with the message of a caught panic. If a function of the driven system panicked, the message begins with function and
    /// step.
    #[cold]
    pub(super) fn resume_panic(&self, cause: Cause) -> ! {
        let message = match cause {
            Cause::Panic(message) => message,
            other => other.to_string(),
        };
        resume_unwind(Box::new(match self.function {
            Some(function) => format!("`Driven::{function}` in step {}: {message}", self.step),
            None => message,
        }))
    }
}

#[cold]
fn driven_error(step: Step, function: &'static str, error: BoxError) -> BoxError {
    Box::new(DrivenError {
        function,
        step,
        error,
    })
}
