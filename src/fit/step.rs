//! What a pass does with one batch.

use super::accumulation::Group;
use super::{Fit, Learner, LearningRate, Loss, OptimizerName, Phase, SkipStep, Step};
use super::{Iteration, MicroStep, SampleCount};
use callback_runtime::__private::catch;
use callback_runtime::{Break, Ctx, Local, LocalMut, Lookup, Run};

/// The steps of a run, one for each batch. Each lookup finds the values that one part of a step works on, once in a run.
pub(super) struct Steps<M: Learner> {
    begin: Lookup<BeginParams<M>>,
    learner: Lookup<(Local<'static, M>,)>,
    forward: Lookup<(LocalMut<'static, M>, Local<'static, M::Batch>)>,
    loss: Lookup<PredictionParams<M>>,
    update: Lookup<(LocalMut<'static, M>, &'static LearningRate)>,
    /// The batches since the last update, if the trainer accumulates gradients.
    group: Option<Box<Group<M::Gradients>>>,
}

type BeginParams<M> = (
    Option<Local<'static, M>>,
    Option<Local<'static, <M as Learner>::Batch>>,
    Option<&'static mut Iteration>,
    Option<&'static mut MicroStep>,
    Option<&'static mut SampleCount>,
);
type PredictionParams<M> = (
    LocalMut<'static, M>,
    Local<'static, <M as Learner>::Prediction>,
    Local<'static, <M as Learner>::Batch>,
);

impl<M: Learner> Default for Steps<M> {
    fn default() -> Self {
        Self {
            begin: Lookup::new(),
            learner: Lookup::new(),
            forward: Lookup::new(),
            loss: Lookup::new(),
            update: Lookup::new(),
            group: None,
        }
    }
}

impl<M: Learner> Steps<M> {
    /// The steps of a fit, which adds the gradients of some batches if `group` is given.
    pub(super) fn accumulating(group: Option<Group<M::Gradients>>) -> Self {
        Self {
            group: group.map(Box::new),
            ..Self::default()
        }
    }

    /// Returns the group of batches under way, if the trainer accumulates gradients.
    pub(super) fn group(&mut self) -> Option<&mut Group<M::Gradients>> {
        self.group.as_deref_mut()
    }

    /// Puts a batch into the state and counts it. Returns the number of its samples. If a handler has removed state that is needed here,
    /// the step of the batch fails.
    pub(super) fn begin_batch(
        &mut self,
        run: &mut Run<'_, Fit>,
        batch: M::Batch,
        phase: Phase,
    ) -> u64 {
        let mut state = run.state();
        state.insert(batch);
        let Some((learner, batch, iteration, micro_step, sample_count)) =
            self.begin.get(&mut state)
        else {
            return 0;
        };
        let samples = learner
            .zip(batch)
            .map_or(0, |(learner, batch)| learner.samples(&batch));
        if let Some(iteration) = iteration {
            iteration.advance(1);
        }
        if phase == Phase::Train {
            if let Some(micro_step) = micro_step {
                micro_step.advance(1);
            }
            if let Some(sample_count) = sample_count {
                sample_count.advance(samples);
            }
        }
        samples
    }

    /// Trains: forward, loss, backward and step for each optimiser, or the learner's own step.
    pub(super) fn train(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if let Some(own) = self.ask_learner(run, M::own_step)? {
            (own.step)(run.state())?;
            count_step(run);
            return end_update(run, true);
        }
        let optimizers = self.ask_learner(run, M::optimizers)?;
        let mut has_stepped = false;
        for name in optimizers {
            let optimizer = OptimizerName(name);
            run.state().insert(optimizer);
            set_active_optimizer(run, Some(optimizer));
            let trained = self.train_with(run, optimizer, &mut has_stepped);
            if optimizers.len() > 1 {
                set_active_optimizer(run, None);
            }
            trained?;
        }
        end_update(run, has_stepped)
    }

    fn train_with(
        &mut self,
        run: &mut Run<'_, Fit>,
        optimizer: OptimizerName,
        has_stepped: &mut bool,
    ) -> Result<(), Break> {
        self.compute_gradients(run, optimizer)?;
        self.step(run, optimizer, has_stepped)
    }

    /// Trains on a batch of a group: forward, loss and backward for each optimiser, and the step where the group is complete.
    pub(super) fn train_in_group(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        let Some(mut group) = self.group.take() else {
            return Err(missing_state());
        };
        let completes = group.completes();
        let trained = self.train_and_add(run, &mut group, completes);
        // A batch that was left before its gradients leaves the group as it is. One that was left later ends it.
        if completes && group.is_taken() {
            group.clear();
        }
        self.group = Some(group);
        trained
    }

