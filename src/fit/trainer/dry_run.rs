//! A short fit that leaves no trace in the trainer, for a sanity check.

use super::Trainer;
use crate::fit::{
    Batches, Epoch, Epochs, History, Iteration, Learner, LearningRate, MicroStep, Phase,
    SampleCount, SkipStep, Step, Total,
};
use crate::shelf::{DryRun, PhaseCounts};
use callback_runtime::{BoxError, Outcome, PlanError, Record, State};
use std::cell::RefCell;
use std::rc::Rc;

impl<M: Learner> Trainer<M> {
    /// Fits one epoch of at most `batches` batches in each pass, with [`DryRun`] in the state. Then everything but the learner is as before: the
    /// settings, the counters, the record and the history, the progress of periods, the callbacks for one run, and the saved run from
    /// which the next one continues.
    pub(crate) fn dry_run(
        &mut self,
        train: impl Batches<M::Batch>,
        batches: usize,
    ) -> Result<(Outcome, History), PlanError> {
        let kept = KeptState::take(&mut self.state);
        let saved = self.plan.take_restore();
        let result = self.check().and_then(|()| {
            // The check has bound the handlers, so that the periods of all of them are known.
            let periods = self.plan.periods();
            let result = self.fit_shortly(train, batches);
            self.plan.restore_periods(&periods);
            self.plan.keep_for_next_run();
            result
        });
        if let Some(saved) = saved {
            self.plan.restore(saved);
        }
        kept.restore(&mut self.state);
        result
    }

    fn fit_shortly(
        &mut self,
        train: impl Batches<M::Batch>,
        batches: usize,
    ) -> Result<(Outcome, History), PlanError> {
        let epochs = std::mem::replace(&mut self.epochs, Epochs { min: 0, max: 1 });
        let valid = Rc::new(RefCell::new(self.valid.take()));
        if valid.borrow().is_some() {
            let source = Rc::clone(&valid);
            self.valid = Some(Box::new(FirstOfShared { source, batches }));
        }
        self.state.insert(DryRun(()));
        let fitted = self.fit(First(train, batches));
        let result = fitted.map(|fitted| (fitted.outcome, fitted.history));
        // An `Err` says that a user lent one to the state: it stays there.
        let _ = self.state.remove::<DryRun>();
        self.valid = valid.take();
        self.epochs = epochs;
        result
    }

    /// Returns the state between runs.
    pub(crate) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

/// The first batches of a source.
struct First<S>(S, usize);

impl<B: 'static, S: Batches<B>> Batches<B> for First<S> {
    fn batches(&mut self, epoch: u64) -> Box<dyn Iterator<Item = Result<B, BoxError>> + '_> {
        Box::new(self.0.batches(epoch).take(self.1))
    }
}

/// The first batches of a source that goes back to its owner.
struct FirstOfShared<B> {
    source: Rc<RefCell<Option<Box<dyn Batches<B>>>>>,
    batches: usize,
}

impl<B: 'static> Batches<B> for FirstOfShared<B> {
    fn batches(&mut self, epoch: u64) -> Box<dyn Iterator<Item = Result<B, BoxError>> + '_> {
        let mut source = self.source.borrow_mut();
        let batches = source.iter_mut().flat_map(|source| source.batches(epoch));
        let first: Vec<_> = batches.take(self.batches).collect();
        Box::new(first.into_iter())
    }
}

/// Declares the state of a fit that a dry run puts back.
macro_rules! kept_state {
    ($($field:ident: $state:ty),* $(,)?) => {
        /// The state of a fit before a dry run. `None` for what was not there.
        struct KeptState {
            $($field: Option<$state>,)*
        }

        impl KeptState {
            fn take(state: &mut State) -> Self {
                Self { $($field: state.remove().ok().flatten(),)* }
            }

            fn restore(self, state: &mut State) {
                $(match self.$field {
                    Some(value) => drop(state.insert(value)),
                    None => drop(state.remove::<$state>()),
                })*
            }
        }
    };
}

kept_state! {
    epoch: Epoch,
    epochs: Epochs,
    step: Step,
    iteration: Iteration,
    micro_step: MicroStep,
    sample_count: SampleCount,
    total: Total,
    skip_step: SkipStep,
    phase: Phase,
    learning_rate: LearningRate,
    record: Record,
    history: History,
    phase_counts: PhaseCounts,
}
