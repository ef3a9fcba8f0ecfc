//! The epochs of a fit.

use super::pass::Pass;
use super::step::Steps;
use super::{Batches, Epoch, Epochs, Fit, History, Learner, Metrics};
use crate::require::require;
use callback_runtime::{Break, Breakpoint, Ctx, Run};

/// The whole of a fit: `on_fit_begin` to `on_fit_end`.
pub(super) fn fit_epochs<M: Learner>(
    run: &mut Run<'_, Fit>,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    let mut steps = Steps::default();
    run.scope(Fit::FIT, |run| {
        while let Some(epoch) = begin(run)? {
            let ended = run.scope(Fit::EPOCH, |run| {
                passes::<M>(run, &mut steps, epoch, train, valid)
            });
            let recorded = record(run);
            ended?;
            recorded?;
        }
        run.last_call()
    })?;
    Ok(())
}

fn passes<M: Learner>(
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

/// Begins the next epoch, if there is to be one. What handlers have made of [`Epoch`] and [`Epochs`] counts.
fn begin(run: &mut Run<'_, Fit>) -> Result<Option<u64>, Break> {
    let mut state = run.state();
    let max = require::<Epochs>(&mut state)?.max;
    let epoch = require::<Epoch>(&mut state)?;
    if epoch.get() >= max {
        return Ok(None);
    }
    epoch.advance(1);
    let epoch = epoch.get();
    require::<Metrics>(&mut state)?.begin();
    Ok(Some(epoch))
}

/// Why a stop may not take effect yet: too few epochs are complete. The one under way is complete at its end.
pub(super) fn too_early(state: &Ctx<'_>, at: &Breakpoint) -> Option<String> {
    let (Some(epochs), Some(epoch)) = (state.get::<Epochs>(), state.get::<Epoch>()) else {
        return Some("the epochs are gone from the state".into());
    };
    let epoch = epoch.get();
    let ends = at == Fit::on_epoch_end.breakpoint();
    let complete = if ends { epoch } else { epoch.saturating_sub(1) };
    let refused = !epochs.may_stop_after(complete);
    refused.then(|| format!("{complete} of at least {} epochs are complete", epochs.min))
}

/// Adds an epoch to the history, once its end has been fired.
fn record(run: &mut Run<'_, Fit>) -> Result<(), Break> {
    if run.failure().is_some() {
        return Ok(());
    }
    let mut state = run.state();
    let epoch = *require::<Epoch>(&mut state)?;
    let metrics = require::<Metrics>(&mut state)?.clone();
    require::<History>(&mut state)?.push(epoch, metrics);
    Ok(())
}
