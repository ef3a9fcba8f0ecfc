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

        aliases "Keras", "Hugging Face", "skorch", "fastai 1" {
            differs on_train_begin => on_fit_begin;
            differs on_train_end => on_fit_end;
        }
        aliases "Keras" {
            differs on_batch_begin => on_train_batch_begin, "here it has every batch, also those of validation and prediction";
            differs on_batch_end => on_train_batch_end, "here it has every batch, also those of validation and prediction";
            on_test_begin => on_valid_begin;
            on_test_batch_begin => on_valid_batch_begin;
            on_test_batch_end => on_valid_batch_end;
            on_test_end => on_valid_end;
            set_model => "ask for the learner in a handler, as in `model: Local<'_, Net>`";
            set_params => "ask for the settings in a handler, as in `epochs: &Epochs`";
            train_step, test_step => "write `forward` and `loss` of your `Learner`";
        }
        aliases "TensorFlow" {
            begin, after_create_session => on_fit_begin;
            before_run => on_train_batch_begin;
            after_run => on_train_batch_end;
            end => on_fit_end;
            before_save, after_save => "attach `Checkpoint`, and name what the callback remembers: `#[callback(persist(best))]`";
        }
        aliases "Lightning" {
            setup => on_enter;
            teardown => on_exit;
            on_fit_start, on_train_start, on_pretrain_routine_start, on_pretrain_routine_end => on_fit_begin;
            differs on_train_end => on_fit_end;
            on_train_epoch_start, on_epoch_start => on_epoch_begin;
            on_train_epoch_end, training_epoch_end => on_epoch_end;
            on_train_batch_start, on_batch_start => on_train_batch_begin;
            on_before_batch_transfer, transfer_batch_to_device, on_after_batch_transfer => on_batch_begin;
            training_step_end => on_train_batch_after_loss;
            on_before_zero_grad => on_train_batch_before_backward, "there are no gradients to zero: each batch has its own";
            on_before_backward => on_train_batch_before_backward;
            on_after_backward => on_train_batch_before_step, "if gradients are accumulated, it fires once for each group of batches";
            on_before_optimizer_step => on_train_batch_before_step;
            on_validation_start, on_validation_epoch_start => on_valid_begin;
            on_validation_batch_start => on_valid_batch_begin;
            validation_step_end => on_valid_batch_after_loss;
            on_validation_batch_end => on_valid_batch_end;
            on_validation_epoch_end, on_validation_end, validation_epoch_end => on_valid_end;
            on_test_start, on_test_epoch_start => on_valid_begin, "`Trainer::evaluate` runs the validation pass alone";
            on_test_batch_start => on_valid_batch_begin, "`Trainer::evaluate` runs the validation pass alone";
            test_step_end => on_valid_batch_after_loss, "`Trainer::evaluate` runs the validation pass alone";
            on_test_batch_end => on_valid_batch_end, "`Trainer::evaluate` runs the validation pass alone";
            on_test_epoch_end, on_test_end, test_epoch_end => on_valid_end, "`Trainer::evaluate` runs the validation pass alone";
            on_predict_start, on_predict_epoch_start => on_predict_begin;
            on_predict_batch_start => on_predict_batch_begin;
            on_predict_epoch_end => on_predict_end;
            on_exception => on_fit_error, "Ctrl-C is no error here: it fires `on_interrupt`";
            on_keyboard_interrupt => on_interrupt;
            on_before_optimizer_setup => on_fit_begin, "the learner has its optimisers already; `Freeze` of the shelf freezes parameters";
            on_init_start, on_init_end, configure_model, configure_sharded_model, on_configure_sharded_model, on_post_move_to_device =>
                "write a constructor: a callback and a learner are values that you make";
            on_sanity_check_start, on_sanity_check_end => "try the trainer with `SanityCheck` of the shelf";
            on_save_checkpoint, on_load_checkpoint, state_dict, load_state_dict, on_hpc_save, on_hpc_load =>
                "name what the callback remembers: `#[callback(persist(best))]`";
            state_key => "give the callback a name: `#[callback(name = \"best\")]`";
            forward => "write `forward` of your `Learner`";
            training_step, validation_step, test_step => "write `forward` and `loss` of your `Learner`";
            predict_step => "write `forward` of your `Learner`, which gets the phase";
            backward, manual_backward => "write `backward` of your `Learner`";
            optimizer_step => "write `step` of your `Learner`";
            optimizer_zero_grad, on_validation_model_zero_grad => "write nothing: each batch has gradients of its own";
            configure_optimizers => "write `step` and `optimizers` of your `Learner`, and `Trainer::learning_rate`";
            lr_scheduler_step, configure_schedulers => "attach `RateSchedule` of the shelf";
            configure_gradient_clipping => "attach `ClipGradients` of the shelf";
            configure_callbacks => "attach callbacks with `.callback(…)`";
            prepare_data => "prepare the batches before the call of `Trainer::fit`";
            train_dataloader, on_train_dataloader => "give the batches to `Trainer::fit`";
            val_dataloader, on_val_dataloader => "give the batches to `Trainer::valid`";
            test_dataloader, on_test_dataloader => "give the batches to `Trainer::evaluate`";
            predict_dataloader, on_predict_dataloader => "give the batches to `Trainer::predict`";
            on_validation_model_eval, on_validation_model_train, on_test_model_eval, on_test_model_train, on_predict_model_eval,
            on_predict_model_train => "look at the phase that `forward` of your `Learner` gets";
        }
        aliases "Lightning 1" {
            differs on_batch_end => on_train_batch_end, "here it has every batch, also those of validation and prediction";
        }
        aliases "fastai" {
            after_create => on_enter, "it fires at the beginning of each run";
            before_fit => on_fit_begin;
            before_epoch => on_epoch_begin;
            before_train => on_train_begin;
            before_batch => on_batch_begin;
            after_pred => on_batch_after_pred;
            after_loss => on_batch_after_loss;
            before_backward => on_train_batch_before_backward;
            after_backward => on_train_batch_before_step, "if gradients are accumulated, it fires once for each group of batches";
            before_step => on_train_batch_before_step;
            after_step => on_train_batch_after_step;
            after_batch => on_batch_end;
            after_train => on_train_end;
            before_validate => on_valid_begin;
            after_validate => on_valid_end;
            after_epoch => on_epoch_end;
            after_fit => on_fit_end, "after an error only `on_fit_error` and `on_exit` run";
            after_cancel_step => "ask for `&mut SkipStep` at `on_train_batch_before_step`";
            after_cancel_batch => on_batch_end, "it fires also for a batch that a handler leaves";
            after_cancel_train => on_train_end, "it fires also for a pass that a handler leaves";
            after_cancel_validate => on_valid_end, "it fires also for a pass that a handler leaves";
            after_cancel_epoch => on_epoch_end, "it fires also for an epoch that a handler leaves";
            after_cancel_fit => on_stop;
        }
        aliases "fastai 1" {
            on_loss_begin => on_batch_after_pred;
            on_backward_begin => on_train_batch_before_backward;
            on_backward_end => on_train_batch_before_step;
        }
        aliases "Hugging Face", "fastai 1" {
            on_step_end => on_update_end;
        }
        aliases "Hugging Face" {
            on_init_end => "write a constructor: a callback and a learner are values that you make";
            differs on_epoch_end => on_train_end, "the evaluation of the epoch comes after it there";
            on_step_begin => on_train_batch_begin, "if gradients are accumulated, it fires for each batch of a group";
            on_substep_end => on_train_batch_end, "it fires also for the batch that completes a group";
            on_pre_optimizer_step => on_train_batch_before_step;
            on_optimizer_step => on_train_batch_after_step;
            on_evaluate => on_valid_end;
            on_prediction_step => on_valid_batch_end, "in a prediction, `on_predict_batch_end`";
            on_predict => on_predict_end;
            on_log => on_epoch_end, "ask for `&Record`: it has what was logged";
            on_save => "attach `Checkpoint`, and name what the callback remembers: `#[callback(persist(best))]`";
            on_push_begin => "write it at `on_exit`: nothing is pushed to a hub";
        }
        aliases "ignite" {
            started => on_fit_begin;
            epoch_started => on_epoch_begin;
            get_batch_started => "write a source of batches, such as a closure of the epoch";
            get_batch_completed, iteration_started => on_train_batch_begin;
            iteration_completed => on_train_batch_end;
            dataloader_stop_iteration => on_train_end;
            epoch_completed => on_epoch_end;
            completed => on_fit_end;
            exception_raised => on_fit_error;
            terminate => on_stop;
            terminate_single_epoch => on_epoch_end, "it fires also for an epoch that a handler leaves";
        }
        aliases "TorchTNT" {
            on_train_start => on_fit_begin;
            differs on_train_end => on_fit_end;
            on_train_epoch_start => on_epoch_begin;
            on_train_epoch_end => on_train_end, "TorchTNT evaluates after it, and Lightning before";
            on_train_get_next_batch_end, on_train_step_start => on_train_batch_begin;
            on_train_step_end => on_train_batch_end;
            on_eval_start, on_eval_epoch_start => on_valid_begin;
            on_eval_get_next_batch_end, on_eval_step_start => on_valid_batch_begin;
            on_eval_step_end => on_valid_batch_end;
            on_eval_epoch_end, on_eval_end => on_valid_end;
            on_predict_start, on_predict_epoch_start => on_predict_begin;
            on_predict_get_next_batch_end, on_predict_step_start => on_predict_batch_begin;
            on_predict_step_end => on_predict_batch_end;
            on_predict_epoch_end => on_predict_end;
            on_exception => on_fit_error, "Ctrl-C is no error here: it fires `on_interrupt`";
        }
        aliases "skorch" {
            initialize => on_enter;
            on_grad_computed => on_train_batch_before_step;
        }
        aliases "PyTorch" {
            forward_pre_hook => on_batch_begin;
            forward_hook => on_batch_after_pred;
            full_backward_pre_hook => on_train_batch_before_backward;
            backward_hook, full_backward_hook, step_pre_hook, optimizer_step_pre_hook => on_train_batch_before_step;
            step_post_hook, optimizer_step_post_hook => on_train_batch_after_step;
            zero_grad => "write nothing: each batch has gradients of its own";
        }
        aliases "luz" {
            on_early_stopping => on_stop;
        }
        aliases "noether" {
            before_training => on_fit_begin;
            after_training => on_fit_end;
            track_after_accumulation_step => on_train_batch_end;
            track_after_update_step => on_update_end;
            periodic_callback => "write `#[every(epochs = 2)]` above a handler";
        }
        aliases "NetKet" {
            on_run_start => on_fit_begin;
            on_step_start => on_train_batch_begin;
            on_run_end => on_fit_end;
            on_run_error => on_fit_error;
        }
    }
}
