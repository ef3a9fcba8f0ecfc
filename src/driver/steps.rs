//! The steps of a run.

use super::parts::{Parts, too_many};
use super::rollback::Keep;
use super::{Driven, Driver, Samples, Time};
use crate::fit::Total;
use crate::require::require;
use callback_runtime::__private::catch;
use callback_runtime::{Break, Ctx, Run};

/// The steps of a run, and how far it goes.
pub(super) struct Steps<'d, D: Driven> {
    pub(super) until: Until,
    pub(super) retry_limit: u64,
    pub(super) rollback: Option<&'d mut (dyn Keep<D> + 'static)>,
    pub(super) parts: Parts<D>,
}

/// How far a run goes.
pub(super) enum Until {
    /// So many steps more.
    Steps(u64),
    /// The simulated time.
    Time(Deadline),
}

impl Until {
    pub(super) fn total(&self) -> Total {
        Total::new(match self {
            Self::Steps(left) => Some(*left),
            Self::Time(_) => None,
        })
    }
}

pub(super) struct Deadline {
    pub(super) end: f64,
    /// Where the driver stood before its last step.
    before: Option<f64>,
}

impl<D: Driven> Steps<'_, D> {
    /// The whole of a run: `on_run_start` to `on_run_end`.
    pub(super) fn run(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        run.scope(Driver::RUN, |run| {
            self.all_steps(run)?;
            run.last_call()
        })?;
        Ok(())
    }

    /// Makes the steps. Handlers of the run's ending find no samples and no update, also if a step was not completed.
    fn all_steps(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let ended = catch(|| self.each_step(run));
        if let Ok(Ok(())) = ended {
            return Ok(());
        }
        clear_despite_panics::<D>(&mut run.state());
        ended.unwrap_or_else(|cause| self.parts.calls.panic_on(cause))
    }

    fn each_step(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        while self.goes_on(run)? {
            self.step(run)?;
        }
        Ok(())
    }

    fn goes_on(&mut self, run: &mut Run<'_, Driver>) -> Result<bool, Break> {
        let time = self.parts.between(run)?;
        match &mut self.until {
            Until::Steps(left) => {
                finite(time)?;
                let goes_on = *left > 0;
                *left = left.saturating_sub(1);
                Ok(goes_on)
            }
            Until::Time(deadline) => {
                let now = require::<D>(&mut run.state())?.time();
                deadline.is_ahead(finite(now)?)
            }
        }
    }

    /// One step: attempts, until one of them is accepted; then its update.
    fn step(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        self.keep(run)?;
        if let Err(broken) = self.make(run) {
            return Err(self.abandon(run, broken));
        }
        run.fire(Driver::on_step_end)
    }

    fn make(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut attempt = 1;
        while self.parts.attempt(run, attempt)?.is_reject() {
            self.roll_back(run)?;
            if attempt >= self.retry_limit {
                return Err(too_many(run)?);
            }
            attempt += 1;
        }
        run.fire(Driver::before_parameter_update)?;
        self.parts.update(run)
    }

    /// A step that was stopped before its update has not been, as one that was rejected has not. After a failure what is driven and
    /// what was logged are left as they are, to be looked at.
    #[cold]
    fn abandon(&mut self, run: &mut Run<'_, Driver>, broken: Break) -> Break {
        let broken = run.note(broken);
        if run.failure().is_some() {
            return broken;
        }
        self.parts.forget_log(run);
        self.roll_back(run).err().unwrap_or(broken)
    }

    fn keep(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        if let Some(rollback) = &mut self.rollback {
            rollback.keep(require::<D>(&mut run.state())?);
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

    /// Whether there is time left; what is left by rounding is none.
    fn is_ahead(&mut self, now: f64) -> Result<bool, Break> {
        let last = self.before.replace(now).map(|before| now - before);
        if last.is_some_and(|last| last <= 0.0) {
            return Err("the simulated time did not grow in a step; \
                        let `Driven::time` tell what `update_parameters` adds to it"
                .into());
        }
        Ok(self.end - now > 1e-6 * last.unwrap_or_default())
    }
}

/// A run by a time that is no number would never come to its end, or be there at once.
#[inline]
fn finite(time: Time) -> Result<f64, Break> {
    let now = time.get();
    if now.is_finite() {
        return Ok(now);
    }
    Err(not_finite(now))
}

#[cold]
fn not_finite(now: f64) -> Break {
    format!("the simulated time is {now}; let `Driven::time` tell one that is finite").into()
}

/// Removes the samples and the update of an attempt from the state.
pub(super) fn clear<D: Driven>(state: &mut Ctx<'_>) {
    remove_update::<D>(state);
    clear_samples::<D>(state);
}

/// Does what [`clear`] does, also if a value's `Drop` panics: the other value is removed all the same.
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

