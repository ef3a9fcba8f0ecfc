//! What the tests of sanity checks share: a trainer, each way to restore its learner, and what a fit leaves.
#![allow(dead_code, reason = "no test uses all of it")]

use super::momentum::{Guess, Momentum, Numbers, train, valid};
use callbacks::metrics::Mean;
use callbacks::prelude::*;
use callbacks::shelf::{Measure, SanityCheck};

/// A trainer of a learner, with a metric and validation data.
pub(crate) fn trainer(learner: Momentum) -> Trainer<Momentum> {
    let mean = Measure::new("guess", Mean::new(), |mean, guess: &Guess, _: &Numbers| {
        mean.push(guess.0, 1.0)
    });
    Trainer::new(learner)
        .epochs(4)
        .learning_rate(0.05)
        .valid(valid())
        .callback(mean)
}

/// Each way to restore a learner.
pub(crate) fn checks() -> [SanityCheck<Momentum>; 4] {
    let copy = |learner: &Momentum| Ok(learner.clone());
    let restore = |learner: &mut Momentum, copy| {
        *learner = copy;
        Ok(())
    };
    [
        SanityCheck::by_clone(),
        SanityCheck::by_saving(),
        SanityCheck::by_parameters(),
        SanityCheck::restoring(copy, restore),
    ]
}

/// The history of a fit, and the bits of the learner after it.
pub(crate) fn fit(trainer: &mut Trainer<Momentum>) -> (History, [u64; 4]) {
    let fitted = trainer.fit(train()).unwrap();
    assert!(fitted.outcome.failed().is_none(), "{}", fitted.outcome);
    (fitted.history, fitted.learner.bits())
}
