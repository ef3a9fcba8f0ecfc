//! What a run of the fit loop declares of its state, beyond the loop's own declaration, and which breakpoints it does not fire.

use super::pass_kind::PassKind;
use super::{Fit, Learner, Loss, OPTIMIZER, OptimizerName, OwnStep, SkipStep};
use callback_runtime::{At, Availability, Scope, Unit};
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
            for at in DEFAULT_STEP {
                availability.silent(at, OWN_STEP);
            }
        }
    }
}

/// Declares the names of the optimisers and of the parameter groups. A learner without names may have any optimiser.
pub(super) fn declare_optimizers(
    optimizers: &'static [&'static str],
    groups: &'static [&'static str],
    availability: &mut Availability<Fit>,
) {
    if !optimizers.is_empty() {
        for name in optimizers.iter().chain(groups) {
            availability.knows(OPTIMIZER, *name);
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
    declare_skip(availability);
}

/// Declares where a handler can skip a step.
fn declare_skip(availability: &mut Availability<Fit>) {
    let at = Fit::on_train_batch_before_step;
    availability.between::<SkipStep>(at, at);
}

const OWN_STEP: &str = "the learner has a step of its own; leave `own_step` out of the learner, so that the trainer calls its `forward`, \
    `loss`, `backward` and `step`, or leave the handler out";

/// The breakpoints inside a batch.
const DEFAULT_STEP: [At<Fit>; 7] = [
    Fit::on_train_batch_after_pred,
    Fit::on_train_batch_after_loss,
    Fit::on_train_batch_before_backward,
    Fit::on_train_batch_before_step,
    Fit::on_train_batch_after_step,
    Fit::on_valid_batch_after_pred,
    Fit::on_valid_batch_after_loss,
];

/// Declares that a fit has no prediction pass, and no validation pass without data for it.
pub(super) fn declare_fit(availability: &mut Availability<Fit>, has_valid: bool, epochs: u64) {
    availability.ends_at(Unit::Epochs, epochs);
    availability.silent_scope(Fit::PREDICT, "this is a fit");
    availability.records([PassKind::TRAIN.metric]);
    if has_valid {
        availability.records([PassKind::VALID.metric]);
    } else {
        availability.silent_scope(Fit::VALID, "there is no validation data");
        availability.never_records("valid_", "no validation data: `.valid(…)`");
    }
}

/// Declares that a session has no prediction pass, and of the breakpoints inside a batch those alone that its loop fires.
pub(super) fn declare_session(
    availability: &mut Availability<Fit>,
    epochs: u64,
    fired: &[At<Fit>],
) {
    availability.ends_at(Unit::Epochs, epochs);
    availability.silent_scope(Fit::PREDICT, "this is a session of a fit");
    availability.may_lack(
        "valid_",
        "no validation data: `.valid(…)` on the session makes a pass, and `.log(…)` adds a number",
    );
    declare_skip(availability);
    for at in DEFAULT_STEP.into_iter().chain([Fit::on_update_end]) {
        if !fired
            .iter()
            .any(|fired| fired.breakpoint() == at.breakpoint())
        {
            availability.silent(at, &not_fired(at));
        }
    }
    availability.from::<Loss>(Fit::on_train_batch_end);
    availability.from::<Loss>(Fit::on_valid_batch_end);
}

/// Returns why a session does not fire a breakpoint, with the remedy.
fn not_fired(at: At<Fit>) -> String {
    let name = at.breakpoint().name();
    format!(
        "the session does not say that its loop fires it; write `.fires(Fit::{name})` on the builder, and `fit.fire(Fit::{name})` in the loop"
    )
}

/// Declares that the run has no other pass than this one.
pub(super) fn declare_single_pass(
    availability: &mut Availability<Fit>,
    pass: Scope<Fit>,
    reason: &str,
) {
    availability.only_scope(pass, reason);
}
