//! What is done with one batch in each pass.

use super::{Fit, Learner, LearningRate, Loss, OptimizerName, Phase, Step};
use super::{Iteration, MicroStep, SampleCount};
use callback_runtime::__private::catch;
use callback_runtime::{Break, Ctx, Local, LocalMut, Lookup, Run};

/// What is done with a batch. Where the values are that it is done with is looked for once in a run.
pub(super) struct Steps<M: Learner> {
    begun: Lookup<Begun<M>>,
    learner: Lookup<(Local<'static, M>,)>,
    fed: Lookup<(LocalMut<'static, M>, Local<'static, M::Batch>)>,
    predicted: Lookup<Predicted<M>>,
    updated: Lookup<(LocalMut<'static, M>, &'static LearningRate)>,
}

type Begun<M> = (
    Option<Local<'static, M>>,
    Option<Local<'static, <M as Learner>::Batch>>,
    Option<&'static mut Iteration>,
    Option<&'static mut MicroStep>,
    Option<&'static mut SampleCount>,
);
type Predicted<M> = (
    LocalMut<'static, M>,
    Local<'static, <M as Learner>::Prediction>,
    Local<'static, <M as Learner>::Batch>,
);

impl<M: Learner> Default for Steps<M> {
    fn default() -> Self {
        Self {
            begun: Lookup::new(),
            learner: Lookup::new(),
            fed: Lookup::new(),
            predicted: Lookup::new(),
            updated: Lookup::new(),
        }
    }
}

impl<M: Learner> Steps<M> {
    /// Puts a batch into the state and counts it; returns how many samples it has. What a handler has taken out is told by the step.
    pub(super) fn begin(&mut self, run: &mut Run<'_, Fit>, batch: M::Batch, phase: Phase) -> u64 {
        let mut state = run.state();
        state.insert(batch);
        let Some((learner, batch, iteration, micro_step, all)) = self.begun.get(&mut state) else {
            return 0;
        };
        let counted = learner.zip(batch);
        let samples = counted.map_or(0, |(learner, batch)| learner.samples(&batch));
        if let Some(iteration) = iteration {
            iteration.advance(1);
        }
        if phase == Phase::Train {
            if let Some(micro_step) = micro_step {
                micro_step.advance(1);
            }
            if let Some(all) = all {
                all.advance(samples);
            }
        }
        samples
    }

    /// Training: forward, loss, backward and step for each optimiser, or the learner's own step.
    pub(super) fn train(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if let Some(own) = self.learner(run, M::own_step)? {
            (own.step)(run.state())?;
            count(run);
            return Ok(());
        }
        let optimizers = self.learner(run, M::optimizers)?;
        for (nth, name) in optimizers.iter().enumerate() {
            let optimizer = OptimizerName(name);
            run.state().insert(optimizer);
            put_to_work(run, Some(optimizer));
            let stepped = self.train_one(run, optimizer, nth == 0);
            if optimizers.len() > 1 {
                put_to_work(run, None);
            }
            stepped?;
        }
        Ok(())
    }

    /// The step of one optimiser.
    fn train_one(
        &mut self,
        run: &mut Run<'_, Fit>,
        optimizer: OptimizerName,
        is_first: bool,
    ) -> Result<(), Break> {
        self.forward(run, Phase::Train)?;
        run.fire(Fit::on_train_batch_after_pred)?;
        self.loss(run)?;
        run.fire(Fit::on_train_batch_after_loss)?;
        run.fire(Fit::on_train_batch_before_backward)?;
        self.backward(run, optimizer)?;
        run.fire(Fit::on_train_batch_before_step)?;
        self.update(run, optimizer)?;
        if is_first {
            count(run);
        }
        run.fire(Fit::on_train_batch_after_step)
    }

    /// Validation: forward and loss, or the learner's own step.
    pub(super) fn valid(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if let Some(own) = self.learner(run, M::own_step)? {
            return Ok((own.step)(run.state())?);
        }
        self.forward(run, Phase::Valid)?;
        run.fire(Fit::on_valid_batch_after_pred)?;
        self.loss(run)?;
        run.fire(Fit::on_valid_batch_after_loss)
    }

    /// Prediction: forward alone.
    pub(super) fn predict(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        self.forward(run, Phase::Predict)
    }

    /// What the learner says of how it is to be trained.
    fn learner<T>(&mut self, run: &mut Run<'_, Fit>, says: fn(&M) -> T) -> Result<T, Break> {
        let mut state = run.state();
        let (learner,) = self.learner.get(&mut state).ok_or_else(gone)?;
        Ok(says(&learner))
    }

    fn forward(&mut self, run: &mut Run<'_, Fit>, phase: Phase) -> Result<(), Break> {
        let mut state = run.state();
        let (mut learner, batch) = self.fed.get(&mut state).ok_or_else(gone)?;
        let prediction = learner.forward(&batch, phase)?;
        state.insert(prediction);
        Ok(())
    }

    fn loss(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut learner, prediction, batch) = self.predicted.get(&mut state).ok_or_else(gone)?;
        let loss = learner.loss(&prediction, &batch)?;
        state.insert(loss);
        Ok(())
    }

    fn backward(&mut self, run: &mut Run<'_, Fit>, optimizer: OptimizerName) -> Result<(), Break> {
        let mut state = run.state();
        let (mut learner, prediction, batch) = self.predicted.get(&mut state).ok_or_else(gone)?;
        let gradients = learner.backward(&prediction, &batch, optimizer)?;
        state.insert(gradients);
        Ok(())
    }

    fn update(&mut self, run: &mut Run<'_, Fit>, optimizer: OptimizerName) -> Result<(), Break> {
        let mut state = run.state();
        let gradients = state.remove::<M::Gradients>()?.ok_or_else(gone)?;
        let (mut learner, rate) = self.updated.get(&mut state).ok_or_else(gone)?;
        Ok(learner.step(gradients, rate.get(), optimizer)?)
    }
}

/// Takes everything that belongs to one batch out of the state: what came last goes first, as it does in a loop by hand, so that an
/// allocator that gives what was freed last gives the same.
pub(super) fn clear<M: Learner>(state: &mut Ctx<'_>) {
    // What a user lent to the state stays: a refusal says that it is no value of ours.
    let _ = state.remove::<Loss>();
    let _ = state.remove::<M::Gradients>();
    let _ = state.remove::<M::Prediction>();
    let _ = state.remove::<OptimizerName>();
    let _ = state.remove::<M::Batch>();
}

/// Does what [`clear`] does, also if a value's `Drop` panics: the values after it are removed all the same.
pub(super) fn clear_despite_panics<M: Learner>(state: &mut Ctx<'_>) {
    fn remove<T: 'static>(state: &mut Ctx<'_>) {
        // The panic hook has reported the panic.
        let _ = catch(|| drop(state.remove::<T>()));
    }
    remove::<Loss>(state);
    remove::<M::Gradients>(state);
    remove::<M::Prediction>(state);
    remove::<OptimizerName>(state);
    remove::<M::Batch>(state);
}


/// A handler with `Ctx` can take anything out of the state.
#[cold]
fn gone() -> Break {
    "the learner, its batch, prediction, gradients or learning rate is gone from the state; \
     a handler that takes one out has to put one back"
        .into()
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
