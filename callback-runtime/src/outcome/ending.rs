//! The outcome of a run: how it ended, and what did not run as planned.

use crate::background::Dropped;
use crate::debug_as_display;
use crate::outcome::{Failure, NeverDue, Origin, Reason, Remark, Remarks, Skipped, Swallowed};
use std::fmt;

/// A stop or an interrupt: the callback and the breakpoint it came from, and the reason. It is state at the stop and the interrupt breakpoint
/// of a loop (`on_stop`, `on_interrupt`).
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
#[derive(Clone, PartialEq, Eq)]
pub struct Stop {
    origin: Origin,
    reason: Reason,
}

impl Stop {
    pub(crate) fn new(origin: Origin, reason: Reason) -> Self {
        Self { origin, reason }
    }

    /// Returns the callback and the breakpoint that the stop came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the reason that the callback gave.
    pub fn reason(&self) -> &str {
        self.reason.text()
    }

    /// Returns the reason as the value that the callback gave with [`Flow::stop_with`](crate::Flow::stop_with), if it has the type `R`. A stop
    /// that was refused has a text alone.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// # let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::stop_with(7_u32));
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// assert_eq!(outcome.stopped().and_then(Stop::reason_as::<u32>), Some(&7));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn reason_as<R: 'static>(&self) -> Option<&R> {
        self.reason.value()
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.reason)
    }
}

debug_as_display!(Stop);

/// How a run ended. Each run has exactly one ending.
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
    /// A callback stopped the run.
    Stopped(Stop),
    /// The run was interrupted from outside, for example by Ctrl-C.
    Interrupted(Stop),
    /// A callback or the loop returned an error or panicked.
    Failed(Failure),
}

/// How a run ended, and what did not run as planned. It is state at the exit of a loop (`on_exit`).
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
    remarks: Remarks,
}

impl Outcome {
    pub(crate) fn new(ending: Ending, remarks: Remarks) -> Self {
        Self { ending, remarks }
    }

    /// Adds a failure of an exit. The first failure of the run stays the cause.
    pub(crate) fn attach(&mut self, later: Failure) {
        match &mut self.ending {
            Ending::Failed(failure) => failure.attach(later),
            ending => *ending = Ending::Failed(later),
        }
    }

    pub(crate) fn set_skipped(&mut self, skipped: Vec<Skipped>) {
        self.remarks.skipped = skipped;
    }

    pub(crate) fn set_swallowed(&mut self, swallowed: Vec<Swallowed>) {
        self.remarks.swallowed = swallowed;
    }

    /// Returns how the run ended.
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

    /// Returns the failure of the run as an error, for `?`. A run that was stopped or interrupted did not fail.
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

    /// Whether the loop finished, that is, the run was not stopped or interrupted and did not fail.
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

    /// Returns the stop, if the run was stopped.
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

    /// Returns the interrupt, if the run was interrupted.
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

    /// Returns the failure, if the run failed.
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

    /// Returns the stops that were refused, because the loop did not allow a stop yet (for example before `min_epochs`). Only the first hundred
    /// are stored.
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
        &self.remarks.refused
    }

    /// Returns the handlers that did not run at some firings because state that they require was absent: one [`Skipped`] for each handler and
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
        &self.remarks.skipped
    }

    /// Returns the handlers with a period that was never due in a run that finished, because no counter of its units moved: one
    /// [`NeverDue`] for each handler and breakpoint.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax with Step as steps by hand { scope STEP { before_step; on_force; after_step; } } }
    /// let mut state = State::new();
    /// state.insert(Step::default());
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, || {}).every(Period::steps(10));
    /// // This loop forgets to count.
    /// let outcome = plan.run(&mut state, |run| {
    ///     for _ in 0..100 {
    ///         run.scope(Relax::STEP, |run| run.fire(Relax::on_force))?;
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(outcome.never_due()[0].why(), "its period is in steps, and `Step` stayed at 0");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn never_due(&self) -> &[NeverDue] {
        &self.remarks.never_due
    }

    /// Returns the background calls that were not made: one [`Dropped`] for each handler and breakpoint. Empty unless a queue drops its oldest
    /// call, or a handler failed.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |_| Ok(()))?;
    /// assert!(outcome.dropped().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn dropped(&self) -> &[Dropped] {
        &self.remarks.dropped
    }

    /// Returns what the loop and handlers remark of the run, such as data without a batch in a fit.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// for _ in fit.epochs() {
    ///     for _batch in fit.train(0..0) {}
    /// }
    /// assert_eq!(fit.finish().remarks()[0].text(), "the training pass had no batch");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks.of_run
    }

    /// Returns the failures that did not fail the run, because their callbacks were attached with
    /// [`on_failure`](crate::Attachment::on_failure): one [`Swallowed`] for each callback and breakpoint.
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
        &self.remarks.swallowed
    }
}

/// The first line is the ending, with the number of handlers that were skipped, of stops that were refused, and so on. A line follows for
/// each of them, up to five of a kind.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let summary = self.remarks.summary();
        match &self.ending {
            Ending::Finished => f.write_str("finished")?,
            Ending::Stopped(stop) => write!(f, "stopped by {stop}")?,
            Ending::Interrupted(stop) => write!(f, "interrupted by {stop}")?,
            Ending::Failed(failure) => write!(f, "failed in {failure}")?,
        }
        match self.ending {
            _ if summary.is_empty() => {}
            // The text of a failure can have several lines.
            Ending::Failed(_) => write!(f, "\n  {summary}")?,
            _ => write!(f, " ({summary})")?,
        }
        self.remarks.write_lines(f)
    }
}
