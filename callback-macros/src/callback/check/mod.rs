//! The rules of an annotated block. What is proven by types alone is not here: rustc says it, at the user's types.
//!
//! The files under `tests/ui/fail/` prove each file here in the folder of its name.

mod amounts;
mod arguments;
mod duplicates;
mod every;
mod generics;
mod lists;
mod loops;
mod names;
mod on;
mod parameters;
mod placement;
mod provisions;
mod qualifiers;
mod receiver;
mod relations;
mod returns;

use super::model::{Handler, Model};
use super::syntax::Annotated;
use crate::errors::Errors;

/// What has to hold before the loop's macro can be asked.
pub(crate) fn check_placement(annotated: &Annotated, errors: &Errors) {
    placement::check_block(&annotated.place, errors);
    if errors.count() > 0 || annotated.arguments.are_unreadable() {
        // The second stage, which judges them otherwise, is not reached.
        check_arguments(&annotated.arguments, errors);
    }
}

/// Every rule; what breaks one is left out of what is written.
pub(crate) fn check(mut model: Model, errors: &Errors) -> Model {
    placement::check_annotated_once(&model, errors);
    check_arguments(&model.arguments, errors);
    loops::check_named_once(&model, errors);
    loops::check_served(&model, errors);
    relations::check_of_others(&model, errors);
    generics::check_borrows_nothing(&model, errors);
    generics::check_registrable(&model, errors);
    on::check_on_functions(&model, errors);
    every::check_on_handlers(&model, errors);
    let sound = |handler: &Handler| errors.none_in(|| check_handler(handler, &model, errors));
    let sound: Vec<_> = model.handlers.iter().map(sound).collect();
    let mut sound = sound.into_iter();
    model.handlers.retain(|_| sound.next().unwrap_or(false));
    model
}

fn check_arguments(written: &super::syntax::Arguments, errors: &Errors) {
    arguments::check_readable(written, errors);
    arguments::check_known(written, errors);
    arguments::check_said_here(written, errors);
    arguments::check_once(written, errors);
    arguments::check_values(written, errors);
    lists::check_readable(written, errors);
    lists::check_filled(written, errors);
    lists::check_once(written, errors);
    relations::check_members(written, errors);
    relations::check_contradictions(written, errors);
    provisions::check_states(written, errors);
    provisions::check_makers(written, errors);
}

fn check_handler(handler: &Handler, model: &Model, errors: &Errors) {
    on::check_readable(handler, errors);
    on::check_names_breakpoints(handler, errors);
    on::check_once(handler, errors);
    check_every(handler, model, errors);
    names::check_breakpoint(handler, model, errors);
    names::check_phase(handler, model, errors);
    duplicates::check_alone(handler, model, errors);
    receiver::check_borrowed(handler, errors);
    qualifiers::check_plain(handler, errors);
    qualifiers::check_not_generic(handler, errors);
    parameters::check_number(handler, errors);
    parameters::check_no_impl(handler, errors);
    parameters::check_unconditional(handler, errors);
    parameters::check_lent(handler, errors);
    parameters::check_sized(handler, errors);
    parameters::check_ctx_alone(handler, errors);
    parameters::check_aliases(handler, errors);
    returns::check_owned(handler, errors);
}

fn check_every(handler: &Handler, model: &Model, errors: &Errors) {
    every::check_repeats(handler, model, errors);
    for every in &handler.every {
        every::check_parentheses(every, errors);
        every::check_readable(every, errors);
        every::check_known(every, errors);
        every::check_twice(every, errors);
        every::check_says_when(every, errors);
        every::check_once(every, errors);
        every::check_bounds(every, errors);
        every::check_predicates(every, errors);
        amounts::check_given(every, errors);
        amounts::check_numbers(every, errors);
    }
}
