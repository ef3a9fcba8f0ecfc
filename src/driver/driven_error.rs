//! What is said of an error, or a panic, of what is driven: which function it was, in which step.

use crate::fit::Step;
use callback_runtime::{BoxError, Cause};
use std::error::Error;
use std::fmt;
use std::panic::resume_unwind;

/// A function of [`Driven`](super::Driven) answered an error: the cause of the run's failure. Its source is that error.
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
/// #     fn compute_loss_and_update(&mut self, _: &(), _: &mut LogData) -> Result<(), BoxError> { Ok(()) }
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
#[derive(Debug)]
#[non_exhaustive]
pub struct DrivenError {
    /// The name of the function.
    pub function: &'static str,
    /// The step that was not made.
    pub step: Step,
    /// What it answered.
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

impl Error for DrivenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.error.as_ref())
    }
}

/// The calls of what is driven: an error says which function it was and in which step. So does a panic, which is caught outside of
/// the steps and finds here how far they came.
#[derive(Default)]
pub(super) struct Calls {
    /// The step under way, from 1.
    pub(super) step: Step,
    /// The function under way.
    function: Option<&'static str>,
}

impl Calls {
    /// Calls a function.
    #[inline]
    pub(super) fn call<R>(
        &mut self,
        function: &'static str,
        call: impl FnOnce() -> Result<R, BoxError>,
    ) -> Result<R, BoxError> {
        self.function = Some(function);
        let answer = call();
        self.function = None;
        answer.map_err(|error| failed(self.step, function, error))
    }

    /// Panics again with the message of a caught panic. The message of a panic in a function of `Driven` begins with its place.
    #[cold]
    pub(super) fn panic_on(&self, cause: Cause) -> ! {
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
fn failed(step: Step, function: &'static str, error: BoxError) -> BoxError {
    Box::new(DrivenError {
        function,
        step,
        error,
    })
}

