//! The rules that an annotated block must keep. rustc checks what depends on types, at the user's tokens.
//!
//! The documentation of a rule says what the rule demands, and then shows code that the rule rejects. Each file has its UI tests in the
//! folder of its name under `tests/ui/fail/`.

mod argument_words;
mod arguments;
mod breakpoint_names;
mod clause_values;
mod clauses;
mod duplicates;
mod every;
mod generics;
mod lists;
mod loops;
mod on;
mod other_names;
mod parameters;
mod persist;
mod placement;
mod produces;
mod provisions;
mod qualifiers;
mod receiver;
mod relations;
mod returns;

use super::model::{Handler, Model};
use super::syntax::{Arguments, FirstStageInput};
use crate::errors::Errors;

/// Applies the rules for the attribute's place. If the second stage cannot follow, applies those for the arguments as well.
pub(crate) fn check_first_stage(input: &FirstStageInput, errors: &Errors) {
    placement::check_inherent_impl(&input.item, errors);
    if !errors.is_empty() || input.arguments.may_lack_a_path() {
        check_arguments(&input.arguments, errors);
    }
}

/// Applies every other rule, and removes the handlers that one of them refuses.
pub(crate) fn check(mut model: Model, errors: &Errors) -> Model {
    placement::check_one_attribute(&model, errors);
    check_arguments(&model.arguments, errors);
    loops::check_unique(&model, errors);
    loops::check_served_once(&model, errors);
    loops::check_served(&model, errors);
    relations::check_not_to_itself(&model, errors);
    generics::check_no_lifetimes(&model, errors);
    generics::check_registrable(&model, errors);
    generics::check_loops_known(&model, errors);
    other_names::check_not_handlers(&model, errors);
    on::check_on_functions(&model, errors);
    every::check_on_handlers(&model, errors);
    let passes = |handler: &Handler| errors.passes(|| check_handler(handler, &model, errors));
    let passes: Vec<_> = model.handlers.iter().map(passes).collect();
    let mut passes = passes.into_iter();
    model.handlers.retain(|_| passes.next().unwrap_or(false));
    loops::remove_served_twice(&mut model);
    model
}

fn check_arguments(arguments: &Arguments, errors: &Errors) {
    arguments::check_syntax(arguments, errors);
    arguments::check_known(arguments, errors);
    arguments::check_belongs_to_block(arguments, errors);
    arguments::check_unique(arguments, errors);
    arguments::check_values(arguments, errors);
    lists::check_syntax(arguments, errors);
    lists::check_not_empty(arguments, errors);
    lists::check_unique(arguments, errors);
    relations::check_entries(arguments, errors);
    relations::check_contradictions(arguments, errors);
    provisions::check_states(arguments, errors);
    provisions::check_constructors(arguments, errors);
    produces::check_names(arguments, errors);
    persist::check_function(arguments, errors);
    persist::check_fields(arguments, errors);
    persist::check_settings(arguments, errors);
}

fn check_handler(handler: &Handler, model: &Model, errors: &Errors) {
    on::check_syntax(handler, errors);
    on::check_not_empty(handler, errors);
    on::check_unique(handler, errors);
    check_every(handler, model, errors);
    breakpoint_names::check_known(handler, model, errors);
    breakpoint_names::check_phase(handler, model, errors);
    duplicates::check_one_per_breakpoint(handler, model, errors);
    receiver::check_borrows_self(handler, errors);
    qualifiers::check_none(handler, errors);
    qualifiers::check_not_generic(handler, errors);
    parameters::check_count(handler, errors);
    parameters::check_no_impl_trait(handler, errors);
    parameters::check_unconditional(handler, errors);
    parameters::check_not_static(handler, errors);
    parameters::check_borrows_once(handler, errors);
    parameters::check_sized(handler, errors);
    parameters::check_ctx_alone(handler, errors);
    parameters::check_aliases(handler, errors);
    returns::check_owned(handler, errors);
}

fn check_every(handler: &Handler, model: &Model, errors: &Errors) {
    every::check_breakpoint_repeats(handler, model, errors);
    for every in &handler.every {
        every::check_parentheses(every, errors);
        clauses::check_syntax(every, errors);
        clauses::check_known(every, errors);
        clauses::check_unique(every, errors);
        every::check_not_empty(every, errors);
        clauses::check_once(every, errors);
        clauses::check_bounds(every, errors);
        clauses::check_predicates(every, errors);
        clause_values::check_present(every, errors);
        clause_values::check_literals(every, errors);
    }
}
