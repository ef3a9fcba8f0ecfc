//! Checks the attribute `#[every(…)]` as a whole; `clauses` and `clause_values` have the rules for what it contains.

use crate::attributes::Attribute;
use crate::callback::model::{Handler, Model};
use crate::callback::syntax::EveryAttribute;
use crate::errors::Errors;
use syn::Lit;

/// The breakpoints that fire once in a run.
const ONCE_IN_A_RUN: [&str; 2] = ["on_enter", "on_exit"];

/// The attribute belongs on a handler. Rejects:
///
/// ```text
/// #[every(steps = 10)]
/// fn print(&self) {}
/// ```
pub(super) fn check_on_handlers(model: &Model, errors: &Errors) {
    for item in &model.block.items {
        let function = item.function.as_ref();
        let Some(function) = function.filter(|function| !function.is_handler()) else {
            continue;
        };
        if model.is_misnamed(function) {
            continue;
        }
        let is_every = |attribute: &&Attribute| attribute.is("every");
        for attribute in item.attributes.iter().filter(is_every) {
            let name = function.name();
            errors.report(attribute, format!("only a handler has a period; name `{name}` after a breakpoint, or put `#[on(…)]` above it"));
        }
    }
}

/// The handler's breakpoints fire more than once in a run. Rejects:
///
/// ```text
/// #[every(steps = 10)]
/// fn on_enter(&self) {}
/// ```
pub(super) fn check_breakpoint_repeats(handler: &Handler, model: &Model, errors: &Errors) {
    let mut names = handler
        .matches()
        .filter_map(|each| model.breakpoint(each.index))
        .map(|breakpoint| breakpoint.name.as_str());
    let once = names.find(|name| ONCE_IN_A_RUN.contains(name));
    if let (Some(name), Some(every)) = (once, handler.every.first()) {
        errors.report(&every.attribute, format!("`{name}` fires once in a run, so that a handler there has no period; remove this, or put what repeats into another function"));
    }
}

/// The clauses are in parentheses. Rejects:
///
/// ```text
/// #[every = 10]
/// ```
pub(super) fn check_parentheses(every: &EveryAttribute, errors: &Errors) {
    if let Some(value) = &every.tokens_after_equals {
        let number = match syn::parse2(value.clone()) {
            Ok(Lit::Int(number)) => number.to_string(),
            _ => "10".to_owned(),
        };
        errors.report(
            &every.attribute.tokens,
            format!("`every` takes its words in parentheses; write `#[every(steps = {number})]`"),
        );
    }
}

/// The attribute has a clause. Rejects:
///
/// ```text
/// #[every]
/// #[every()]
/// ```
pub(super) fn check_not_empty(every: &EveryAttribute, errors: &Errors) {
    if every.clauses.is_empty() && every.tokens_after_equals.is_none() {
        errors.report(
            &every.attribute,
            "this names no period; write one, as in `#[every(steps = 10)]`",
        );
    }
}
