//! The parts of a step, and the values that each of them works on.

use super::driven_error::DrivenCalls;
use super::steps::clear_attempt;
use super::{
    Attempt, Driven, Driver, RejectedAttempt, RejectedAttempts, Rejecter, Samples, Time, Verdict,
};
use crate::fit::Step;
use callback_runtime::{Break, Ctx, Local, LocalMut, Lookup, Origin, Record, Round, Rounds, Run};
use std::mem::{replace, swap, take};

/// The parts of a step. Each lookup finds the values that one part works on, once in a run.
pub(super) struct StepParts<D: Driven> {
    pub(super) calls: DrivenCalls,
    /// The record of the run's last complete step, while another step is under way.
    last_record: Record,
    /// The callbacks that rejected the attempt under way.
    rejecters: Vec<Origin>,
    clear: Lookup<(&'static Time, SamplesMut<D>)>,
    begin: Lookup<(
        &'static Step,
        &'static mut Attempt,
        &'static mut Record,
        &'static mut RejectedAttempts,
    )>,
    reset: Lookup<(LocalMut<'static, D>, SamplesMut<D>)>,
    compute: Lookup<(LocalMut<'static, D>, SamplesMut<D>, &'static mut Record)>,
    judge: Lookup<(LocalMut<'static, D>, UpdateRef<D>, &'static Record)>,
    update: Lookup<UpdateParams<D>>,
}

type UpdateParams<D> = (
    LocalMut<'static, D>,
    UpdateRef<D>,
    SamplesMut<D>,
    &'static mut Step,
    &'static mut Time,
    &'static mut Record,
);
type UpdateRef<D> = Local<'static, <D as Driven>::Update>;
type SamplesMut<D> = LocalMut<'static, Samples<<D as Driven>::Samples>>;

impl<D: Driven> StepParts<D> {
    pub(super) fn new() -> Self {
        Self {
            calls: DrivenCalls::default(),
            last_record: Record::default(),
            rejecters: Vec::new(),
            clear: Lookup::new(),
            begin: Lookup::new(),
            reset: Lookup::new(),
            compute: Lookup::new(),
            judge: Lookup::new(),
            update: Lookup::new(),
        }
    }

    /// Removes samples and update, which belong to a step. Returns the simulated time after the last step.
    #[inline]
    pub(super) fn clear(&mut self, run: &mut Run<'_, Driver>) -> Result<Time, Break> {
        let mut state = run.state();
        // An `Err` says that a user lent an update to the state: it stays there.
        let _ = state.remove::<D::Update>();
        let (time, mut samples) = self.clear.get(&mut state).ok_or_else(missing_state)?;
        samples.clear();
        Ok(*time)
    }

    /// Prepares a run: the record of a step that will be undone continues that of the run.
    pub(super) fn prepare(&mut self, run: &mut Run<'_, Driver>) {
        if let Some(record) = run.state().get::<Record>() {
            self.last_record = record.continued();
        }
    }

    /// Makes an attempt: draws samples, computes an update and has it judged.
    #[inline]
    pub(super) fn attempt(
        &mut self,
        run: &mut Run<'_, Driver>,
        attempt: u64,
    ) -> Result<Verdict, Break> {
        self.begin(run, Attempt::new(attempt))?;
        run.fire(Driver::on_step_start)?;
        self.reset(run)?;
        run.fire(Driver::on_compute_update_start)?;
        self.compute(run)?;
        self.judge(run)
    }

    #[inline]
    fn begin(&mut self, run: &mut Run<'_, Driver>, attempt: Attempt) -> Result<(), Break> {
        let mut state = run.state();
        let (step, current, record, rejected) =
            self.begin.get(&mut state).ok_or_else(missing_state)?;
        *current = attempt;
        if attempt.get() == 1 {
            self.calls.step = Step::new(step.get().saturating_add(1));
            swap(record, &mut self.last_record);
            rejected.clear();
        }
        record.begin(Round::new(Driver::ROUND, self.calls.step.get()));
        Ok(())
    }

    /// Puts the record of the last complete step back, in place of that of a step that is undone.
    pub(super) fn restore_last_record(&mut self, run: &mut Run<'_, Driver>) {
        if let Some(record) = run.state().get_mut::<Record>() {
            swap(record, &mut self.last_record);
        }
    }

    #[inline]
    fn reset(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut driven, mut samples) = self.reset.get(&mut state).ok_or_else(missing_state)?;
        samples.clear();
        self.calls.call("reset_step", || {
            driven.reset_step();
            Ok(())
        })?;
        Ok(())
    }

    #[inline]
    fn compute(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut driven, mut samples, record) =
            self.compute.get(&mut state).ok_or_else(missing_state)?;
        let samples = samples.get_or_draw(|| self.calls.call("sample", || driven.sample()))?;
        let update = self.calls.call("compute_loss_and_update", || {
            driven.compute_loss_and_update(samples, record)
        })?;
        state.insert(update);
        Ok(())
    }

