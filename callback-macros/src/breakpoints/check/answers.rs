//! Checks the answers that a loop asks its handlers for.

use crate::breakpoints::model::{Model, Role};
use crate::errors::Errors;

/// The breakpoints at which a scope begins and ends have no answer, because a run fires them by itself. Rejects:
///
/// ```text
/// scope RUN {
///     on_run_begin -> Verdict;
///     on_run_end;
/// }
/// ```
pub(super) fn check_not_at_begin_or_end(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        if let (Role::Begin | Role::End, Some(answer)) = (breakpoint.role, &breakpoint.answer) {
            errors.report(answer, "nothing is answered where a scope begins or ends; declare it at a breakpoint between them");
        }
    }
}
