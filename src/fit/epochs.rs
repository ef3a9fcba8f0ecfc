//! The epochs of a fit.

use super::pass::Pass;
use super::pass_kind::PassKind;
use super::resume::{FitPosition, PassPosition, SourceStates, resume_point_between_epochs};
use super::step::Steps;
use super::{Batches, Epoch, Epochs, Fit, History, Learner};
use crate::require::require;
use callback_runtime::{Break, Breakpoint, Ctx, Record, Round, Rounds, Run};

/// Runs a whole fit, from `on_fit_begin` to `on_fit_end`, or the rest of one that was saved.
pub(super) fn fit_epochs<M: Learner>(
    run: &mut Run<'_, Fit>,
    mut steps: Steps<M>,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    run.resume_by_hand();
    run.scope(Fit::FIT, |run| {
        let saved = FitPosition::take(&mut run.state());
        saved.count_fit(&mut run.state())?;
        saved.load_sources(train, valid.as_deref_mut())?;
        let mut resumed = saved.pass;
        let mut is_done = saved.is_restored;
        if resumed.is_none() {
            // A saved run that was stopped between two epochs stops here again.
            resume_point_between_epochs(run, train, valid.as_deref_mut())?;
        }
        while let Some(epoch) = next_epoch(&mut run.state(), resumed)? {
            let resumed = resumed.take();
            is_done = false;
            let mut is_whole = false;
            let ended = run.scope(Fit::EPOCH, |run| {
                run_passes::<M>(run, &mut steps, epoch, train, valid, resumed)?;
                is_whole = true;
                Ok(())
            });
            let recorded = if run.failure().is_none() {
                record_epoch(&mut run.state())
            } else {
                Ok(())
            };
            // A stop inside of an epoch has cut it short.
            let saved = if is_whole || ended.is_ok() {
                resume_point_between_epochs(run, train, valid.as_deref_mut())
            } else {
                Ok(())
            };
            ended?;
            recorded?;
            saved?;
        }
        if is_done {
            run.remark("the saved run had made all epochs: nothing was left to do; to go on, give more `epochs`, and for another run another directory",
            );
        }
        run.last_call()
    })?;
    Ok(())
}

/// Runs the passes of an epoch, or the rest of them.
fn run_passes<M: Learner>(
    run: &mut Run<'_, Fit>,
    steps: &mut Steps<M>,
    epoch: u64,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
    resumed: Option<PassPosition>,
) -> Result<(), Break> {
    let mut sources = SourceStates::for_saves(run, train, valid.as_deref_mut());
    let Some(valid) = valid else {
        let pass = Pass::<M>::train().last().resuming(resumed, sources);
        return pass.run(run, steps, train, epoch);
    };
    let valid = valid.as_mut();
    if !resumed.is_some_and(|position| position.is_in(PassKind::VALID)) {
        let pass = Pass::<M>::train().resuming(resumed, sources);
        pass.run(run, steps, train, epoch)?;
        sources = SourceStates::for_saves(run, train, Some(valid));
    }
    let pass = Pass::<M>::valid().last().resuming(resumed, sources);
    pass.run(run, steps, valid, epoch)
}

/// Begins the next epoch, or continues the one of the saved run.
pub(super) fn next_epoch(
    state: &mut Ctx<'_>,
    resumed: Option<PassPosition>,
) -> Result<Option<u64>, Break> {
    match resumed {
        None => begin_epoch(state),
        Some(_) => Ok(Some(require::<Epoch>(state)?.get())),
    }
}

/// Begins the next epoch and returns its number, unless the last one was the last. Handlers can decide that, since they may change
/// [`Epoch`] and [`Epochs`].
fn begin_epoch(state: &mut Ctx<'_>) -> Result<Option<u64>, Break> {
    let max = require::<Epochs>(state)?.max;
    let epoch = require::<Epoch>(state)?;
    if epoch.get() >= max {
        return Ok(None);
    }
    epoch.advance(1);
    let epoch = epoch.get();
    require::<Record>(state)?.begin(Round::new(Fit::ROUND, epoch));
    Ok(Some(epoch))
}

/// The rule that refuses stops: returns why a stop at `at` comes too early. The epoch under way counts as complete at its end.
pub(super) fn refuse_early_stop(state: &Ctx<'_>, at: &Breakpoint) -> Option<String> {
    let (Some(epochs), Some(epoch)) = (state.get::<Epochs>(), state.get::<Epoch>()) else {
        return Some("the epochs are gone from the state".into());
    };
    let epoch = epoch.get();
    let is_end = at == Fit::on_epoch_end.breakpoint();
    let complete = if is_end {
        epoch
    } else {
        epoch.saturating_sub(1)
    };
    let is_refused = !epochs.may_stop_after(complete);
    is_refused.then(|| format!("{complete} of at least {} epochs are complete", epochs.min))
}

/// Adds the epoch to the history, after its `on_epoch_end`.
pub(super) fn record_epoch(state: &mut Ctx<'_>) -> Result<(), Break> {
    let epoch = *require::<Epoch>(state)?;
    let record = require::<Record>(state)?.clone();
    require::<History>(state)?.push(epoch, record);
    Ok(())
}
