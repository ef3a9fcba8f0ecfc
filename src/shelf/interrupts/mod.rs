//! Interrupts a run at a signal.

mod signals;

use crate::weight;
use callback_macros::callback;
use callback_runtime::{Flow, Outcome, Rounds};
use signals::ActiveRun;
use std::fmt;
use std::io;

/// Interrupts a run at Ctrl-C (SIGINT) and at SIGTERM, in every loop with [`Rounds`] and in each of its phases. It has the weight
/// [`STOPPERS`](crate::weight::STOPPERS). Needs the feature `signal-hook`.
///
/// The run ends as [interrupted](Outcome::interrupted): the ends of its scopes, `on_interrupt` and the exits run, so that no file lacks its
/// last row. A stop before a least number of epochs can be refused; an interrupt cannot. The callback looks at the end of every scope and
/// round, such as a batch, and where a loop declares `polls`.
///
/// * A **second signal** ends the process at once, as it does without this callback. So does a signal outside of a run.
/// * A signal interrupts **all runs** that are under way in the process, nested and parallel ones. It does not interrupt a run that begins
///   later, such as an evaluation at `on_interrupt`.
/// * A signal that comes so late that its run finishes interrupts the next run, before its first step.
///
/// A program that handles these signals by itself passes them on with a [`StopHandle`](super::StopHandle).
///
/// ```no_run
/// use callbacks::prelude::*;
/// use callbacks::shelf::Interrupts;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(Interrupts::new());
/// let outcome = driver.run(1_000_000)?;
/// if let Some(interrupt) = outcome.interrupted() {
///     println!("{} at step {}", interrupt.reason(), driver.step());
/// }
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Default)]
pub struct Interrupts {
    /// The run under way.
    run: Option<ActiveRun>,
}

impl Interrupts {
    /// Interrupts runs at SIGINT and SIGTERM. [`Attach::stop_on_interrupt`](crate::Attach::stop_on_interrupt) attaches it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Interrupts;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Interrupts::new());
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }
}

#[callback(Rounds, register = false, ready_made, weight = weight::STOPPERS)]
impl Interrupts {
    fn on_enter(&mut self) -> io::Result<Flow> {
        // A run that was forgotten has no exit.
        self.run = None;
        self.run = Some(ActiveRun::begin()?);
        Ok(self.on_poll())
    }

    fn on_poll(&mut self) -> Flow {
        let signal = self.run.as_ref().and_then(ActiveRun::signal);
        signal.map_or(Flow::Continue, Flow::interrupt)
    }

    fn on_exit(&mut self, outcome: &Outcome) {
        if let Some(run) = self.run.take() {
            run.end(!outcome.is_finished());
        }
    }
}

impl fmt::Debug for Interrupts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupts").finish_non_exhaustive()
    }
}
