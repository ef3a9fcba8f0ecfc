//! What is said of an error, or a panic, of what is driven: which function it was, in which step.

use crate::fit::Step;
use callback_runtime::BoxError;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::mem::forget;
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

    /// A panic goes on; one of what is driven with the place before its text.
    #[cold]
    pub(super) fn panic_on(&self, panic: Box<dyn Any + Send>) -> ! {
        let Some(function) = self.function else {
            resume_unwind(panic)
        };
        let text = text_of(&*panic).unwrap_or("a panic without a message");
        let text = format!("`Driven::{function}` in step {}: {text}", self.step);
        // Dropping what was thrown may throw again.
        forget(panic);
        resume_unwind(Box::new(text))
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

/// What a panic says.
pub(super) fn text_of(panic: &(dyn Any + Send)) -> Option<&str> {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}
