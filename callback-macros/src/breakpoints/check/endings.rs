//! The endings of a run that have a breakpoint.

use crate::breakpoints::model::{Model, Role};
use crate::breakpoints::syntax::{Ending, Line};
use crate::errors::Errors;
use crate::spelling::nearest;

/// There are three.
pub(super) fn check_known(model: &Model, errors: &Errors) {
    for Ending { word, .. } in endings(&model.lines) {
        if Role::of_ending(word).is_some() {
            continue;
        }
        let guess = nearest(&word.to_string(), Role::ENDINGS.map(|(word, _)| word));
        let guess = guess
            .map(|guess| format!(": did you mean `{guess}`?"))
            .unwrap_or_default();
        errors.at(
            word,
            format!(
                "no ending is called `{word}`{guess}\nthe endings: `stop`, `interrupt`, `error`"
            ),
        );
    }
}

/// Each has one breakpoint at most.
pub(super) fn check_once(model: &Model, errors: &Errors) {
    let words: Vec<_> = endings(&model.lines).map(|ending| &ending.word).collect();
    for (index, word) in words.iter().enumerate() {
        if let Some(first) = words[..index].iter().find(|first| first == &word) {
            let line = first.span().start().line;
            errors.at(
                word,
                format!("`{word}` a second time; the first is on line {line}, keep one of them"),
            );
        }
    }
}

/// They belong to the run, not to a scope.
pub(super) fn check_outside(model: &Model, errors: &Errors) {
    for scope in model.lines.iter().filter_map(Line::scope) {
        for ending in endings(&scope.lines) {
            errors.at(
                &ending.word,
                "an ending belongs to the run; put it behind the scopes",
            );
        }
    }
}

fn endings(lines: &[Line]) -> impl Iterator<Item = &Ending> {
    Line::all(lines).into_iter().filter_map(|line| match line {
        Line::Ending(ending) => Some(ending),
        _ => None,
    })
}
