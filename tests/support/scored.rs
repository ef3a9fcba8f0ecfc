//! A trainer whose epochs have scores that a test chooses.
#![allow(dead_code, reason = "no test uses all of it")]

use super::momentum::{Momentum, train};
use callbacks::prelude::*;

/// Returns a trainer of so many epochs whose record has these values of `score`.
pub(crate) fn trainer(scores: &[f64]) -> Trainer<Momentum> {
    let scores = scores.to_vec();
    let epochs = scores.len().try_into().unwrap();
    let score = move |epoch: &Epoch, record: &mut Record| {
        let index = usize::try_from(epoch.get() - 1).unwrap();
        record.set("score", scores[index]);
    };
    Trainer::new(Momentum::new())
        .epochs(epochs)
        .plan_with(|plan| {
            plan.on(Fit::on_epoch_end, score).produces("score");
        })
}

/// Fits to the end, and returns what was learnt.
pub(crate) fn fit(mut trainer: Trainer<Momentum>) -> [u64; 4] {
    let fitted = trainer.fit(train()).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    fitted.learner.bits()
}

/// Scores of a few epochs.
pub(crate) const SCORES: [f64; 6] = [3.0, 1.0, 2.0, 5.0, 4.0, 6.0];
