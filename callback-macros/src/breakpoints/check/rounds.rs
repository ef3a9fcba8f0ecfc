//! The rounds of a loop, and the counters that its scopes advance.

use crate::breakpoints::model::{Breakpoint, Model};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use syn::Type;
use syn::ext::IdentExt;

/// Rejects a second breakpoint at which a round is complete:
///
/// ```text
/// on_step_end completes Step;
/// on_run_end completes Step;
/// ```
pub(super) fn check_one_end(model: &Model, errors: &Errors) {
    let mut ends = ends(model);
    let Some((first, _)) = ends.next() else {
        return;
    };
    for (_, counter) in ends {
        errors.report(
            counter,
            format!(
                "the rounds are complete at `{}` already; leave one of them out",
                first.name
            ),
        );
    }
}

/// Rejects an answer where a round is complete, because the callbacks of every loop run there:
///
/// ```text
/// on_step_end -> Verdict completes Step;
/// ```
pub(super) fn check_no_answer(model: &Model, errors: &Errors) {
    for (breakpoint, _) in ends(model) {
        if let Some(answer) = &breakpoint.answer {
            errors.report(
                answer,
                "nothing is answered where a round is complete; declare it at another breakpoint",
            );
        }
    }
}

/// Rejects rounds that do not end with the scope that counts them, because the run marks the record as complete where that scope ends:
///
/// ```text
/// scope STEP counts Step { before_step completes Step; after_step; }
/// ```
pub(super) fn check_end_of_counted_scope(model: &Model, errors: &Errors) {
    let Some((end, counter)) = model.round_end() else {
        return;
    };
    let scope = model.counting_scope(counter);
    let Some(last) = scope.and_then(|scope| model.breakpoints.get(scope.end)) else {
        return;
    };
    if last.name != end.name {
        let (counter_text, last) = (format_tokens(counter), last.name.unraw());
        errors.report(
            counter,
            format!(
                "the scope that counts `{counter_text}` ends at `{last}`, and the round is complete there; write `{last} completes {counter_text};`"
            ),
        );
    }
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

fn ends(model: &Model) -> impl Iterator<Item = (&Breakpoint, &Type)> {
    let breakpoints = model.breakpoints.iter();
    breakpoints.filter_map(|breakpoint| Some((breakpoint, breakpoint.completes.as_ref()?)))
}
