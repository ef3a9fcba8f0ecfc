//! What a run of the fit loop knows of its state beyond what the loop declares, and what it will not fire.

use super::{Fit, Learner, OptimizerName, OwnStep};
use callback_runtime::{Scope, States, Unit};
use std::any::TypeId;

/// What the learner's types add.
pub(super) fn of_learner<M: Learner>(own_step: Option<OwnStep>, states: &mut States<Fit>) {
    states.always::<M>();
    states.within::<M::Batch>(Fit::TRAIN_BATCH);
    states.within::<M::Batch>(Fit::VALID_BATCH);
    states.within::<M::Batch>(Fit::PREDICT_BATCH);
    if TypeId::of::<M::Batch>() != TypeId::of::<M::Prediction>() {
        // If they are one, the trainer says so.
        states.from::<M::Prediction>(Fit::on_predict_batch_end);
    }
    match own_step {
        None => of_default_step::<M>(states),
        Some(own) => {
            (own.states)(states);
            silence_inner(states);
        }
    }
}

fn of_default_step<M: Learner>(states: &mut States<Fit>) {
    let (batch, prediction) = (TypeId::of::<M::Batch>(), TypeId::of::<M::Prediction>());
    if batch != prediction {
        states.from::<M::Prediction>(Fit::on_train_batch_after_pred);
        states.from::<M::Prediction>(Fit::on_valid_batch_after_pred);
    }
    if ![batch, prediction].contains(&TypeId::of::<M::Gradients>()) {
        let at = Fit::on_train_batch_before_step;
        states.between::<M::Gradients>(at, at);
    }
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
pub(super) fn of_fit(states: &mut States<Fit>, has_valid: bool, epochs: u64) {
    states.ends_at(Unit::Epochs, epochs);
    states.silent_scope(Fit::PREDICT, "this is a fit");
    if !has_valid {
        states.silent_scope(Fit::VALID, "there is no validation data");
    }
}

/// One pass alone.
pub(super) fn of_pass(states: &mut States<Fit>, pass: Scope<Fit>, because: &str) {
    states.only_scope(pass, because);
}
