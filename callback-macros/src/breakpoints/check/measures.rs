//! Checks the places where the record has what was measured before an update: `before_update measures;`.

use crate::breakpoints::model::Model;
use crate::errors::Errors;

/// The record of a round is complete where the round ends, and has all numbers there. Rejects:
///
/// ```text
/// after_step completes Step measures;
/// ```
pub(super) fn check_not_at_round_end(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        if let (Some(word), Some(_)) = (&breakpoint.measures, &breakpoint.completes) {
            errors.report(
                word,
                "the record is complete here already; write `measures` where the loop has not changed the parameters yet",
            );
        }
    }
}

/// Rejects an answer where callbacks of every loop look at what was measured:
///
/// ```text
/// on_update -> Verdict measures;
/// ```
pub(super) fn check_no_answer(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        if let (Some(word), Some(_)) = (&breakpoint.measures, &breakpoint.answer) {
            errors.report(
                word,
                "nothing is answered where callbacks look at what was measured; write it behind another breakpoint",
            );
        }
    }
}