    fn train_and_add(
        &mut self,
        run: &mut Run<'_, Fit>,
        group: &mut Group<M::Gradients>,
        completes: bool,
    ) -> Result<(), Break> {
        if completes {
            return self.update_each(run, |steps, run, index, optimizer| {
                let gradients = steps.take_gradients(run, optimizer)?;
                group.add(index, gradients)?;
                insert_mean(run, group, index)
            });
        }
        let optimizers = self.ask_learner(run, M::optimizers)?;
        for name in optimizers {
            let optimizer = OptimizerName(name);
            let taken = with_optimizer(run, optimizer, optimizers.len(), |run| {
                self.take_gradients(run, optimizer)
            });
            group.stage(taken?);
        }
        Ok(group.add_staged()?)
    }

    /// Updates with the batches of a group whose last batch a handler has left. It fires the breakpoints of an update after the end of that
    /// batch, whose values are still in the state.
    pub(super) fn step_rest(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        let Some(mut group) = self.group.take_if(|group| group.has_rest()) else {
            return Ok(());
        };
        let updated = self.update_each(run, |_, run, index, _| insert_mean(run, &mut group, index));
        group.clear();
        self.group = Some(group);
        updated
    }

    /// Steps each optimiser with the gradients that `insert` puts into the state for it.
    fn update_each(
        &mut self,
        run: &mut Run<'_, Fit>,
        mut insert: impl FnMut(&mut Self, &mut Run<'_, Fit>, usize, OptimizerName) -> Result<(), Break>,
    ) -> Result<(), Break> {
        let optimizers = self.ask_learner(run, M::optimizers)?;
        let mut has_stepped = false;
        for (index, name) in optimizers.iter().enumerate() {
            let optimizer = OptimizerName(name);
            with_optimizer(run, optimizer, optimizers.len(), |run| {
                insert(self, run, index, optimizer)?;
                self.step(run, optimizer, &mut has_stepped)
            })?;
        }
        end_update(run, has_stepped)
    }

    /// Computes the gradients of one optimiser, and takes them out of the state.
    fn take_gradients(
        &mut self,
        run: &mut Run<'_, Fit>,
        optimizer: OptimizerName,
    ) -> Result<M::Gradients, Break> {
        self.compute_gradients(run, optimizer)?;
        let gradients = run.state().remove::<M::Gradients>()?;
        gradients.ok_or_else(missing_state)
    }

    /// Leaves the gradients of one optimiser in the state.
    #[expect(
        clippy::inline_always,
        reason = "both kinds of training have it in their loop"
    )]
    #[inline(always)]
    fn compute_gradients(
        &mut self,
        run: &mut Run<'_, Fit>,
        optimizer: OptimizerName,
    ) -> Result<(), Break> {
        self.forward(run, Phase::Train)?;
        run.fire(Fit::on_train_batch_after_pred)?;
        self.loss(run)?;
        run.fire(Fit::on_train_batch_after_loss)?;
        run.fire(Fit::on_train_batch_before_backward)?;
        self.backward(run, optimizer)
    }

