//! The breakpoints of the variational driver's loop, in the order in which they fire.

use super::{Attempt, RejectedAttempts, Time, Verdict};
use crate::fit::{Step, Total};

crate::breakpoints! {
    /// The loop of a variational driver: steps of one or more attempts.
    ///
    /// The breakpoints have NetKet's names and places. Each attempt begins with `on_step_start`. A rejected update is followed by another
    /// attempt. At `on_step_end` the step is complete: the update has been applied, and the step is counted. An attempt that is rejected,
    /// and a step that is stopped before its update, have no `on_step_end`.
    ///
    /// The [driven system](super::Driven) is state at every breakpoint. Its [`Samples`](super::Samples) are present from sampling to the
    /// update of the parameters and empty elsewhere. Its update exists from `on_compute_update_end` to `on_step_end`.
    ///
    /// The [`Record`](crate::Record) of the step is empty when an attempt begins; the record of a rejected attempt is in
    /// [`RejectedAttempts`]. After a step that was stopped before its update, it is the record of the run's last complete step, or empty if
    /// there is none. After a failure it is the record of the attempt that failed.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let mut plan = Plan::<Driver>::new();
    /// plan.on(Driver::before_parameter_update, |step: &Step, record: &mut Record| record.set("updates_before", step.as_f64()));
    /// plan.on(Driver::on_step_end, |step: &Step, record: &Record| println!("{step}: {record:.4}"));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    pub loop Driver with Step as steps by hand, Time as time by hand, Attempt, RejectedAttempts, Total {
        scope RUN {
            on_run_start;
            /// An attempt begins: the first one of a step, or the next one after a rejection. The record is empty.
            on_step_start polls;
            /// The place to inject samples: none are drawn if a handler sets them here.
            on_compute_update_start;
            /// The place to judge the update. All handlers run, and one rejection rejects the update.
            on_compute_update_end -> Verdict;
            /// The update is accepted: the place to change it.
            before_parameter_update measures;
            /// The parameters are updated, and the step is counted.
            on_step_end completes Step;
            on_run_end;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_run_error;

        aliases "Fit", "Keras" {
            on_epoch_begin, on_train_batch_begin => on_step_start;
            on_epoch_end, on_train_batch_end => on_step_end;
        }
        aliases "Fit" {
            on_fit_begin => on_run_start;
            on_train_batch_before_step => before_parameter_update;
            on_train_batch_after_step, on_update_end => on_step_end;
            on_fit_end => on_run_end;
            on_fit_error => on_run_error;
        }
        aliases "Keras", "Hugging Face" {
            on_train_begin => on_run_start;
            on_train_end => on_run_end;
        }
        aliases "Hugging Face" {
            on_step_begin => on_step_start;
            on_pre_optimizer_step => before_parameter_update;
            on_optimizer_step => on_step_end;
        }
        aliases "Lightning" {
            setup => on_enter;
            teardown => on_exit;
            on_fit_start, on_train_start => on_run_start;
            on_train_epoch_start, on_train_batch_start => on_step_start;
            on_after_backward, on_before_optimizer_step => before_parameter_update;
            on_train_epoch_end => on_step_end;
            on_exception => on_run_error, "Ctrl-C is no error here: it fires `on_interrupt`";
            on_save_checkpoint, on_load_checkpoint, state_dict, load_state_dict => "name what the callback remembers: `#[callback(persist(best))]`";
            training_step => "write `compute_loss_and_update` of your `Driven`";
            optimizer_step => "write `update_parameters` of your `Driven`";
        }
        aliases "fastai" {
            before_fit => on_run_start;
            before_epoch, before_batch => on_step_start;
            before_step => before_parameter_update;
            after_step, after_batch, after_epoch => on_step_end;
            after_fit => on_run_end, "after an error only `on_run_error` and `on_exit` run";
        }
        aliases "nvalchemi" {
            before_step => on_step_start, "fastai's comes before the update, and nvalchemi's before the computation";
            before_compute => on_compute_update_start;
            after_compute => on_compute_update_end;
            after_step => on_step_end;
        }
        aliases "ignite" {
            started => on_run_start;
            epoch_started, iteration_started => on_step_start;
            epoch_completed, iteration_completed => on_step_end;
            completed => on_run_end;
            exception_raised => on_run_error;
            terminate => on_stop;
        }
    }
}
