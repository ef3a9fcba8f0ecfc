//! Checks the breakpoints of a run's endings: `stop => on_stop;`.

use crate::breakpoints::model::{Model, Role};
use crate::breakpoints::syntax::{Ending, Line};
use crate::errors::{Errors, line_of};
use crate::spelling::{did_you_mean, nearest};

/// The word before `=>` is an ending that a run can have. Rejects:
///
/// ```text
/// halt => on_halt;
/// ```
pub(super) fn check_known(model: &Model, errors: &Errors) {
    for Ending { keyword, .. } in endings(&model.lines) {
        if Role::from_ending(keyword).is_some() {
            continue;
        }
        let suggestion = did_you_mean(nearest(
            &keyword.to_string(),
            Role::ENDINGS.map(|(name, _)| name),
        ));
        errors.report(
            keyword,
            format!(
                "no ending is called `{keyword}`{suggestion}\nthe endings: `stop`, `interrupt`, `error`"
            ),
        );
    }
}

/// An ending has one breakpoint. Rejects:
///
/// ```text
/// stop => on_stop;
/// stop => on_halt;
/// ```
pub(super) fn check_unique(model: &Model, errors: &Errors) {
    let keywords: Vec<_> = endings(&model.lines)
        .map(|ending| &ending.keyword)
        .collect();
    for (index, keyword) in keywords.iter().enumerate() {
        if let Some(first) = keywords[..index].iter().find(|first| first == &keyword) {
            let line = line_of(first);
            errors.report(
                keyword,
                format!("`{keyword}` a second time; the first is on line {line}, keep one of them"),
            );
        }
    }
}

/// An ending is outside all scopes, because it belongs to the run. Rejects:
///
/// ```text
/// scope RUN {
///     on_run_begin;
///     stop => on_stop;
///     on_run_end;
/// }
/// ```
pub(super) fn check_outside_scopes(model: &Model, errors: &Errors) {
    for scope in model.lines.iter().filter_map(Line::scope) {
        for ending in endings(&scope.lines) {
            errors.report(
                &ending.keyword,
                "an ending belongs to the run; put it after the scopes",
            );
        }
    }
}

fn endings(lines: &[Line]) -> impl Iterator<Item = &Ending> {
    Line::flatten(lines)
        .into_iter()
        .filter_map(|line| match line {
            Line::Ending(ending) => Some(ending),
            _ => None,
        })
}
