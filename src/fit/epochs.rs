//! The epochs of a fit.

use super::pass::Pass;
use super::{Batches, Epoch, Epochs, Fit, History, Learner, Metrics};
use callback_runtime::{Break, Breakpoint, Ctx, Run};

/// The whole of a fit: `on_fit_begin` to `on_fit_end`.
pub(super) fn fit_epochs<M: Learner>(
    run: &mut Run<'_, Fit>,
    epochs: Epochs,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    run.scope(Fit::FIT, |run| {
        for epoch in 1..=epochs.max {
            begin(run);
            let ended = run.scope(Fit::EPOCH, |run| passes::<M>(run, epoch, train, valid));
            record(run);
            ended?;
        }
        Ok(())
    })?;
    Ok(())
}

fn passes<M: Learner>(
    run: &mut Run<'_, Fit>,
    epoch: u64,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    Pass::<M>::train().run(run, train, epoch)?;
    match valid {
        Some(valid) => Pass::<M>::valid().run(run, valid.as_mut(), epoch),
        None => Ok(()),
    }
}

fn begin(run: &mut Run<'_, Fit>) {
    let mut state = run.state();
    if let Some(epoch) = state.get_mut::<Epoch>() {
        epoch.advance(1);
    }
    if let Some(metrics) = state.get_mut::<Metrics>() {
        metrics.clear();
    }
}

/// Why a stop may not take effect yet: too few epochs are complete. The one under way is complete at its end.
pub(super) fn too_early(state: &Ctx<'_>, at: &Breakpoint) -> Option<String> {
    let (epochs, epoch) = (state.get::<Epochs>()?, state.get::<Epoch>()?.get());
    let ends = at == Fit::on_epoch_end.breakpoint();
    let complete = if ends { epoch } else { epoch.saturating_sub(1) };
    let refused = !epochs.may_stop_after(complete);
    refused.then(|| format!("{complete} of at least {} epochs are complete", epochs.min))
}

/// Adds an epoch to the history, once its end has been fired.
fn record(run: &mut Run<'_, Fit>) {
    if run.failure().is_some() {
        return;
    }
    let mut state = run.state();
    if let Some((history, epoch, metrics)) = state.query::<(&mut History, &Epoch, &Metrics)>() {
        history.push(*epoch, metrics.clone());
    }
}
