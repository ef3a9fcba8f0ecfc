//! Checks the places at which callbacks poll: `on_step_start polls;`.

use crate::breakpoints::model::{Model, Role};
use crate::errors::Errors;

/// The end of a scope or a round is a place to poll already. Rejects:
///
/// ```text
/// scope STEP { before_step; after_step polls; }
/// on_step_end completes Step polls;
/// ```
pub(super) fn check_not_at_end(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        let is_end = breakpoint.role == Role::End || breakpoint.completes.is_some();
        if let (true, Some(word)) = (is_end, &breakpoint.polls) {
            errors.report(
                word,
                "callbacks poll at the end of every scope and round already; leave this out",
            );
        }
    }
}

/// Rejects an answer where callbacks poll, because those of every loop do:
///
/// ```text
/// on_update -> Verdict polls;
/// ```
pub(super) fn check_no_answer(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        if let (Some(word), Some(_)) = (&breakpoint.polls, &breakpoint.answer) {
            errors.report(
                word,
                "nothing is answered where callbacks poll; write it behind another breakpoint",
            );
        }
    }
}
