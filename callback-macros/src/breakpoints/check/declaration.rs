//! Checks the declaration as a whole.

use crate::attributes::Attribute;
use crate::breakpoints::model::{MAX_BREAKPOINTS, Model};
use crate::breakpoints::syntax::Line;
use crate::errors::Errors;
use proc_macro2::Ident;

/// One `breakpoints!` declares one loop. Rejects:
///
/// ```text
/// breakpoints! {
///     loop Relax { … }
///     loop Anneal { … }
/// }
/// ```
pub(super) fn check_one_loop(model: &Model, errors: &Errors) {
    if let Some(first_token) = model.trailing.clone().into_iter().next() {
        errors.report(
            &first_token,
            "expected nothing after the loop; write a second `breakpoints!` for a second loop",
        );
    }
}

/// A line has no `cfg`, because a loop is the same for all of its callbacks, whichever features a build has. Rejects:
///
/// ```text
/// scope RUN {
///     on_run_begin;
///     #[cfg(test)]
///     on_step;
///     on_run_end;
/// }
/// ```
pub(super) fn check_unconditional(model: &Model, errors: &Errors) {
    let is_condition = |attribute: &&Attribute| attribute.is("cfg") || attribute.is("cfg_attr");
    for line in Line::flatten(&model.lines) {
        for attribute in line.attributes().iter().filter(is_condition) {
            errors.report(attribute, "a line of a loop cannot be conditional, because a loop is the same for all of its callbacks");
        }
    }
}

/// A loop has no more breakpoints than the runtime's bit set can contain. Rejects:
///
/// ```text
/// scope RUN { on_run_begin; on_step_1; on_step_2; … on_step_300; on_run_end; }
/// ```
pub(super) fn check_breakpoint_count(model: &Model, errors: &Errors) {
    let names: Vec<&Ident> = Line::flatten(&model.lines)
        .into_iter()
        .filter_map(Line::breakpoint_name)
        .collect();
    // `- 2`: no line declares `on_enter` or `on_exit`.
    if let Some(surplus) = names.get(MAX_BREAKPOINTS - 2) {
        errors.report(surplus, format!("a loop has at most {MAX_BREAKPOINTS} breakpoints, `on_enter` and `on_exit` included; make two loops of it"));
    }
}
