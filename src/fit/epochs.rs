//! The epochs of a fit.

use super::pass::Pass;
use super::step::Steps;
use super::{Batches, Epoch, Epochs, Fit, History, Learner};
use crate::require::require;
use callback_runtime::{Break, Breakpoint, Ctx, Record, Round, Rounds, Run};

/// Runs a whole fit, from `on_fit_begin` to `on_fit_end`.
pub(super) fn fit_epochs<M: Learner>(
    run: &mut Run<'_, Fit>,
    mut steps: Steps<M>,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    run.scope(Fit::FIT, |run| {
        while let Some(epoch) = begin_epoch(&mut run.state())? {
            let ended = run.scope(Fit::EPOCH, |run| {
                run_passes::<M>(run, &mut steps, epoch, train, valid)
            });
            let recorded = if run.failure().is_none() {
                record_epoch(&mut run.state())
            } else {
                Ok(())
            };
            ended?;
            recorded?;
        }
        run.last_call()
    })?;
    Ok(())
}

fn run_passes<M: Learner>(
    run: &mut Run<'_, Fit>,
    steps: &mut Steps<M>,
    epoch: u64,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    let Some(valid) = valid else {
        return Pass::<M>::train().last().run(run, steps, train, epoch);
    };
    Pass::<M>::train().run(run, steps, train, epoch)?;
    let valid = valid.as_mut();
    Pass::<M>::valid().last().run(run, steps, valid, epoch)
}

/// Begins the next epoch and returns its number, unless the last one was the last. Handlers can decide that, since they may change
/// [`Epoch`] and [`Epochs`].
pub(super) fn begin_epoch(state: &mut Ctx<'_>) -> Result<Option<u64>, Break> {
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
