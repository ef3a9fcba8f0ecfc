//! Where scopes begin, end and stand.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::{Line, Scope};
use crate::errors::Errors;

/// A loop that goes nowhere is none.
pub(super) fn check_any(model: &Model, errors: &Errors) {
    // A line that could not be read may have been one.
    if model.scopes.is_empty() && errors.count() == 0 {
        let message =
            "a loop has at least one scope; write `scope RUN { on_run_begin; on_run_end; }`";
        errors.at(&model.name, message);
    }
}

/// A scope opens with its first line and closes with its last.
pub(super) fn check_ends(model: &Model, errors: &Errors) {
    // A line that could not be read may have been the missing one.
    for scope in scopes(model).filter(|scope| scope.is_whole) {
        let is_breakpoint = |line: Option<&Line>| matches!(line, Some(Line::Breakpoint(_)));
        let Scope { name, lines, .. } = scope;
        let wrong = match (is_breakpoint(lines.first()), is_breakpoint(lines.last())) {
            _ if lines.len() < 2 => {
                "a scope has two breakpoints at least, one where it begins and one where it ends"
            }
            (false, _) => "a scope opens with a breakpoint; write one as its first line",
            (_, false) => "a scope closes with a breakpoint; write one as its last line",
            (true, true) => continue,
        };
        errors.at(name, wrong);
    }
}

/// Between the scopes nothing happens.
pub(super) fn check_inside(model: &Model, errors: &Errors) {
    for line in &model.lines {
        if let Line::Breakpoint(breakpoint) = line {
            let name = &breakpoint.name;
            errors.at(
                name,
                format!("a breakpoint stands in a scope; put `{name}` between the braces of one"),
            );
        }
    }
}

/// A loop is in one phase at a time.
pub(super) fn check_phases(model: &Model, errors: &Errors) {
    for outer in scopes(model).filter(|scope| scope.phase.is_some()) {
        for inner in Line::all(&outer.lines).into_iter().filter_map(Line::scope) {
            if let Some(keyword) = &inner.phase {
                errors.at(
                    keyword,
                    format!("a phase inside the phase `{}`; write `scope`", outer.name),
                );
            }
        }
    }
}

fn scopes(model: &Model) -> impl Iterator<Item = &Scope> {
    Line::all(&model.lines).into_iter().filter_map(Line::scope)
}
