//! The steps of a run.

use super::parts::{Parts, too_many};
use super::rollback::Keep;
use super::{Driven, Driver, Samples, Time};
use crate::fit::Total;
use callback_runtime::{Break, Ctx, Run};
use std::any::type_name;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};

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

    /// Runs the steps. Handlers of the ending find no samples and no update, also if a step did not finish.
    fn all_steps(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let ended = catch_unwind(AssertUnwindSafe(|| self.each_step(run)));
        if let Ok(Ok(())) = ended {
            return Ok(());
        }
        let swept = catch_unwind(AssertUnwindSafe(|| clear::<D>(&mut run.state())));
        // The reason that ended the steps is reported; dropping a later panic may panic again.
        swept.unwrap_or_else(forget);
        ended.unwrap_or_else(|panic| self.parts.calls.panic_on(panic))
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
                let now = present::<D>(&mut run.state())?.time();
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
            rollback.keep(present::<D>(&mut run.state())?);
        }
        Ok(())
    }

    fn roll_back(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        if let Some(rollback) = &mut self.rollback {
            rollback.restore(present::<D>(&mut run.state())?);
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

/// Takes what belongs to one attempt out of the state.
pub(super) fn clear<D: Driven>(state: &mut Ctx<'_>) {
    // What a user lent to the state stays: a refusal says that it is no value of ours.
    let _ = state.remove::<D::Update>();
    if let Some(samples) = state.get_mut::<Samples<D::Samples>>() {
        samples.clear();
    }
}

/// State that the loop itself needs.
pub(super) fn present<'s, T: 'static>(state: &'s mut Ctx<'_>) -> Result<&'s mut T, Break> {
    let gone = || format!("`{}` is gone from the state; {PUT_BACK}", type_name::<T>());
    Ok(state.get_mut().ok_or_else(gone)?)
}

/// A handler with `Ctx` can take anything out of the state.
const PUT_BACK: &str = "a handler that takes it out has to put one back";
