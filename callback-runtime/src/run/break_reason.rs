//! The error with which a loop returns early: a leave, a stop or a failure.

use crate::debug_as_display;
use crate::outcome::BoxError;
use std::error::Error;
use std::fmt;

/// The error with which a part of a loop returns early: a leave, a stop or a failure that the run knows of, or an error of the loop.
/// Propagate it with `?`.
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
///
/// # Your errors in a loop
///
/// In a function that returns a `Break`, such as the closure of [`Plan::run`](crate::Plan::run), `?` accepts an `io::Error`, any other
/// error that is `Send` and `Sync`, a `String`, a `&str`, a [`BoxError`](crate::BoxError) and an `anyhow::Error`. A `Box<dyn Error>` may
/// hold an error that is not `Send`, so it needs [`from_local`](Self::from_local):
///
/// ```
/// # use callbacks::Break;
/// # use callbacks::prelude::*;
/// # use std::error::Error;
/// fn read(text: &str) -> Result<f64, Box<dyn Error>> {
///     Ok(text.parse()?)
/// }
///
/// let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
///     let rate = read("fast").map_err(Break::from_local)?;
///     run.state().insert(LearningRate::new(rate));
///     Ok(())
/// })?;
/// assert_eq!(outcome.failed().unwrap().cause().to_string(), "invalid float literal");
/// # Ok::<(), PlanError>(())
/// ```
///
/// # A loop in functions with errors of their own
///
/// In a function that returns a `Box<dyn Error>`, `?` accepts a `Break`. Where the function returns another error, convert the break:
///
/// | error of the function | convert the break with |
/// |---|---|
/// | `Box<dyn Error>` | `?` |
/// | `BoxError`, which is `Box<dyn Error + Send + Sync>` | `.map_err(Break::into_boxed)?` |
/// | `anyhow::Error` | `.map_err(\|broken\| anyhow::Error::from_boxed(broken.into_boxed()))?` |
/// | an error type of your own | `?`, with an `impl From<Break>` for it that keeps [`into_boxed`](Self::into_boxed) |
///
/// A stop stays a stop on its way back into the run: with `?` from a `BoxError`, and with [`from_local`](Self::from_local) from a
/// `Box<dyn Error>`. An error that wraps the break, or only has its text, fails the run.
///
/// ```
/// # use callbacks::Break;
/// # use callbacks::prelude::*;
/// # use std::error::Error;
/// # breakpoints! { loop Relax { scope STEP { before_step; on_force; after_step; } } }
/// fn step(run: &mut Run<'_, Relax>) -> Result<(), Box<dyn Error>> {
///     run.fire(Relax::on_force)?;
///     Ok(std::fs::write("/no/such/folder/force", "1.0")?)
/// }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::on_force, || Flow::stop("small enough"));
/// let outcome = plan.run(&mut State::new(), |run| {
///     run.scope(Relax::STEP, |run| step(run).map_err(Break::from_local)).map(drop)
/// })?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("small enough"));
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "a loop propagates a break with `?`"]
pub struct Break(Option<Box<BoxError>>);

impl Break {
    /// A break whose reason the run knows.
    pub(crate) const PENDING: Self = Self(None);

    /// Converts the break into an error, for an engine whose functions return errors. If the engine returns that error to the run, it is
    /// the break again, and a stop stays a stop.
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
        self.0.map_or_else(|| Interrupted.into(), |error| *error)
    }

    /// Makes a break of an error that need not be `Send`. It keeps the text of the error.
    ///
    /// ```
    /// # use callbacks::Break;
    /// # use callbacks::prelude::*;
    /// # use std::error::Error;
    /// fn check() -> Result<(), Box<dyn Error>> {
    ///     Err("no data".into())
    /// }
    ///
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |_| check().map_err(Break::from_local))?;
    /// assert_eq!(outcome.failed().unwrap().cause().to_string(), "no data");
    /// # Ok::<(), PlanError>(())
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write `map_err(Break::from_local)`"
    )]
    pub fn from_local(error: Box<dyn Error>) -> Self {
        if error.is::<Interrupted>() {
            return Interrupted.into();
        }
        error.to_string().into()
    }

    /// Returns the error of the loop; `None` for a break whose reason the run knows. `is_interrupted` says whether the run knows one: if not,
    /// a break that was an error in between comes from another run, and is an error of this one.
    pub(crate) fn into_error(self, is_interrupted: bool) -> Option<BoxError> {
        let error = *self.0?;
        (!is_interrupted || !error.is::<Interrupted>()).then_some(error)
    }
}

impl<E: Into<BoxError>> From<E> for Break {
    fn from(error: E) -> Self {
        // Boxed twice, so that the result of `fire` fits into two registers.
        Self(Some(Box::new(error.into())))
    }
}

/// A `Box<dyn Error + Send + Sync>` cannot have this conversion, because it converts into a break.
impl From<Break> for Box<dyn Error> {
    fn from(broken: Break) -> Self {
        broken.into_boxed()
    }
}

impl fmt::Debug for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(error) => fmt::Display::fmt(error, f),
            None => fmt::Display::fmt(&Interrupted, f),
        }
    }
}

/// The error that a break becomes if the run knows its reason.
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the run was stopped, left a scope or failed; the outcome has the reason")
    }
}

debug_as_display!(Interrupted);

impl Error for Interrupted {}
