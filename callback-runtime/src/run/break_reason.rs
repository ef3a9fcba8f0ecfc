//! Why the rest of a piece of a loop does not run.

use crate::outcome::BoxError;
use std::fmt;

/// Why the rest of a piece of a loop does not run: a leave, a stop or a failure that the run knows of, or an error of the
/// loop's own. Handed on with `?`; any error converts into one.
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
#[must_use = "a loop hands a break on with `?`"]
pub struct Break(Option<Box<BoxError>>);

impl Break {
    /// The run knows why.
    pub(crate) const PENDING: Self = Self(None);

    /// Converts the break into an error, for an engine whose functions return errors. Given back to the run it counts as an error of the
    /// engine, so convert it only where the engine ends.
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
            "the run was stopped, left a scope or failed; its outcome tells".into()
        })
    }

    pub(crate) fn into_error(self) -> Option<BoxError> {
        self.0.map(|boxed| *boxed)
    }
}

impl<E: Into<BoxError>> From<E> for Break {
    fn from(error: E) -> Self {
        // Boxed twice, so that the answer of a firing fits into two registers.
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
