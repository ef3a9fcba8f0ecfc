//! The rules of a declared loop.
//!
//! The files under `tests/ui/fail/` prove each file here in the folder of its name.

mod counters;
mod endings;
mod layout;
mod naming;
mod scopes;
mod states;

use super::model::Model;
use crate::errors::Errors;

/// Every rule; the model has left out already what would be told twice.
pub(crate) fn check(model: Model, errors: &Errors) -> Model {
    layout::check_one_loop(&model, errors);
    layout::check_unconditional(&model, errors);
    layout::check_number(&model, errors);
    naming::check_prefixes(&model, errors);
    naming::check_reserved(&model, errors);
    naming::check_once(&model, errors);
    naming::check_scope_names(&model, errors);
    naming::check_phase_free(&model, errors);
    scopes::check_any(&model, errors);
    scopes::check_ends(&model, errors);
    scopes::check_inside(&model, errors);
    scopes::check_phases(&model, errors);
    endings::check_known(&model, errors);
    endings::check_once(&model, errors);
    endings::check_outside(&model, errors);
    states::check_once(&model, errors);
    states::check_answers(&model, errors);
    counters::check_at_the_loop(&model, errors);
    counters::check_units(&model, errors);
    counters::check_once(&model, errors);
    model
}
