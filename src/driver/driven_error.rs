//! What is said of an error, or a panic, of what is driven: which function it was, in which step.

use crate::fit::Step;
use callback_runtime::BoxError;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A function of [`Driven`](super::Driven) answered an error: the cause of the run's failure. Its source is that error.
///
/// ```
/// use callbacks::driver::DrivenError;
/// use callbacks::driver::prelude::*;
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

/// Calls a function of what is driven; its error, or its panic, says which it was and in which step.
pub(super) fn told<R>(
    step: Step,
    function: &'static str,
    call: impl FnOnce() -> Result<R, BoxError>,
) -> Result<R, BoxError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failed(step, function, error)),
        Err(panic) => panic_on(step, function, panic),
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

/// The panic goes on, with the place before its text.
#[cold]
fn panic_on(step: Step, function: &str, panic: Box<dyn Any + Send>) -> ! {
    let text = text_of(&*panic).unwrap_or("a panic without a message");
    let text = format!("`Driven::{function}` in step {step}: {text}");
    // Dropping what was thrown may throw again.
    forget(panic);
    resume_unwind(Box::new(text))
}

/// What a panic says.
pub(super) fn text_of(panic: &(dyn Any + Send)) -> Option<&str> {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}
