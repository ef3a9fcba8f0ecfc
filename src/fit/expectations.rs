//! What a run of the fit loop declares of its state, beyond the loop's own declaration, and which breakpoints it does not fire.

use super::{Fit, Learner, OptimizerName, OwnStep};
use callback_runtime::{Availability, Scope, Unit};
use std::any::TypeId;

/// Declares where the learner and its types exist.
pub(super) fn declare_learner<M: Learner>(
    own_step: Option<OwnStep>,
    availability: &mut Availability<Fit>,
) {
    availability.always::<M>();
    availability.within::<M::Batch>(Fit::TRAIN_BATCH);
    availability.within::<M::Batch>(Fit::VALID_BATCH);
    availability.within::<M::Batch>(Fit::PREDICT_BATCH);
    if TypeId::of::<M::Batch>() != TypeId::of::<M::Prediction>() {
        // If the two are the same type, `check_types` of the trainer reports it.
        availability.from::<M::Prediction>(Fit::on_predict_batch_end);
    }
    match own_step {
        None => declare_default_step::<M>(availability),
        Some(own) => {
            (own.availability)(availability);
            silence_default_step(availability);
        }
    }
}

fn declare_default_step<M: Learner>(availability: &mut Availability<Fit>) {
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

fn silence_default_step(availability: &mut Availability<Fit>) {
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

/// Declares that a fit has no prediction pass, and no validation pass without data for it.
pub(super) fn declare_fit(availability: &mut Availability<Fit>, has_valid: bool, epochs: u64) {
    availability.ends_at(Unit::Epochs, epochs);
    availability.silent_scope(Fit::PREDICT, "this is a fit");
    if !has_valid {
        availability.silent_scope(Fit::VALID, "there is no validation data");
    }
}

/// Declares that the run has no other pass than this one.
pub(super) fn declare_single_pass(
    availability: &mut Availability<Fit>,
    pass: Scope<Fit>,
    reason: &str,
) {
    availability.only_scope(pass, reason);
}