    /// Asks all callbacks, then the driven system, also if a callback has rejected the update.
    #[inline]
    fn judge(&mut self, run: &mut Run<'_, Driver>) -> Result<Verdict, Break> {
        let answers =
            run.ask_with_origins(Driver::on_compute_update_end, |verdict| verdict.is_reject())?;
        if let Some((_, rejecters)) = answers {
            self.rejecters = rejecters;
        }
        let mut state = run.state();
        let (mut driven, update, record) = self.judge.get(&mut state).ok_or_else(missing_state)?;
        let verdict = self
            .calls
            .call("judge", || Ok(driven.judge(&update, record)))?;
        if self.rejecters.is_empty() && !verdict.is_reject() {
            return Ok(Verdict::Accept);
        }
        reject::<D>(&mut state, take(&mut self.rejecters), verdict)
    }

    /// Applies the update and counts the step. Then the samples are removed, because they belong to the old parameters.
    #[inline]
    pub(super) fn update(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut driven, update, mut samples, step, time, record) =
            self.update.get(&mut state).ok_or_else(missing_state)?;
        self.calls
            .call("update_parameters", || driven.update_parameters(&update))?;
        *step = Step::new(step.get().saturating_add(1));
        *time = self.calls.call("time", || Ok(driven.time()))?;
        samples.clear();
        record.complete();
        Ok(())
    }
}

#[cold]
fn reject<D: Driven>(
    state: &mut Ctx<'_>,
    callbacks: Vec<Origin>,
    of_driven: Verdict,
) -> Result<Verdict, Break> {
    clear_attempt::<D>(state);
    let driven = of_driven.is_reject().then_some(Rejecter::Driven);
    let rejecters = callbacks.into_iter().map(Rejecter::Callback).chain(driven);
    let (attempt, record, rejected) = state
        .query::<(&Attempt, &mut Record, &mut RejectedAttempts)>()
        .ok_or_else(missing_state)?;
    let empty = record.continued();
    rejected.push(RejectedAttempt::new(
        *attempt,
        rejecters.collect(),
        replace(record, empty),
    ));
    Ok(Verdict::Reject)
}

/// Returns the failure of a step whose attempts were all rejected.
#[cold]
pub(super) fn too_many_rejections(run: &mut Run<'_, Driver>) -> Result<Break, Break> {
    let mut state = run.state();
    let (rejected, step) = state
        .query::<(&RejectedAttempts, &Step)>()
        .ok_or_else(missing_state)?;
    let failed_step = Step::new(step.get() + 1);
    Ok(rejected.too_many(failed_step).into())
}

/// The failure of a run in which a handler with `Ctx` has removed state that the loop needs.
#[cold]
fn missing_state() -> Break {
    "the driven system, its samples or update, the record, or the driver's position is gone from the state; \
     a handler that takes one out has to put one back"
        .into()
}
