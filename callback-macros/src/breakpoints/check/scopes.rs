//! Checks the scopes of a loop: where they begin and end, and what they contain.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::{Line, Scope};
use crate::errors::Errors;

/// A loop has a scope. Rejects:
///
/// ```text
/// loop Drive { }
/// ```
pub(super) fn check_any(model: &Model, errors: &Errors) {
    // A line with a syntax error may have been the scope.
    if model.scopes.is_empty() && errors.is_empty() {
        let message =
            "a loop has at least one scope; write `scope RUN { on_run_begin; on_run_end; }`";
        errors.report(&model.name, message);
    }
}

/// The first line of a scope is the breakpoint at which it begins, the last line the one at which it ends. Rejects:
///
/// ```text
/// scope RUN {
///     scope EPOCH { … }
///     on_run_end;
/// }
/// ```
pub(super) fn check_begin_and_end(model: &Model, errors: &Errors) {
    // A line with a syntax error may have been the missing breakpoint.
    for scope in scopes(model).filter(|scope| scope.is_complete) {
        let is_breakpoint = |line: Option<&Line>| matches!(line, Some(Line::Breakpoint(_)));
        let Scope { name, lines, .. } = scope;
        let message = match (is_breakpoint(lines.first()), is_breakpoint(lines.last())) {
            _ if lines.len() < 2 => {
                "a scope has two breakpoints at least, one where it begins and one where it ends"
            }
            (false, _) => "a scope opens with a breakpoint; write one as its first line",
            (_, false) => "a scope closes with a breakpoint; write one as its last line",
            (true, true) => continue,
        };
        errors.report(name, message);
    }
}

/// A breakpoint is inside a scope. Rejects:
///
/// ```text
/// loop Drive {
///     on_start;
///     scope RUN { on_run_begin; on_run_end; }
/// }
/// ```
pub(super) fn check_breakpoints_inside(model: &Model, errors: &Errors) {
    for line in &model.lines {
        if let Line::Breakpoint(breakpoint) = line {
            let name = &breakpoint.name;
            errors.report(
                name,
                format!("a breakpoint stands in a scope; put `{name}` between the braces of one"),
            );
        }
    }
}

/// A phase contains no other phase, because a run is in one phase at a time. Rejects:
///
/// ```text
/// phase TRAIN {
///     on_train_begin;
///     phase VALID { on_valid_begin; on_valid_end; }
///     on_train_end;
/// }
/// ```
pub(super) fn check_phases_not_nested(model: &Model, errors: &Errors) {
    for outer in scopes(model).filter(|scope| scope.phase.is_some()) {
        let inner_scopes = Line::flatten(&outer.lines).into_iter();
        for inner in inner_scopes.filter_map(Line::scope) {
            if let Some(keyword) = &inner.phase {
                errors.report(
                    keyword,
                    format!("a phase inside the phase `{}`; write `scope`", outer.name),
                );
            }
        }
    }
}

fn scopes(model: &Model) -> impl Iterator<Item = &Scope> {
    Line::flatten(&model.lines)
        .into_iter()
        .filter_map(Line::scope)
}
