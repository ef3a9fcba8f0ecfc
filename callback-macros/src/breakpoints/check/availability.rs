//! Checks the places at which a loop declares its state.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::{DeclaredState, Line};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use syn::Type;

/// State that exists already is not declared again. Rejects:
///
/// ```text
/// scope RUN with Energy {
///     on_run_begin;
///     on_step with Energy;
///     on_run_end;
/// }
/// ```
pub(super) fn check_declared_once(model: &Model, errors: &Errors) {
    let mut available = Vec::new();
    check_states(&model.states, &mut available, errors);
    check_lines(&model.lines, available, errors);
}

fn check_lines<'a>(lines: &'a [Line], mut available: Vec<&'a Type>, errors: &Errors) {
    for line in lines {
        match line {
            Line::Scope(scope) => {
                let mut inner = available.clone();
                check_states(&scope.states, &mut inner, errors);
                check_lines(&scope.lines, inner, errors);
            }
            Line::Breakpoint(breakpoint) => {
                check_states(&breakpoint.states, &mut available, errors);
            }
            Line::Ending(_) | Line::Aliases(_) => {}
        }
    }
}

/// Adds `states` to `available`, and reports those that are in it already.
fn check_states<'a>(states: &'a [DeclaredState], available: &mut Vec<&'a Type>, errors: &Errors) {
    for DeclaredState { ty, .. } in states {
        let text = format_tokens(ty);
        if available.iter().any(|known| format_tokens(*known) == text) {
            errors.report(
                ty,
                format!("`{text}` is there already; declare it once, where it begins to exist"),
            );
        } else {
            available.push(ty);
        }
    }
}
