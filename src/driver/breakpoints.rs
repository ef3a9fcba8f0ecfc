//! The breakpoints of the variational driver's loop, in the order in which they fire.

use super::{Attempt, LogData, RejectedAttempts, Time, Verdict};
use crate::fit::{Step, Total};

crate::breakpoints! {
    /// The loop of a variational driver: steps of one attempt or more.
    ///
    /// The names and places are those of NetKet. An attempt begins with `on_step_start`; if its update is rejected, the next one
    /// does. A step has come to its end with `on_step_end`: the update has been made, and is counted. One that is rejected, or
    /// stopped half-way, has none.
    ///
    /// What is driven is state in all of them. Its [`Samples`](super::Samples) are empty but from sampling to the update of the
    /// parameters; its update exists from `on_compute_update_end` to `on_step_end`.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let mut plan = Plan::<Driver>::new();
    /// plan.on(Driver::before_parameter_update, |step: &Step, log: &mut LogData| log.set("updates_before", step.as_f64()));
    /// plan.on(Driver::on_step_end, |step: &Step, log: &LogData| println!("{step}: {log:.4}"));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    pub loop Driver with Step as steps, Time as time, Attempt, LogData, RejectedAttempts, Total {
        scope RUN {
            on_run_start;
            /// An attempt begins: the first of a step, or the one after a rejected one. Its log is empty.
            on_step_start;
            /// The place to inject samples: if they are set here, none are drawn.
            on_compute_update_start;
            /// The place to judge the update. All are asked, and any of them rejects.
            on_compute_update_end -> Verdict;
            /// The update has been accepted: the place to change it.
            before_parameter_update;
            /// The parameters are new, the step is counted.
            on_step_end;
            on_run_end;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_run_error;
    }
}
