//! Checks the counters of a loop: `with Step as steps`.

use crate::breakpoints::model::{Counter, Model};
use crate::breakpoints::syntax::{ByHand, DeclaredState, Line, UnitClause};
use crate::errors::{Errors, line_of};
use crate::spelling::format_tokens;
use crate::unit::{Unit, suggest_name};
use proc_macro2::Ident;
use quote::quote;

/// A counter is declared by the loop itself, because a run counts from its begin to its end. Rejects:
///
/// ```text
/// scope RUN with Step as steps { on_run_begin; on_run_end; }
/// ```
pub(super) fn check_declared_by_loop(model: &Model, errors: &Errors) {
    for line in Line::flatten(&model.lines) {
        let states = match line {
            Line::Scope(scope) => &scope.states,
            Line::Breakpoint(breakpoint) => &breakpoint.states,
            Line::Ending(_) | Line::Aliases(_) => continue,
        };
        for (state, clause) in counters(states) {
            let (name, state) = (&model.name, format_tokens(&state.ty));
            errors.report(
                &clause.as_token,
                format!("a counter exists during the whole run; declare `{state}` at the loop, as in `loop {name} with {state} as steps`"),
            );
        }
    }
}

/// The word after `as` is a unit that a loop can count. Rejects:
///
/// ```text
/// loop Drive with Step as stpes { … }
/// loop Drive with Clock as seconds { … }
/// ```
pub(super) fn check_units(model: &Model, errors: &Errors) {
    for (state, clause) in counters(&model.states) {
        let Some(unit) = &clause.unit else {
            let state = format_tokens(&state.ty);
            errors.report(
                &clause.as_token,
                format!("expected a unit after `as`, as in `{state} as steps`"),
            );
            continue;
        };
        match Unit::from_ident(unit) {
            Some(Unit::Seconds) => errors.report(
                unit,
                "seconds are the clock's, and no loop counts them; leave this out, or write `as time` for simulated time",
            ),
            Some(_) => {}
            None => errors.report(unit, unknown_unit(unit)),
        }
    }
}

fn unknown_unit(unit: &Ident) -> String {
    let names = Unit::NAMES.iter().map(|(name, _)| *name);
    let suggestion = suggest_name(unit, names.filter(|name| *name != "seconds"));
    format!(
        "no unit is called `{unit}`{suggestion}\n\
         the units: `epochs`, `steps`, `micro_steps`, `samples`, `time`"
    )
}

/// Something counts: a scope or, in the words `by hand`, the loop itself. Rejects:
///
/// ```text
/// loop Relax with Step as steps { scope STEP { before_step; after_step; } }
/// ```
pub(super) fn check_counted(model: &Model, errors: &Errors) {
    // A line with a syntax error may have been the scope that counts.
    if !errors.is_empty() {
        return;
    }
    for counter in model.counters() {
        if counter.by_hand.is_none() && model.counting_scopes(counter.state).next().is_none() {
            errors.report(counter.unit_ident, uncounted(&counter));
        }
    }
}

fn uncounted(counter: &Counter<'_>) -> String {
    let (state, unit) = (format_tokens(counter.state), counter.unit.name());
    let by_hand = format!("`{state} as {unit} by hand`");
    match counter.unit.scope() {
        Some(scope) => format!(
            "nothing counts `{state}`; write `scope {scope} counts {state}` to have the run count, or {by_hand} if the loop counts by itself"
        ),
        // Simulated time does not grow by one.
        None => format!("nothing counts `{state}`; write {by_hand}, and let the loop set the time"),
    }
}

/// One of the two counts: the loop itself or a scope. Rejects:
///
/// ```text
/// loop Relax with Step as steps by hand { scope STEP counts Step { before_step; after_step; } }
/// ```
pub(super) fn check_counted_once(model: &Model, errors: &Errors) {
    for counter in model.counters() {
        let (Some(ByHand { by, hand }), Some(scope)) =
            (counter.by_hand, model.counting_scopes(counter.state).next())
        else {
            continue;
        };
        let (state, scope) = (format_tokens(counter.state), &scope.name);
        errors.report(
            &quote!(#by #hand),
            format!("the scope {scope} counts `{state}` already; leave `by hand` out, or `counts {state}`"),
        );
    }
}

/// A unit has one counter. Rejects:
///
/// ```text
/// loop Drive with Step as steps, Update as steps { … }
/// ```
pub(super) fn check_unique(model: &Model, errors: &Errors) {
    let counters = counters(&model.states).filter_map(|(state, clause)| {
        let ident = clause.unit.as_ref()?;
        Some((state, ident, Unit::from_ident(ident)?))
    });
    let counters: Vec<_> = counters.collect();
    for (index, (_, ident, unit)) in counters.iter().enumerate() {
        let first = counters[..index].iter().find(|(_, _, first)| first == unit);
        if let Some((state, first, _)) = first {
            let (state, line) = (format_tokens(&state.ty), line_of(first));
            errors.report(ident, format!("`{ident}` are counted already, by `{state}` on line {line}; leave one of them out"));
        }
    }
}

fn counters(states: &[DeclaredState]) -> impl Iterator<Item = (&DeclaredState, &UnitClause)> {
    states
        .iter()
        .filter_map(|state| Some((state, state.unit_clause.as_ref()?)))
}
