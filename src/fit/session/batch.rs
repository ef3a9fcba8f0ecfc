//! What the loop of a session says of its batches: their losses and their numbers of samples.

use super::FitSession;
use crate::fit::{Loss, Phase, SampleCount, SkipStep, Step};
use callback_runtime::Location;

impl FitSession<'_> {
    /// Gives the loss of the batch under way. In the training pass it also counts the step, once for each batch; a second loss replaces the
    /// first.
    ///
    /// The mean loss of the pass is in the record as `train_loss` or `valid_loss`: over samples if the batches
    /// [give their numbers](Self::samples), and else over batches.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// fit.loss(0.5);
    /// let outcome = fit.finish();
    /// assert!(outcome.to_string().contains("outside of a batch"), "{outcome}");
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn loss(&self, loss: impl Into<Loss>) {
        let Some(is_first) = self.begin_loss() else {
            return self.report(
                "a loss was given outside of a batch",
                Location::here(),
                "give it inside the `for` loop over `train` or `valid`: \
                 a batch ends where the next one is asked for, as `collect` does",
            );
        };
        self.with_state(|mut state| {
            state.insert(loss.into());
            if is_first
                && state.get() == Some(&Phase::Train)
                && let Some(step) = state.get_mut::<Step>()
            {
                step.advance(1);
            }
        });
    }

    /// Gives the number of samples of the batch under way, which weighs its loss. In the training pass it also counts the samples. Give it
    /// once for each batch; a second number is ignored.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// for _ in fit.epochs() {
    ///     for (loss, samples) in fit.train([(1.0, 3), (5.0, 1)]) {
    ///         fit.samples(samples);
    ///         fit.loss(loss);
    ///     }
    /// }
    /// let (_plan, state, outcome) = fit.into_parts();
    /// assert!(outcome.is_finished());
    /// assert_eq!(state.get::<Record>().and_then(|record| record.get("train_loss")), Some(2.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn samples(&self, samples: u64) {
        match self.begin_samples(samples) {
            Some(true) => {}
            Some(false) => return,
            None => {
                return self.report(
                    "a number of samples was given outside of a batch",
                    Location::here(),
                    "give it inside the `for` loop over `train` or `valid`",
                );
            }
        }
        self.with_state(|mut state| {
            if state.get() == Some(&Phase::Train)
                && let Some(count) = state.get_mut::<SampleCount>()
            {
                count.advance(samples);
            }
        });
    }

    /// Returns whether a handler has [skipped](SkipStep) the step of the batch under way, and forgets it for the next one. A loop that fires
    /// `on_train_batch_before_step` asks this after it.
    ///
    /// ```
    /// # use callbacks::fit::SkipStep;
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1)
    ///     .fires(Fit::on_train_batch_before_step)
    ///     .on(Fit::on_train_batch_before_step, |skip: &mut SkipStep| skip.skip())
    ///     .start()?;
    /// for _ in fit.epochs() {
    ///     for _batch in fit.train(0..3) {
    ///         if fit.fire(Fit::on_train_batch_before_step).is_err() || fit.skips_step() {
    ///             continue;
    ///         }
    ///         unreachable!("the optimiser would step here");
    ///     }
    /// }
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn skips_step(&self) -> bool {
        let skips = self.with_state(|mut state| state.get_mut().is_some_and(SkipStep::take));
        skips.unwrap_or_default()
    }

    /// Notes that the batch under way has a loss. Returns whether it had none; `None` outside of a batch.
    fn begin_loss(&self) -> Option<bool> {
        let mut pass = self.pass.borrow_mut();
        pass.samples?;
        Some(!std::mem::replace(&mut pass.has_loss, true))
    }

    /// Notes the number of samples of the batch under way. Returns whether it had none; `None` outside of a batch.
    fn begin_samples(&self, samples: u64) -> Option<bool> {
        let mut pass = self.pass.borrow_mut();
        let is_first = pass.samples? == 0;
        if is_first {
            pass.samples = Some(samples);
        }
        Some(is_first)
    }
}
