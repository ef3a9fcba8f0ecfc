//! The steps of a run.

use super::parts::{StepParts, too_many_rejections};
use super::rollback::ErasedSnapshot;
use super::{Driven, Driver, Samples, Time};
use crate::fit::Total;
use crate::require::require;
use callback_runtime::__private::catch;
use callback_runtime::{Break, Ctx, Run};

/// The steps of a run.
pub(super) struct Steps<'d, D: Driven> {
    pub(super) length: RunLength,
    pub(super) retry_limit: u64,
    pub(super) rollback: Option<&'d mut (dyn ErasedSnapshot<D> + 'static)>,
    pub(super) parts: StepParts<D>,
}

/// How long a run is.
pub(super) enum RunLength {
    /// The number of steps that are left.
    Steps(u64),
    /// Until a simulated time.
    Time(Deadline),
}

impl RunLength {
    /// The number of steps of the run, if it is known before it.
    pub(super) fn total(&self) -> Total {
        Total::new(match self {
            Self::Steps(steps) => Some(*steps),
            Self::Time(_) => None,
        })
    }
}

/// The simulated time at which a run ends.
pub(super) struct Deadline {
    end: f64,
    /// The simulated time before the last step.
    before: Option<f64>,
}

impl<D: Driven> Steps<'_, D> {
    /// Makes the whole run, from `on_run_start` to `on_run_end`.
    pub(super) fn run(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        self.parts.prepare(run);
        run.scope(Driver::RUN, |run| {
            self.run_steps(run)?;
            run.last_call()
        })?;
        Ok(())
    }

    /// Makes the steps. The handlers of the run's ending find no samples and no update, also if the last step is not complete.
    fn run_steps(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let ended = catch(|| {
            while self.has_next(run)? {
                self.step(run)?;
            }
            Ok(())
        });
        if let Ok(Ok(())) = ended {
            return Ok(());
        }
        clear_despite_panics::<D>(&mut run.state());
        ended.unwrap_or_else(|cause| self.parts.calls.resume_panic(cause))
    }

    #[inline]
    fn has_next(&mut self, run: &mut Run<'_, Driver>) -> Result<bool, Break> {
        let time = self.parts.clear(run)?;
        match &mut self.length {
            RunLength::Steps(left) => {
                check_finite(time)?;
                let has_next = *left > 0;
                *left = left.saturating_sub(1);
                Ok(has_next)
            }
            RunLength::Time(deadline) => {
                let now = require::<D>(&mut run.state())?.time();
                deadline.is_ahead(check_finite(now)?)
            }
        }
    }

    /// Makes attempts until one of them is accepted, then its update.
    #[inline]
    fn step(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        self.take_snapshot(run)?;
        if let Err(broken) = self.attempt_and_update(run) {
            return Err(self.undo(run, broken));
        }
        run.fire(Driver::on_step_end)
    }

    #[inline]
    fn attempt_and_update(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut attempt = 1;
        while self.parts.attempt(run, attempt)?.is_reject() {
            self.roll_back(run)?;
            if attempt >= self.retry_limit {
                return Err(too_many_rejections(run)?);
            }
            attempt += 1;
        }
        run.fire(Driver::before_parameter_update)?;
        self.parts.update(run)
    }

    /// Undoes a step that a flow ended before its update. After a failure the driven system and the record stay as they are, for
    /// inspection.
    #[cold]
    fn undo(&mut self, run: &mut Run<'_, Driver>, broken: Break) -> Break {
        let broken = run.note(broken);
        if run.failure().is_some() {
            return broken;
        }
        self.parts.restore_last_record(run);
        self.roll_back(run).err().unwrap_or(broken)
    }

    #[inline]
    fn take_snapshot(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        if let Some(rollback) = &mut self.rollback {
            rollback.take(require::<D>(&mut run.state())?);
        }
        Ok(())
    }

    fn roll_back(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        if let Some(rollback) = &mut self.rollback {
            rollback.restore(require::<D>(&mut run.state())?);
        }
        Ok(())
    }
}

impl Deadline {
    pub(super) fn at(end: f64) -> Self {
        Self { end, before: None }
    }

    /// Whether the end is later than `now`, by more than an error of rounding.
    fn is_ahead(&mut self, now: f64) -> Result<bool, Break> {
        let last_step = self.before.replace(now).map(|before| now - before);
        if last_step.is_some_and(|span| span <= 0.0) {
            return Err("the simulated time did not grow in a step; \
                        let `Driven::time` return what `update_parameters` adds to it"
                .into());
        }
        Ok(self.end - now > 1e-6 * last_step.unwrap_or_default())
    }
}

/// Checks that the simulated time is finite: a run until a time would else never end, or end at once.
#[inline]
fn check_finite(time: Time) -> Result<f64, Break> {
    let now = time.get();
    if now.is_finite() {
        return Ok(now);
    }
    Err(not_finite(now))
}

#[cold]
fn not_finite(now: f64) -> Break {
    format!("the simulated time is {now}; let `Driven::time` return one that is finite").into()
}

/// Removes the samples and the update of an attempt from the state.
pub(super) fn clear_attempt<D: Driven>(state: &mut Ctx<'_>) {
    remove_update::<D>(state);
    clear_samples::<D>(state);
}

/// Does what [`clear_attempt`] does, also if the `Drop` of a value panics: the other value is removed all the same.
pub(super) fn clear_despite_panics<D: Driven>(state: &mut Ctx<'_>) {
    // The panic hook has reported the panic.
    let _ = catch(|| remove_update::<D>(state));
    let _ = catch(|| clear_samples::<D>(state));
}

fn remove_update<D: Driven>(state: &mut Ctx<'_>) {
    // An `Err` says that a user lent an update to the state: it stays there.
    let _ = state.remove::<D::Update>();
}

fn clear_samples<D: Driven>(state: &mut Ctx<'_>) {
    if let Some(samples) = state.get_mut::<Samples<D::Samples>>() {
        samples.clear();
    }
}
