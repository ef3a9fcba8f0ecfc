//! How a run ended.

use crate::background::Dropped;
use crate::loops::Breakpoint;
use crate::outcome::{Failure, Origin, Swallowed};
use std::fmt;
use std::sync::Arc;

/// What stopped a run, where and why. State at `on_stop` and `on_interrupt`.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } stop => on_stop; error => on_error; } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::before_step, || Flow::stop("small enough")).named("patience");
/// plan.on(Relax::on_stop, |stop: &Stop| println!("{stop}"));
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let stop = outcome.stopped().unwrap();
/// assert_eq!(stop.origin().callback(), Some("patience"));
/// assert_eq!(stop.reason(), "small enough");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    origin: Origin,
    reason: String,
}

impl Stop {
    pub(crate) fn new(origin: Origin, reason: String) -> Self {
        Self { origin, reason }
    }

    /// The callback and the breakpoint.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Why, in the callback's words.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

/// The one ending of a run.
///
/// ```
/// use callbacks::Ending;
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let status = match outcome.ending() {
///     Ending::Finished | Ending::Stopped(_) => 0,
///     Ending::Interrupted(_) => 130,
///     Ending::Failed(_) => 1,
/// };
/// assert_eq!(status, 0);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub enum Ending {
    /// The loop finished.
    Finished,
    /// A callback stopped it.
    Stopped(Stop),
    /// It was interrupted from outside.
    Interrupted(Stop),
    /// An error or a panic, in a callback or in the loop.
    Failed(Failure),
}

/// A handler that did not run because state it requires was absent, and how often.
///
/// ```
/// use callbacks::prelude::*;
/// breakpoints! { pub loop Relax { scope STEP { before_step; on_force with f64; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, |force: &f64| println!("{force}")).named("print");
/// // This loop leaves its step before there is a force.
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// let skipped = &outcome.skipped()[0];
/// assert_eq!((skipped.callback(), skipped.times()), ("print", 1));
/// assert_eq!(skipped.breakpoint().name(), "after_step");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    callback: Arc<str>,
    at: Breakpoint,
    times: u64,
}

impl Skipped {
    pub(crate) fn new(callback: Arc<str>, at: Breakpoint, times: u64) -> Self {
        Self {
            callback,
            at,
            times,
        }
    }

    /// The callback's name.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// The breakpoint.
    pub fn breakpoint(&self) -> &Breakpoint {
        &self.at
    }

    /// How often.
    pub fn times(&self) -> u64 {
        self.times
    }
}

/// How a run ended, and what did not run as it was planned. State at `on_exit`.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// assert!(outcome.is_finished());
///
/// plan.on(Relax::before_step, || Flow::stop("small enough")).named("patience");
/// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("small enough"));
/// assert!(outcome.to_string().starts_with("stopped by patience at before_step"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a run that failed says so in its outcome; `outcome.ok()?` turns that into an error"]
pub struct Outcome {
    ending: Ending,
    refused: Vec<Stop>,
    skipped: Vec<Skipped>,
    swallowed: Vec<Swallowed>,
    dropped: Vec<Dropped>,
}

impl Outcome {
    pub(crate) fn new(
        ending: Ending,
        refused: Vec<Stop>,
        skipped: Vec<Skipped>,
        swallowed: Vec<Swallowed>,
        dropped: Vec<Dropped>,
    ) -> Self {
        Self {
            ending,
            refused,
            skipped,
            swallowed,
            dropped,
        }
    }

    /// Attaches what went wrong in an exit. The first error is kept.
    pub(crate) fn attach(&mut self, later: Failure) {
        match &mut self.ending {
            Ending::Failed(failure) => failure.attach(later),
            ending => *ending = Ending::Failed(later),
        }
    }

    pub(crate) fn set_skipped(&mut self, skipped: Vec<Skipped>) {
        self.skipped = skipped;
    }

    pub(crate) fn set_swallowed(&mut self, swallowed: Vec<Swallowed>) {
        self.swallowed = swallowed;
    }

