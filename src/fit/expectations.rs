//! What a run of the fit loop knows of its state beyond what the loop declares, and what it will not fire.

use super::{Fit, Learner, OptimizerName};
use callback_runtime::{Scope, States};

/// What the learner's types add.
pub(super) fn of_learner<M: Learner>(learner: &M, states: &mut States<Fit>) {
    states.always::<M>();
    states.within::<M::Batch>(Fit::TRAIN_BATCH);
    states.within::<M::Batch>(Fit::VALID_BATCH);
    states.within::<M::Batch>(Fit::PREDICT_BATCH);
    states.from::<M::Prediction>(Fit::on_predict_batch_end);
    match learner.own_step() {
        None => of_default_step::<M>(states),
        Some(own) => {
            (own.states)(states);
            silence_inner(states);
        }
    }
}

fn of_default_step<M: Learner>(states: &mut States<Fit>) {
    states.from::<M::Prediction>(Fit::on_train_batch_after_pred);
    states.from::<M::Prediction>(Fit::on_valid_batch_after_pred);
    states.between::<M::Gradients>(
        Fit::on_train_batch_before_step,
        Fit::on_train_batch_before_step,
    );
    states.between::<OptimizerName>(
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_after_step,
    );
}

fn silence_inner(states: &mut States<Fit>) {
    for at in [
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_after_loss,
        Fit::on_train_batch_before_backward,
        Fit::on_train_batch_before_step,
        Fit::on_train_batch_after_step,
        Fit::on_valid_batch_after_pred,
        Fit::on_valid_batch_after_loss,
    ] {
        states.silent(at, "the learner has a step of its own");
    }
}

/// A fit: no prediction, and no validation without data for it.
pub(super) fn of_fit(states: &mut States<Fit>, has_valid: bool) {
    states.silent_scope(Fit::PREDICT, "this is a fit");
    if !has_valid {
        states.silent_scope(Fit::VALID, "there is no validation data");
    }
}

/// One pass alone.
pub(super) fn of_pass(states: &mut States<Fit>, pass: Scope<Fit>, because: &str) {
    states.only_scope(pass, because);
}
