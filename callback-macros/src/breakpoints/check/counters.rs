//! What a loop counts.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::{Counts, Line, State};
use crate::errors::Errors;
use crate::spelling::written;
use crate::unit::{Unit, guess};
use proc_macro2::Ident;

/// A run counts from its begin to its end.
pub(super) fn check_at_the_loop(model: &Model, errors: &Errors) {
    for line in Line::all(&model.lines) {
        let states = match line {
            Line::Scope(scope) => &scope.states,
            Line::Breakpoint(breakpoint) => &breakpoint.states,
            Line::Ending(_) => continue,
        };
        for (state, counts) in counted(states) {
            let (name, state) = (&model.name, written(&state.of));
            errors.at(
                &counts.keyword,
                format!("what counts is there all of the time; declare `{state}` at the loop, as in `loop {name} with {state} as steps`"),
            );
        }
    }
}

/// A unit is one that a loop can count.
pub(super) fn check_units(model: &Model, errors: &Errors) {
    for (state, counts) in counted(&model.states) {
        let Some(unit) = &counts.unit else {
            let state = written(&state.of);
            errors.at(
                &counts.keyword,
                format!("expected a unit behind `as`, as in `{state} as steps`"),
            );
            continue;
        };
        match Unit::of(unit) {
            Some(Unit::Seconds) => errors.at(
                unit,
                "seconds are the clock's, and no loop counts them; leave this out, or write `as time` for simulated time",
            ),
            Some(_) => {}
            None => errors.at(unit, unknown(unit)),
        }
    }
}

fn unknown(unit: &Ident) -> String {
    let units = Unit::ALL.iter().map(|(word, _)| *word);
    let guess = guess(unit, units.filter(|word| *word != "seconds"));
    format!(
        "no unit is called `{unit}`{guess}\n\
         the units: `epochs`, `steps`, `micro_steps`, `samples`, `time`"
    )
}

/// A unit is counted in one place.
pub(super) fn check_once(model: &Model, errors: &Errors) {
    let units = counted(&model.states).filter_map(|(state, counts)| {
        let unit = counts.unit.as_ref()?;
        Some((state, unit, Unit::of(unit)?))
    });
    let units: Vec<_> = units.collect();
    for (index, (_, word, unit)) in units.iter().enumerate() {
        let first = units[..index].iter().find(|(_, _, first)| first == unit);
        if let Some((state, first, _)) = first {
            let (state, line) = (written(&state.of), first.span().start().line);
            errors.at(word, format!("`{word}` are counted already, by `{state}` on line {line}; leave one of them out"));
        }
    }
}

fn counted(states: &[State]) -> impl Iterator<Item = (&State, &Counts)> {
    states
        .iter()
        .filter_map(|state| Some((state, state.counts.as_ref()?)))
}
