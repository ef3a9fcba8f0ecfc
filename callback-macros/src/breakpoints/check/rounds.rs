//! The rounds of a loop, and the counters that its scopes advance.

use crate::breakpoints::model::{Breakpoint, Model};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use syn::Type;
use syn::ext::IdentExt;

/// Rejects rounds that are counted by two counters, because a record has one number:
///
/// ```text
/// after_step completes Step;
/// after_sweep completes Sweep;
/// ```
pub(super) fn check_one_counter(model: &Model, errors: &Errors) {
    let Some((first, counter)) = model.round_end() else {
        return;
    };
    let (name, text) = (first.name.unraw(), format_tokens(counter));
    for (_, other) in model.round_ends() {
        if format_tokens(other) != text {
            errors.report(
                other,
                format!("the rounds at `{name}` are counted by `{text}`; write `completes {text}`"),
            );
        }
    }
}

/// Rejects an answer where a round is complete, because the callbacks of every loop run there:
///
/// ```text
/// on_step_end -> Verdict completes Step;
/// ```
pub(super) fn check_no_answer(model: &Model, errors: &Errors) {
    for (breakpoint, _) in model.round_ends() {
        if let Some(answer) = &breakpoint.answer {
            errors.report(
                answer,
                "nothing is answered where a round is complete; declare it at another breakpoint",
            );
        }
    }
}

/// Rejects rounds that do not end with a scope that counts them, because the run marks the record as complete where that scope ends:
///
/// ```text
/// scope STEP counts Step { before_step completes Step; after_step; }
/// ```
pub(super) fn check_end_of_counted_scope(model: &Model, errors: &Errors) {
    for (end, counter) in model.round_ends() {
        let ends = ends_of_counting_scopes(model, counter);
        if ends.is_empty() || ends.iter().any(|last| last.name == end.name) {
            continue;
        }
        let (text, last) = (format_tokens(counter), ends[0].name.unraw());
        errors.report(
            counter,
            format!(
                "the scope that counts `{text}` ends at `{last}`, and the round is complete there; write `{last} completes {text};`"
            ),
        );
    }
}

/// Rejects a scope that counts the rounds and does not complete them, if another one does:
///
/// ```text
/// scope WARM_STEP counts Step { before_warm_step; after_warm_step; }
/// scope STEP counts Step { before_step; after_step completes Step; }
/// ```
pub(super) fn check_counted_scopes_complete(model: &Model, errors: &Errors) {
    let Some((_, counter)) = model.round_end() else {
        return;
    };
    let text = format_tokens(counter);
    let ends = ends_of_counting_scopes(model, counter);
    if ends.iter().all(|last| last.completes.is_none()) {
        // `check_end_of_counted_scope` reports it.
        return;
    }
    for last in ends.iter().filter(|last| last.completes.is_none()) {
        let name = last.name.unraw();
        errors.report(
            &last.name,
            format!("a scope that counts `{text}` is a round, which is complete at its end; write `{name} completes {text};`"),
        );
    }
}

/// Returns the ends of the scopes that count with this.
fn ends_of_counting_scopes<'m>(model: &'m Model, counter: &Type) -> Vec<&'m Breakpoint> {
    let scopes = model.counting_scopes(counter);
    scopes
        .filter_map(|scope| model.breakpoints.get(scope.end))
        .collect()
}

/// Rejects a counter of a scope that the loop does not declare as one:
///
/// ```text
/// loop Newton { scope STEP counts Step { … } }
/// ```
pub(super) fn check_counters_declared(model: &Model, errors: &Errors) {
    let declared: Vec<_> = model
        .states
        .iter()
        .filter(|state| state.unit_clause.is_some())
        .map(|state| format_tokens(&state.ty))
        .collect();
    for counter in model.scopes.iter().flat_map(|scope| &scope.counters) {
        let text = format_tokens(counter);
        if !declared.contains(&text) {
            let name = &model.name;
            errors.report(
                counter,
                format!("`{text}` is not a counter of the loop; declare it, as in `loop {name} with {text} as steps`"),
            );
        }
    }
}

/// Rejects a scope that counts simulated time, which grows by other amounts than one:
///
/// ```text
/// loop Newton with Time as time { scope STEP counts Time { … } }
/// ```
pub(super) fn check_whole_counters(model: &Model, errors: &Errors) {
    let counters = model.scopes.iter().flat_map(|scope| &scope.counters);
    for counter in counters.filter(|counter| !model.counts_by_one(counter)) {
        let text = format_tokens(counter);
        errors.report(
            counter,
            format!("`{text}` is simulated time, and a scope counts by one; set the time in the loop itself, and count with another type"),
        );
    }
}
