//! What is done with one batch in each pass.

use super::{Fit, Learner, LearningRate, Loss, OptimizerName, OwnStep, Phase, Step};
use callback_runtime::{Break, Ctx, Local, LocalMut, Run};
use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Training: forward, loss, backward and step for each optimiser, or the learner's own step.
pub(super) fn train<M: Learner>(run: &mut Run<'_, Fit>) -> Result<(), Break> {
    if let Some(own) = own_step::<M>(run)? {
        (own.step)(run.state())?;
        count(run);
        return Ok(());
    }
    let optimizers = optimizers::<M>(run)?;
    for (nth, name) in optimizers.iter().enumerate() {
        let optimizer = OptimizerName(name);
        run.state().insert(optimizer);
        put_to_work(run, Some(optimizer));
        let stepped = train_one::<M>(run, optimizer, nth == 0);
        if optimizers.len() > 1 {
            put_to_work(run, None);
        }
        stepped?;
    }
    Ok(())
}

/// The step of one optimiser.
fn train_one<M: Learner>(
    run: &mut Run<'_, Fit>,
    optimizer: OptimizerName,
    is_first: bool,
) -> Result<(), Break> {
    forward::<M>(run, Phase::Train)?;
    run.fire(Fit::on_train_batch_after_pred)?;
    loss::<M>(run)?;
    run.fire(Fit::on_train_batch_after_loss)?;
    run.fire(Fit::on_train_batch_before_backward)?;
    backward::<M>(run, optimizer)?;
    run.fire(Fit::on_train_batch_before_step)?;
    update::<M>(run, optimizer)?;
    if is_first {
        count(run);
    }
    run.fire(Fit::on_train_batch_after_step)
}

/// Validation: forward and loss, or the learner's own step.
pub(super) fn valid<M: Learner>(run: &mut Run<'_, Fit>) -> Result<(), Break> {
    if let Some(own) = own_step::<M>(run)? {
        return Ok((own.step)(run.state())?);
    }
    forward::<M>(run, Phase::Valid)?;
    run.fire(Fit::on_valid_batch_after_pred)?;
    loss::<M>(run)?;
    run.fire(Fit::on_valid_batch_after_loss)
}

/// Prediction: forward alone.
pub(super) fn predict<M: Learner>(run: &mut Run<'_, Fit>) -> Result<(), Break> {
    forward::<M>(run, Phase::Predict)
}

/// Takes everything that belongs to one batch out of the state.
pub(super) fn clear<M: Learner>(state: &mut Ctx<'_>) {
    // What a user lent to the state stays: a refusal says that it is no value of ours.
    let _ = state.remove::<M::Batch>();
    let _ = state.remove::<M::Prediction>();
    let _ = state.remove::<M::Gradients>();
    let _ = state.remove::<Loss>();
    let _ = state.remove::<OptimizerName>();
}

/// The same where nothing may go wrong any more: a value whose `Drop` panics keeps none of the others.
pub(super) fn sweep<M: Learner>(state: &mut Ctx<'_>) {
    fn out<T: 'static>(state: &mut Ctx<'_>) {
        let swept = catch_unwind(AssertUnwindSafe(|| drop(state.remove::<T>())));
        // What was thrown has been told by the panic hook; dropping it may throw again.
        swept.unwrap_or_else(std::mem::forget);
    }
    out::<M::Batch>(state);
    out::<M::Prediction>(state);
    out::<M::Gradients>(state);
    out::<Loss>(state);
    out::<OptimizerName>(state);
}

/// State that the loop itself needs.
pub(super) fn present<'s, T: 'static>(state: &'s mut Ctx<'_>) -> Result<&'s mut T, Break> {
    let gone = || format!("`{}` is gone from the state; {PUT_BACK}", type_name::<T>());
    Ok(state.get_mut().ok_or_else(gone)?)
}

fn forward<M: Learner>(run: &mut Run<'_, Fit>, phase: Phase) -> Result<(), Break> {
    let mut state = run.state();
    let (mut learner, batch) = state
        .query::<(LocalMut<'_, M>, Local<'_, M::Batch>)>()
        .ok_or(GONE)?;
    let prediction = learner.forward(&batch, phase)?;
    state.insert(prediction);
    Ok(())
}

fn loss<M: Learner>(run: &mut Run<'_, Fit>) -> Result<(), Break> {
    let mut state = run.state();
    let (mut learner, prediction, batch) = state
        .query::<(
            LocalMut<'_, M>,
            Local<'_, M::Prediction>,
            Local<'_, M::Batch>,
        )>()
        .ok_or(GONE)?;
    let loss = learner.loss(&prediction, &batch)?;
    state.insert(loss);
    Ok(())
}

fn backward<M: Learner>(run: &mut Run<'_, Fit>, optimizer: OptimizerName) -> Result<(), Break> {
    let mut state = run.state();
    let (mut learner, prediction, batch) = state
        .query::<(
            LocalMut<'_, M>,
            Local<'_, M::Prediction>,
            Local<'_, M::Batch>,
        )>()
        .ok_or(GONE)?;
    let gradients = learner.backward(&prediction, &batch, optimizer)?;
    state.insert(gradients);
    Ok(())
}

fn update<M: Learner>(run: &mut Run<'_, Fit>, optimizer: OptimizerName) -> Result<(), Break> {
    let mut state = run.state();
    let gradients = state.remove::<M::Gradients>()?.ok_or(GONE)?;
    let (mut learner, rate) = state
        .query::<(LocalMut<'_, M>, &LearningRate)>()
        .ok_or(GONE)?;
    Ok(learner.step(gradients, rate.get(), optimizer)?)
}

/// A handler with `Ctx` can take anything out of the state.
const GONE: &str = "the learner, its batch, prediction, gradients or learning rate is gone from the state; \
                    a handler that takes one out has to put one back";
const PUT_BACK: &str = "a handler that takes it out has to put one back";

fn optimizers<M: Learner>(run: &mut Run<'_, Fit>) -> Result<&'static [&'static str], Break> {
    Ok(run.state().get::<M>().ok_or(GONE)?.optimizers())
}

fn own_step<M: Learner>(run: &mut Run<'_, Fit>) -> Result<Option<OwnStep>, Break> {
    Ok(run.state().get::<M>().ok_or(GONE)?.own_step())
}

fn put_to_work(run: &mut Run<'_, Fit>, optimizer: Option<OptimizerName>) {
    if let Some(rate) = run.state().get_mut::<LearningRate>() {
        rate.put_to_work(optimizer);
    }
}

/// One update of the parameters has been made.
fn count(run: &mut Run<'_, Fit>) {
    if let Some(step) = run.state().get_mut::<Step>() {
        step.advance(1);
    }
}