    /// How the run ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::interrupt("SIGINT"));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert!(matches!(outcome.ending(), callbacks::Ending::Interrupted(stop) if stop.reason() == "SIGINT"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ending(&self) -> &Ending {
        &self.ending
    }

    /// The failure as an error, for `?`. A run that was stopped or interrupted has not failed.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// fn report(outcome: &Outcome) -> Result<String, Failure> {
    ///     outcome.ok()?;
    ///     Ok(outcome.to_string())
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// let finished = plan.run(&mut State::new(), |_| Ok(()))?;
    /// assert_eq!(report(&finished).unwrap(), "finished");
    /// let failed = plan.run(&mut State::new(), |_| Err("no data".into()))?;
    /// assert!(report(&failed).is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ok(&self) -> Result<(), Failure> {
        match &self.ending {
            Ending::Failed(failure) => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Whether the loop finished: it was neither stopped nor interrupted, and did not fail.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |_| Ok(()))?;
    /// assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_finished(&self) -> bool {
        matches!(self.ending, Ending::Finished)
    }

    /// What stopped the run, if it was stopped.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::stop("small enough"));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.stopped().map(Stop::reason), Some("small enough"));
    /// assert!(!outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn stopped(&self) -> Option<&Stop> {
        match &self.ending {
            Ending::Stopped(stop) => Some(stop),
            _ => None,
        }
    }

    /// What interrupted the run, if it was interrupted.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::interrupt("SIGINT"));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.interrupted().map(Stop::reason), Some("SIGINT"));
    /// assert_eq!(outcome.stopped(), None);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn interrupted(&self) -> Option<&Stop> {
        match &self.ending {
            Ending::Interrupted(stop) => Some(stop),
            _ => None,
        }
    }

    /// How it failed, if it did.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Err::<(), _>("the disk is full"));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.failed().unwrap().cause().to_string(), "the disk is full");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn failed(&self) -> Option<&Failure> {
        match &self.ending {
            Ending::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Stops that were refused, because the loop did not allow one yet (before `min_epochs`): the first hundred, and no later ones.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.refuse_stops(|_, _| Some("too early".into()));
    /// plan.on(Relax::before_step, || Flow::stop("small enough"));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert!(outcome.is_finished());
    /// assert_eq!(outcome.refused()[0].reason(), "small enough (refused: too early)");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn refused(&self) -> &[Stop] {
        &self.refused
    }

    /// Handlers that did not run now and then, because state they require was absent: one [`Skipped`] for each handler and
    /// breakpoint.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_force with f64; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, |force: &f64| println!("{force}"));
    /// // This loop leaves its step before there is a force.
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.skipped().len(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Calls in the background that were not made: one [`Dropped`] for each handler and breakpoint. None, unless a queue drops the
    /// oldest or a handler failed.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |_| Ok(()))?;
    /// assert!(outcome.dropped().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// Failures of callbacks that were attached with [`on_failure`](crate::Attachment::on_failure), and which did not fail the
    /// run: one [`Swallowed`] for each callback and breakpoint.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, || Err::<(), _>("the network is down")).on_failure(OnFailure::Warn);
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     run.scope(Relax::STEP, |_| Ok(()))?;
    ///     run.scope(Relax::STEP, |_| Ok(())).map(drop)
    /// })?;
    /// let [swallowed] = outcome.swallowed() else { unreachable!() };
    /// assert_eq!(swallowed.times(), 2);
    /// assert_eq!(outcome.to_string(), "finished (2 failures swallowed)");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn swallowed(&self) -> &[Swallowed] {
        &self.swallowed
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.ending {
            Ending::Finished => f.write_str("finished")?,
            Ending::Stopped(stop) => write!(f, "stopped by {stop}")?,
            Ending::Interrupted(stop) => write!(f, "interrupted by {stop}")?,
            Ending::Failed(failure) => write!(f, "failed in {failure}")?,
        }
        let is_failed = matches!(self.ending, Ending::Failed(_));
        match self.swallowed.iter().map(Swallowed::times).sum() {
            0_u64 => Ok(()),
            // Later failures have lines of their own.
            times if is_failed => write!(f, "\n  {}", Failures(times)),
            times => write!(f, " ({})", Failures(times)),
        }
    }
}

/// So many failures that did not fail the run.
struct Failures(u64);

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 failure swallowed"),
            times => write!(f, "{times} failures swallowed"),
        }
    }
}
