//! The rules that a declared loop must keep.
//!
//! The documentation of a rule says what the rule demands, and then shows code that the rule rejects. Each file has its UI tests in the
//! folder of its name under `tests/ui/fail/`.

mod aliases;
mod answers;
mod availability;
mod counters;
mod declaration;
mod declared_names;
mod endings;
mod measures;
mod polls;
mod rounds;
mod scopes;

use super::model::Model;
use crate::errors::Errors;

/// Applies every rule. The model already lacks what would cause a second error for the same mistake.
pub(crate) fn check(model: Model, errors: &Errors) -> Model {
    counters::check_counted(&model, errors);
    declaration::check_one_loop(&model, errors);
    declaration::check_unconditional(&model, errors);
    declaration::check_breakpoint_count(&model, errors);
    declared_names::check_prefixes(&model, errors);
    declared_names::check_reserved(&model, errors);
    declared_names::check_breakpoints_unique(&model, errors);
    declared_names::check_scope_names(&model, errors);
    declared_names::check_phase_free_names(&model, errors);
    scopes::check_any(&model, errors);
    scopes::check_begin_and_end(&model, errors);
    scopes::check_breakpoints_inside(&model, errors);
    scopes::check_phases_not_nested(&model, errors);
    endings::check_known(&model, errors);
    endings::check_unique(&model, errors);
    endings::check_outside_scopes(&model, errors);
    availability::check_declared_once(&model, errors);
    answers::check_not_at_begin_or_end(&model, errors);
    counters::check_declared_by_loop(&model, errors);
    counters::check_units(&model, errors);
    counters::check_unique(&model, errors);
    counters::check_counted_once(&model, errors);
    measures::check_not_at_round_end(&model, errors);
    measures::check_no_answer(&model, errors);
    polls::check_not_at_end(&model, errors);
    polls::check_no_answer(&model, errors);
    aliases::check_outside_scopes(&model, errors);
    aliases::check_breakpoints(&model, errors);
    aliases::check_differs(&model, errors);
    aliases::check_unique(&model, errors);
    aliases::check_texts(&model, errors);
    rounds::check_one_counter(&model, errors);
    rounds::check_no_answer(&model, errors);
    rounds::check_end_of_counted_scope(&model, errors);
    rounds::check_counted_scopes_complete(&model, errors);
    rounds::check_counters_declared(&model, errors);
    rounds::check_whole_counters(&model, errors);
    model
}
