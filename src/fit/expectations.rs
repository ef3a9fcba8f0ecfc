//! What a run of the fit loop knows of its state beyond what the loop declares, and what it will not fire.

use super::{Fit, Learner, OptimizerName, OwnStep};
use callback_runtime::{Availability, Scope, Unit};
use std::any::TypeId;

/// What the learner's types add.
pub(super) fn of_learner<M: Learner>(
    own_step: Option<OwnStep>,
    availability: &mut Availability<Fit>,
) {
    availability.always::<M>();
    availability.within::<M::Batch>(Fit::TRAIN_BATCH);
    availability.within::<M::Batch>(Fit::VALID_BATCH);
    availability.within::<M::Batch>(Fit::PREDICT_BATCH);
    if TypeId::of::<M::Batch>() != TypeId::of::<M::Prediction>() {
        // If they are one, the trainer says so.
        availability.from::<M::Prediction>(Fit::on_predict_batch_end);
    }
    match own_step {
        None => of_default_step::<M>(availability),
        Some(own) => {
            (own.availability)(availability);
            silence_inner(availability);
        }
    }
}

fn of_default_step<M: Learner>(availability: &mut Availability<Fit>) {
    let (batch, prediction) = (TypeId::of::<M::Batch>(), TypeId::of::<M::Prediction>());
    if batch != prediction {
        availability.from::<M::Prediction>(Fit::on_train_batch_after_pred);
        availability.from::<M::Prediction>(Fit::on_valid_batch_after_pred);
    }
    if ![batch, prediction].contains(&TypeId::of::<M::Gradients>()) {
        let at = Fit::on_train_batch_before_step;
        availability.between::<M::Gradients>(at, at);
    }
    availability.between::<OptimizerName>(
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_after_step,
    );
}

fn silence_inner(availability: &mut Availability<Fit>) {
    for at in [
        Fit::on_train_batch_after_pred,
        Fit::on_train_batch_after_loss,
        Fit::on_train_batch_before_backward,
        Fit::on_train_batch_before_step,
        Fit::on_train_batch_after_step,
        Fit::on_valid_batch_after_pred,
        Fit::on_valid_batch_after_loss,
    ] {
        availability.silent(at, "the learner has a step of its own");
    }
}

/// A fit: no prediction, and no validation without data for it.
pub(super) fn of_fit(availability: &mut Availability<Fit>, has_valid: bool, epochs: u64) {
    availability.ends_at(Unit::Epochs, epochs);
    availability.silent_scope(Fit::PREDICT, "this is a fit");
    if !has_valid {
        availability.silent_scope(Fit::VALID, "there is no validation data");
    }
}

/// One pass alone.
pub(super) fn of_pass(availability: &mut Availability<Fit>, pass: Scope<Fit>, because: &str) {
    availability.only_scope(pass, because);
}
