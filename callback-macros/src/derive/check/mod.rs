//! The rules of a derive.
//!
//! The documentation of a rule says what the rule demands, and then shows code that the rule rejects. Each file has its UI tests in the
//! folder of its name under `tests/ui/fail/`.

mod derived_items;
mod field_attributes;

use super::model::Model;
use crate::errors::Errors;

/// Applies every rule. Returns `None` if the item has no fields that could be derived.
pub(crate) fn check(model: Model, errors: &Errors) -> Option<Model> {
    field_attributes::check_words(&model, errors);
    field_attributes::check_once(&model, errors);
    errors
        .passes(|| derived_items::check_struct(&model, errors))
        .then_some(model)
}
