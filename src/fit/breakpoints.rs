//! The breakpoints of the fit loop, in the order in which they fire.

use super::{
    Epoch, Epochs, History, Iteration, LearningRate, Loss, Metrics, MicroStep, Phase, SampleCount,
    Step, Total,
};

crate::breakpoints! {
    /// The fit loop: epochs of a training pass and a validation pass.
    ///
    /// The names and places are those of R's luz. Evaluation is the validation pass alone, prediction a pass of its own.
    /// The learner is state in all of them; its batch exists while its scope is open, its prediction from
    /// `after_pred` on, its gradients at `before_step`.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_end, |step: &Step, loss: &Loss| println!("step {step}: loss {loss:.4}"));
    /// plan.on(Fit::on_epoch_end, |epoch: &Epoch, metrics: &Metrics| println!("{epoch}: {metrics:.4}"));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    pub loop Fit with Epoch as epochs, Step as steps, MicroStep as micro_steps, SampleCount as samples,
        Epochs, Iteration, Phase, Metrics, History, LearningRate, Total
    {
        scope FIT {
            /// The place to look at the settings before anything has happened.
            on_fit_begin;
            scope EPOCH {
                on_epoch_begin;
                phase TRAIN {
                    on_train_begin;
                    scope TRAIN_BATCH {
                        /// The place to change the batch.
                        on_train_batch_begin;
                        /// The place to change the prediction. Once for each optimiser, like the four after it.
                        on_train_batch_after_pred;
                        on_train_batch_after_loss with Loss;
                        on_train_batch_before_backward;
                        /// The place to read and change the gradients.
                        on_train_batch_before_step;
                        on_train_batch_after_step;
                        on_train_batch_end;
                    }
                    /// The pass's mean loss is in the metrics, as `train_loss`.
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
                    /// The pass's mean loss is in the metrics, as `valid_loss`.
                    on_valid_end;
                }
                /// The place to look at the epoch's metrics.
                on_epoch_end;
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
