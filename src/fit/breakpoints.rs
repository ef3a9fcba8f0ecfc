//! The breakpoints of the fit loop, in the order in which they fire.

use super::{
    Epoch, Epochs, History, Iteration, LearningRate, Loss, MicroStep, Phase, SampleCount, Step,
    Total,
};

crate::breakpoints! {
    /// The fit loop: epochs with a training pass and a validation pass.
    ///
    /// The breakpoints have the names and places of R's luz, and `on_update_end` is ours. With several optimisers, luz fires the two breakpoints
    /// inside a validation batch once for each of them, and this loop once. Evaluation is the validation pass alone, and prediction is a separate pass.
    /// The learner is state at every breakpoint. The batch exists while its scope is open, the prediction from `after_pred` on, the
    /// gradients at `before_step`.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_end, |step: &Step, loss: &Loss| println!("step {step}: loss {loss:.4}"));
    /// plan.on(Fit::on_epoch_end, |epoch: &Epoch, record: &Record| println!("{epoch}: {record:.4}"));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    pub loop Fit with
        Epoch as epochs by hand, Step as steps by hand, MicroStep as micro_steps by hand, SampleCount as samples by hand,
        Epochs, Iteration, Phase, History, LearningRate, Total
    {
        scope FIT {
            /// The place to read the settings before the first epoch.
            on_fit_begin;
            scope EPOCH {
                on_epoch_begin;
                phase TRAIN {
                    on_train_begin;
                    scope TRAIN_BATCH {
                        /// The place to change the batch.
                        on_train_batch_begin;
                        /// The place to change the prediction. It fires once for each optimiser, like the four breakpoints after it.
                        on_train_batch_after_pred;
                        on_train_batch_after_loss with Loss;
                        on_train_batch_before_backward;
                        /// The place to read and change the gradients, and to skip the step. If the trainer accumulates gradients, it and
                        /// the next breakpoint fire once for each group of batches.
                        on_train_batch_before_step;
                        on_train_batch_after_step;
                        /// The place to average or change the parameters, after the steps of all optimisers: once for each update. This
                        /// breakpoint is ours, and the others of a batch are luz's.
                        on_update_end;
                        on_train_batch_end;
                    }
                    /// The mean loss of the pass is in the record, as `train_loss`.
                    on_train_end;
                }
                phase VALID {
                    on_valid_begin;
                    scope VALID_BATCH {
                        on_valid_batch_begin;
                        on_valid_batch_after_pred;
                        on_valid_batch_after_loss with Loss;
                        on_valid_batch_end;
                    }
                    /// The mean loss of the pass is in the record, as `valid_loss`.
                    on_valid_end;
                }
                /// The place to read the record of the epoch.
                on_epoch_end completes Epoch;
            }
            on_fit_end;
        }
        phase PREDICT {
            on_predict_begin;
            scope PREDICT_BATCH {
                on_predict_batch_begin;
                /// The place to change the prediction.
                on_predict_batch_end;
            }
            on_predict_end;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_fit_error;
    }
}