    /// Updates the parameters with the gradients in the state, unless a handler skips that.
    #[expect(
        clippy::inline_always,
        reason = "both kinds of training have it in their loop"
    )]
    #[inline(always)]
    fn step(
        &mut self,
        run: &mut Run<'_, Fit>,
        optimizer: OptimizerName,
        has_stepped: &mut bool,
    ) -> Result<(), Break> {
        let at = Fit::on_train_batch_before_step;
        let fired = run.fire(at);
        // Only a handler can skip the step. A skip does not outlive a batch that is left.
        let is_skipped = run.is_handled(at) && take_skip::<M>(run)?;
        fired?;
        if is_skipped {
            return Ok(());
        }
        self.update(run, optimizer)?;
        if !*has_stepped {
            *has_stepped = true;
            count_step(run);
        }
        run.fire(Fit::on_train_batch_after_step)
    }

    /// Validates: forward and loss, or the learner's own step.
    pub(super) fn valid(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        if let Some(own) = self.ask_learner(run, M::own_step)? {
            return Ok((own.step)(run.state())?);
        }
        self.forward(run, Phase::Valid)?;
        run.fire(Fit::on_valid_batch_after_pred)?;
        self.loss(run)?;
        run.fire(Fit::on_valid_batch_after_loss)
    }

    /// Predicts: forward alone.
    pub(super) fn predict(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        self.forward(run, Phase::Predict)
    }

    /// Returns what the learner says of its training.
    fn ask_learner<T>(
        &mut self,
        run: &mut Run<'_, Fit>,
        question: fn(&M) -> T,
    ) -> Result<T, Break> {
        let mut state = run.state();
        let (learner,) = self.learner.get(&mut state).ok_or_else(missing_state)?;
        Ok(question(&learner))
    }

    fn forward(&mut self, run: &mut Run<'_, Fit>, phase: Phase) -> Result<(), Break> {
        let mut state = run.state();
        let (mut learner, batch) = self.forward.get(&mut state).ok_or_else(missing_state)?;
        let prediction = learner.forward(&batch, phase)?;
        state.insert(prediction);
        Ok(())
    }

    fn loss(&mut self, run: &mut Run<'_, Fit>) -> Result<(), Break> {
        let mut state = run.state();
        let (mut learner, prediction, batch) =
            self.loss.get(&mut state).ok_or_else(missing_state)?;
        let loss = learner.loss(&prediction, &batch)?;
        state.insert(loss);
        Ok(())
    }

    fn backward(&mut self, run: &mut Run<'_, Fit>, optimizer: OptimizerName) -> Result<(), Break> {
        let mut state = run.state();
        let (mut learner, prediction, batch) =
            self.loss.get(&mut state).ok_or_else(missing_state)?;
        let gradients = learner.backward(&prediction, &batch, optimizer)?;
        state.insert(gradients);
        Ok(())
    }

    fn update(&mut self, run: &mut Run<'_, Fit>, optimizer: OptimizerName) -> Result<(), Break> {
        let mut state = run.state();
        let gradients = state.remove::<M::Gradients>()?.ok_or_else(missing_state)?;
        let (mut learner, rate) = self.update.get(&mut state).ok_or_else(missing_state)?;
        Ok(learner.step_groups(gradients, rate, optimizer)?)
    }
}

/// Removes the values of a batch from the state, the last ones first, as a loop by hand does: an allocator that reuses what was freed last
/// then has the same work.
pub(super) fn clear_batch<M: Learner>(state: &mut Ctx<'_>) {
    // An `Err` says that a user lent such a value to the state: it stays there.
    let _ = state.remove::<Loss>();
    let _ = state.remove::<M::Gradients>();
    let _ = state.remove::<M::Prediction>();
    let _ = state.remove::<OptimizerName>();
    let _ = state.remove::<M::Batch>();
}

/// Does what [`clear_batch`] does, also if the `Drop` of a value panics: the other values are removed all the same.
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

/// The failure of a run in which a handler with `Ctx` has removed state that the loop needs.
#[cold]
fn missing_state() -> Break {
    "the learner, its batch, prediction, gradients or learning rate is gone from the state; \
     a handler that takes one out has to put one back"
        .into()
}

fn set_active_optimizer(run: &mut Run<'_, Fit>, optimizer: Option<OptimizerName>) {
    if let Some(rate) = run.state().get_mut::<LearningRate>() {
        rate.set_active(optimizer);
    }
}

/// Calls `body` while this optimiser, one of `count`, is the active one.
fn with_optimizer<T>(
    run: &mut Run<'_, Fit>,
    optimizer: OptimizerName,
    count: usize,
    body: impl FnOnce(&mut Run<'_, Fit>) -> Result<T, Break>,
) -> Result<T, Break> {
    run.state().insert(optimizer);
    set_active_optimizer(run, Some(optimizer));
    let result = body(run);
    if count > 1 {
        set_active_optimizer(run, None);
    }
    result
}

/// Puts the mean of a group into the state, for one optimiser.
fn insert_mean<G: 'static>(
    run: &mut Run<'_, Fit>,
    group: &mut Group<G>,
    optimizer: usize,
) -> Result<(), Break> {
    let mean = group.take(optimizer)?.ok_or_else(missing_state)?;
    run.state().insert(mean);
    Ok(())
}

/// Counts an update of the parameters.
fn count_step(run: &mut Run<'_, Fit>) {
    if let Some(step) = run.state().get_mut::<Step>() {
        step.advance(1);
    }
}

/// Ends the update of a batch, if an optimiser has stepped.
fn end_update(run: &mut Run<'_, Fit>, has_stepped: bool) -> Result<(), Break> {
    if has_stepped {
        run.fire(Fit::on_update_end)?;
    }
    Ok(())
}

/// Returns whether a handler has skipped the step, and forgets it for the next one. The gradients of a skipped step are removed.
#[inline(never)]
fn take_skip<M: Learner>(run: &mut Run<'_, Fit>) -> Result<bool, Break> {
    let mut state = run.state();
    let is_skipped = state.get_mut().is_some_and(SkipStep::take);
    if is_skipped {
        state.remove::<M::Gradients>()?;
    }
    Ok(is_skipped)
}
