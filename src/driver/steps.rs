//! The steps of a run.

use super::parts::{StepParts, too_many_rejections};
use super::rollback::ErasedSnapshot;
use super::{Driven, Driver, Samples, Time};
use crate::fit::{Step, Total};
use crate::require::require;
use callback_runtime::__private::catch;
use callback_runtime::persist::Fields;
use callback_runtime::{Break, Ctx, Run};

/// Where a run of a driver began, so that a saved one makes the steps that are left.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RunBegin {
    pub(super) step: u64,
    pub(super) time: f64,
    /// The simulated time before the last step.
    before: Option<f64>,
}

impl RunBegin {
    pub(super) fn new(step: Step, time: Time) -> Self {
        Self {
            step: step.get(),
            time: time.get(),
            before: None,
        }
    }

    /// Refuses to continue another run of the program than the saved one: `run(60)` where a `run(20)` after it was saved.
    fn check(&self, state: &Ctx<'_>) -> Result<(), Break> {
        match state.get::<Self>() {
            Some(saved) if saved.step != self.step => Err(format!(
                "the saved run of the driver began at step {}, and this one begins at step {}; make the runs before it first, without the \
                 checkpoint, or give each run of the program a directory of its own",
                saved.step, self.step
            )
            .into()),
            _ => Ok(()),
        }
    }

    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("step", &mut self.step);
        fields.field("time", &mut self.time);
        fields.field("before", &mut self.before);
    }
}

/// The steps of a run.
pub(super) struct Steps<'d, D: Driven> {
    pub(super) length: RunLength,
    /// Where the run begins, unless it continues a saved one.
    pub(super) begin: RunBegin,
    pub(super) retry_limit: u64,
    pub(super) rollback: Option<&'d mut (dyn ErasedSnapshot<D> + 'static)>,
    pub(super) parts: StepParts<D>,
}

/// How long a run is.
pub(super) enum RunLength {
    /// The number of steps that are left; that of all steps before the run begins.
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

impl RunLength {
    /// Leaves the steps that the saved run has not made.
    fn resume(&mut self, state: &mut Ctx<'_>) {
        let Some(begin) = state.get::<RunBegin>().copied() else {
            return;
        };
        let step = state.get().map_or(begin.step, |step: &Step| step.get());
        match self {
            Self::Steps(steps) => *steps = steps.saturating_sub(step.saturating_sub(begin.step)),
            Self::Time(deadline) => {
                *deadline = Deadline {
                    before: begin.before,
                    ..Deadline::after(begin.time, deadline.span)
                };
            }
        }
    }

    /// Puts into the state what a saved run has of the length.
    fn put_begin(&self, state: &mut Ctx<'_>) {
        if let (Self::Time(deadline), Some(begin)) = (self, state.get_mut::<RunBegin>()) {
            begin.before = deadline.before;
        }
    }
}

/// The simulated time at which a run ends.
pub(super) struct Deadline {
    span: f64,
    end: f64,
    /// The simulated time before the last step.
    before: Option<f64>,
}

impl<D: Driven> Steps<'_, D> {
    /// Makes the whole run, from `on_run_start` to `on_run_end`.
    pub(super) fn run(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        run.resume_by_hand();
        self.parts.prepare(run);
        self.begin.check(&run.state())?;
        self.length.resume(&mut run.state());
        run.scope(Driver::RUN, |run| {
            // A saved run that was stopped stops here again.
            run.resume_point()?;
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
        let fired = run.fire(Driver::on_step_end);
        let saved = run.resume_point_with(|state| self.length.put_begin(state));
        fired.and(saved)
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
    pub(super) fn after(now: f64, span: f64) -> Self {
        Self {
            span,
            end: now + span,
            before: None,
        }
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
