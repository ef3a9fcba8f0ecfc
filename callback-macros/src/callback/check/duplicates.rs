//! Checks that no two handlers of a block compete for a breakpoint.

use crate::callback::model::{Handler, Match, Model, best_matches};
use crate::errors::{Errors, line_of};

/// Two handlers whose names are equally specific do not share a breakpoint, because their order would be undefined. Rejects:
///
/// ```text
/// fn on_epoch_end(&self) {}
///
/// #[on(epoch_end)]
/// fn print(&self) {}
/// ```
pub(super) fn check_one_per_breakpoint(handler: &Handler, model: &Model, errors: &Errors) {
    let matches = best_matches(handler);
    let earlier = model
        .handlers
        .iter()
        .take_while(|first| first.index < handler.index);
    for first in earlier.filter(|first| can_coexist(first, handler)) {
        let first_matches = best_matches(first);
        if let Some(shared) = matches.iter().find(|each| first_matches.contains(each)) {
            report(handler, first, *shared, model, errors);
            return;
        }
    }
}

/// Whether both handlers can be in one build. rustc reports two functions with the same name, and conditions may exclude each other.
fn can_coexist(first: &Handler, second: &Handler) -> bool {
    first.name() != second.name() && !(first.is_conditional() && second.is_conditional())
}

fn report(second: &Handler, first: &Handler, shared: Match, model: &Model, errors: &Errors) {
    let reference = second
        .breakpoints
        .iter()
        .find(|breakpoint| breakpoint.matches.contains(&shared));
    let ident = reference.map_or(second.name(), |reference| &reference.ident);
    let breakpoint = model
        .breakpoint(shared.index)
        .map_or("", |breakpoint| &breakpoint.name);
    let (name, line) = (first.name(), line_of(first.name()));
    let remedy = if first.every.is_empty() && second.every.is_empty() {
        "put both into one function"
    } else {
        // One function has one period.
        "put one of them into a callback of its own"
    };
    errors.report(
        ident,
        format!("a second handler at `{breakpoint}`, beside `{name}` on line {line}; {remedy}"),
    );
}
