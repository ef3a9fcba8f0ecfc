//! A declaration as a whole.

use crate::attributes::Attribute;
use crate::breakpoints::model::{MOST_BREAKPOINTS, Model};
use crate::breakpoints::syntax::Line;
use crate::errors::Errors;
use proc_macro2::Ident;

/// Nothing stands behind the loop.
pub(super) fn check_one_loop(model: &Model, errors: &Errors) {
    if let Some(first) = model.rest.clone().into_iter().next() {
        errors.at(
            &first,
            "expected nothing behind the loop; write a second `breakpoints!` for a second loop",
        );
    }
}

/// Indices are the same whatever is compiled.
pub(super) fn check_unconditional(model: &Model, errors: &Errors) {
    let is_condition = |attribute: &&Attribute| attribute.is("cfg") || attribute.is("cfg_attr");
    for line in Line::all(&model.lines) {
        for attribute in line.attributes().iter().filter(is_condition) {
            errors.at(attribute, "a line of a loop cannot be conditional, because a loop is the same for all of its callbacks");
        }
    }
}

/// One bit for each breakpoint fits into four words.
pub(super) fn check_number(model: &Model, errors: &Errors) {
    // `on_enter` and `on_exit` are breakpoints too.
    let names: Vec<&Ident> = Line::all(&model.lines)
        .into_iter()
        .filter_map(Line::breakpoint)
        .collect();
    if let Some(surplus) = names.get(MOST_BREAKPOINTS - 2) {
        errors.at(surplus, format!("a loop has at most {MOST_BREAKPOINTS} breakpoints, `on_enter` and `on_exit` included; make two loops of it"));
    }
}
