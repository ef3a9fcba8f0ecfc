//! Checks the counters of a loop: `with Step as steps`.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::{DeclaredState, Line, UnitClause};
use crate::errors::{Errors, line_of};
use crate::spelling::format_tokens;
use crate::unit::{Unit, suggest_name};
use proc_macro2::Ident;

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
            Line::Ending(_) => continue,
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
