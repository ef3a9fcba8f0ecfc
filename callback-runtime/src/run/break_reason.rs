//! The error with which a loop returns early: a leave, a stop or a failure.

use crate::outcome::BoxError;
use std::fmt;

/// The error with which a part of a loop returns early: a leave, a stop or a failure that the run knows of, or an error of the loop.
/// Propagate it with `?`. Any error converts into a break.
///
/// ```
/// use callbacks::Break;
/// use callbacks::prelude::*;
///
/// fn read(run: &mut Run<'_, Fit>, text: &str) -> Result<(), Break> {
///     let rate: f64 = text.parse()?;
///     run.state().insert(LearningRate::new(rate));
///     run.fire(Fit::on_fit_begin)
/// }
///
/// let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| read(run, "fast"))?;
/// assert_eq!(outcome.failed().unwrap().cause().to_string(), "invalid float literal");
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "a loop propagates a break with `?`"]
pub struct Break(Option<Box<BoxError>>);

impl Break {
    /// A break whose reason the run knows.
    pub(crate) const PENDING: Self = Self(None);

    /// Converts the break into an error, for an engine whose functions return errors. If the engine returns that error to the run, it counts
    /// as a failure of the engine, so convert a break only where the engine ends.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::{Break, BoxError, Guard};
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
    /// fn engine(guard: &mut Guard<Relax>) -> Result<(), BoxError> {
    ///     guard.begin(Relax::STEP).map_err(Break::into_boxed)?;
    ///     guard.end().map_err(Break::into_boxed)
    /// }
    /// # let mut guard = Plan::<Relax>::new().start(State::new())?;
    /// # engine(&mut guard)?;
    /// # Ok::<(), BoxError>(())
    /// ```
    pub fn into_boxed(self) -> BoxError {
        self.into_error().unwrap_or_else(|| {
            "the run was stopped, left a scope or failed; the outcome has the reason".into()
        })
    }

    /// Returns the error of the loop; `None` for a break whose reason the run knows.
    pub(crate) fn into_error(self) -> Option<BoxError> {
        self.0.map(|boxed| *boxed)
    }
}

impl<E: Into<BoxError>> From<E> for Break {
    fn from(error: E) -> Self {
        // Boxed twice, so that the result of `fire` fits into two registers.
        Self(Some(Box::new(error.into())))
    }
}

impl fmt::Debug for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => write!(f, "Break({error})"),
            None => f.write_str("Break"),
        }
    }
}
