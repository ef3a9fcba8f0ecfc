//! The parts of a step, and the values that each of them works on.

use super::driven_error::Calls;
use super::steps::clear;
use super::{
    Attempt, Driven, Driver, LogData, RejectedAttempt, RejectedAttempts, Rejecter, Samples, Time,
    Verdict,
};
use crate::fit::Step;
use callback_runtime::{Break, Ctx, Local, LocalMut, Lookup, Origin, Run};
use std::mem::{swap, take};

/// What a step works on: where it is is looked for once in a run.
pub(super) struct Parts<D: Driven> {
    pub(super) calls: Calls,
    /// What the last whole step of the run logged, while another one is under way.
    last_log: LogData,
    /// The callbacks that rejected the attempt under way.
    rejecters: Vec<Origin>,
    between: Lookup<(&'static Time, Drawn<D>)>,
    begun: Lookup<(
        &'static Step,
        &'static mut Attempt,
        &'static mut LogData,
        &'static mut RejectedAttempts,
    )>,
    reset: Lookup<(LocalMut<'static, D>, Drawn<D>)>,
    computed: Lookup<(LocalMut<'static, D>, Drawn<D>, &'static mut LogData)>,
    judged: Lookup<(LocalMut<'static, D>, Updating<D>, &'static LogData)>,
    updated: Lookup<Updated<D>>,
}

type Updated<D> = (
    LocalMut<'static, D>,
    Updating<D>,
    Drawn<D>,
    &'static mut Step,
    &'static mut Time,
);
type Updating<D> = Local<'static, <D as Driven>::Update>;
type Drawn<D> = LocalMut<'static, Samples<<D as Driven>::Samples>>;

impl<D: Driven> Parts<D> {
    pub(super) fn new() -> Self {
        Self {
            calls: Calls::default(),
            last_log: LogData::default(),
            rejecters: Vec::new(),
            between: Lookup::new(),
            begun: Lookup::new(),
            reset: Lookup::new(),
            computed: Lookup::new(),
            judged: Lookup::new(),
            updated: Lookup::new(),
        }
    }

    /// Removes samples and update between two steps. Returns the last simulated time.
    pub(super) fn between(&mut self, run: &mut Run<'_, Driver>) -> Result<Time, Break> {
        let mut state = run.state();
        // What a user lent to the state stays: a refusal says that it is no value of ours.
        let _ = state.remove::<D::Update>();
        let (time, mut samples) = self.between.get(&mut state).ok_or_else(gone)?;
        samples.clear();
        Ok(*time)
    }

    /// Draws, computes an update and has it judged.
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

    fn begin(&mut self, run: &mut Run<'_, Driver>, attempt: Attempt) -> Result<(), Break> {
        let mut state = run.state();
        let (made, at, log, rejected) = self.begun.get(&mut state).ok_or_else(gone)?;
        *at = attempt;
        if attempt.get() == 1 {
            self.calls.step = Step::new(made.get().saturating_add(1));
            swap(log, &mut self.last_log);
            rejected.clear();
        }
        log.clear();
        Ok(())
    }

    /// A step that has not been has no log: that of the last whole one is the last again.
    pub(super) fn forget_log(&mut self, run: &mut Run<'_, Driver>) {
        if let Some(log) = run.state().get_mut::<LogData>() {
            swap(log, &mut self.last_log);
        }
    }

    fn reset(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut driven, mut samples) = self.reset.get(&mut state).ok_or_else(gone)?;
        samples.clear();
        self.calls.call("reset_step", || {
            driven.reset_step();
            Ok(())
        })?;
        Ok(())
    }

    fn compute(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut driven, mut samples, log) = self.computed.get(&mut state).ok_or_else(gone)?;
        let samples = samples.get_or_draw(|| self.calls.call("sample", || driven.sample()))?;
        let update = self.calls.call("compute_loss_and_update", || {
            driven.compute_loss_and_update(samples, log)
        })?;
        state.insert(update);
        Ok(())
    }

    /// Asks every handler, and then what is driven.
    fn judge(&mut self, run: &mut Run<'_, Driver>) -> Result<Verdict, Break> {
        let asked =
            run.ask_with_origins(Driver::on_compute_update_end, |verdict| verdict.is_reject())?;
        if let Some((_, rejecters)) = asked {
            self.rejecters = rejecters;
        }
        let mut state = run.state();
        let (mut driven, update, log) = self.judged.get(&mut state).ok_or_else(gone)?;
        let own = self
            .calls
            .call("judge", || Ok(driven.judge(&update, log)))?;
        if self.rejecters.is_empty() && !own.is_reject() {
            return Ok(Verdict::Accept);
        }
        reject::<D>(&mut state, take(&mut self.rejecters), own)
    }

    /// The update is applied and counted; the samples are those of parameters that are no more.
    pub(super) fn update(&mut self, run: &mut Run<'_, Driver>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut driven, update, mut samples, step, time) =
            self.updated.get(&mut state).ok_or_else(gone)?;
        self.calls
            .call("update_parameters", || driven.update_parameters(&update))?;
        *step = Step::new(step.get().saturating_add(1));
        *time = self.calls.call("time", || Ok(driven.time()))?;
        samples.clear();
        Ok(())
    }
}

#[cold]
fn reject<D: Driven>(
    state: &mut Ctx<'_>,
    callbacks: Vec<Origin>,
    own: Verdict,
) -> Result<Verdict, Break> {
    clear::<D>(state);
    let own = own.is_reject().then_some(Rejecter::Driven);
    let rejecters = callbacks.into_iter().map(Rejecter::Callback).chain(own);
    let (attempt, log, rejected) = state
        .query::<(&Attempt, &mut LogData, &mut RejectedAttempts)>()
        .ok_or_else(gone)?;
    rejected.push(RejectedAttempt::new(
        *attempt,
        rejecters.collect(),
        take(log),
    ));
    Ok(Verdict::Reject)
}

#[cold]
pub(super) fn too_many(run: &mut Run<'_, Driver>) -> Result<Break, Break> {
    let mut state = run.state();
    let (rejected, step) = state
        .query::<(&RejectedAttempts, &Step)>()
        .ok_or_else(gone)?;
    let wanted = Step::new(step.get() + 1);
    Ok(rejected.too_many(wanted).into())
}

/// A handler with `Ctx` can take anything out of the state.
#[cold]
fn gone() -> Break {
    "what is driven, its samples or update, the log, or where the driver stands is gone from the state; \
     a handler that takes one out has to put one back"
        .into()
}
