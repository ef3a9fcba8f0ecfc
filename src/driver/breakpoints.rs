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
    }
}
