//! State and answers.

use crate::breakpoints::model::{Model, Role};
use crate::breakpoints::syntax::{Line, State};
use crate::errors::Errors;
use crate::spelling::written;
use syn::Type;

/// What exists already does not begin to exist.
pub(super) fn check_once(model: &Model, errors: &Errors) {
    let mut around = Vec::new();
    add(&model.states, &mut around, errors);
    check_lines(&model.lines, around, errors);
}

fn check_lines<'a>(lines: &'a [Line], mut around: Vec<&'a Type>, errors: &Errors) {
    for line in lines {
        match line {
            Line::Scope(scope) => {
                let mut inside = around.clone();
                add(&scope.states, &mut inside, errors);
                check_lines(&scope.lines, inside, errors);
            }
            Line::Breakpoint(breakpoint) => add(&breakpoint.states, &mut around, errors),
            Line::Ending(_) => {}
        }
    }
}

fn add<'a>(states: &'a [State], around: &mut Vec<&'a Type>, errors: &Errors) {
    for State { of: state, .. } in states {
        let text = written(state);
        if around.iter().any(|known| written(*known) == text) {
            errors.at(
                state,
                format!("`{text}` is there already; declare it once, where it begins to exist"),
            );
        } else {
            around.push(state);
        }
    }
}

/// The loop acts upon an answer, and a begin and its end happen whatever is answered.
pub(super) fn check_answers(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        if let (Role::Begin | Role::End, Some(answer)) = (breakpoint.role, &breakpoint.answer) {
            errors.at(answer, "nothing is answered where a scope begins or ends; declare it at a breakpoint between them");
        }
    }
}
