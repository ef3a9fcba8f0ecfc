//! Adaptors for closures that return a `bool`: each of them says what `true` means.

use super::Verdict;
use callback_runtime::{AnswerIf, Flow, answer_if};
use std::borrow::Cow;

/// Stops the run for `reason` when the closure returns `true`. For any breakpoint of any loop.
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .on(Driver::on_step_end, stop_if("deep enough", |well: &Well| well.x < 0.1));
/// let outcome = driver.run(100)?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("deep enough"));
/// assert_eq!(driver.step().get(), 4);
/// # Ok::<(), PlanError>(())
/// ```
pub fn stop_if<F>(reason: impl Into<Cow<'static, str>>, closure: F) -> AnswerIf<F, Flow> {
    answer_if(closure, Flow::stop(reason), Flow::Continue)
}

/// Stops the run for `reason` when the closure returns `false`, as NetKet's legacy callables do.
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .on(Driver::before_parameter_update, stop_unless("seen enough", |step: &Step, _: &mut Record| step.get() < 3));
/// assert!(driver.run(100)?.stopped().is_some());
/// assert_eq!(driver.step().get(), 3);
/// # Ok::<(), PlanError>(())
/// ```
pub fn stop_unless<F>(reason: impl Into<Cow<'static, str>>, closure: F) -> AnswerIf<F, Flow> {
    answer_if(closure, Flow::Continue, Flow::stop(reason))
}

/// Rejects the update when the closure returns `true`. For `on_compute_update_end`.
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .on(Driver::on_compute_update_end, reject_if(|attempt: &Attempt| attempt.get() < 3));
/// driver.plan().on(Driver::on_step_end, |attempt: &Attempt| assert_eq!(attempt.get(), 3));
/// assert!(driver.run(1)?.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub fn reject_if<F>(closure: F) -> AnswerIf<F, Verdict> {
    answer_if(closure, Verdict::Reject, Verdict::Accept)
}
