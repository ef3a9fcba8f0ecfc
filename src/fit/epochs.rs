//! The epochs of a fit.

use super::pass::Pass;
use super::{Batches, Epoch, Epochs, Fit, History, Learner, Metrics};
use callback_runtime::{Break, Run};

/// The whole of a fit: `on_fit_begin` to `on_fit_end`.
pub(super) fn fit_epochs<M: Learner>(
    run: &mut Run<'_, Fit>,
    epochs: Epochs,
    train: &mut dyn Batches<M::Batch>,
    valid: &mut Option<Box<dyn Batches<M::Batch>>>,
) -> Result<(), Break> {
    run.scope(Fit::FIT, |run| {
        // Nothing is complete while `on_fit_begin` is fired, but only epochs refuse stops: see `hold`.
        for epoch in 1..=epochs.max {
            begin(run, epoch);
            hold(run, epochs, epoch - 1);
            let ended = run.scope(Fit::EPOCH, |run| {
                let passed = passes::<M>(run, epoch, train, valid);
                hold(run, epochs, epoch);
                passed
            });
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

fn begin(run: &mut Run<'_, Fit>, epoch: u64) {
    let mut state = run.state();
    state.insert(Epoch::new(epoch));
    if let Some(metrics) = state.get_mut::<Metrics>() {
        metrics.clear();
    }
}

/// Refuses stops until enough epochs are complete.
fn hold(run: &mut Run<'_, Fit>, epochs: Epochs, complete: u64) {
    let because = (!epochs.may_stop_after(complete))
        .then(|| format!("{complete} of at least {} epochs are complete", epochs.min));
    run.hold_stops(because);
}

fn record(run: &mut Run<'_, Fit>) {
    let mut state = run.state();
    if let Some((history, epoch, metrics)) = state.query::<(&mut History, &Epoch, &Metrics)>() {
        history.push(*epoch, metrics.clone());
    }
}
