//! Checks the names of breakpoints and scopes in a declaration.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::Line;
use crate::errors::{Errors, line_of};
use crate::handler_name::has_handler_prefix;
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The breakpoints that every loop has.
const RESERVED: [&str; 2] = ["on_enter", "on_exit"];

/// A breakpoint has a prefix by which `#[callback]` recognizes its handlers. Rejects:
///
/// ```text
/// scope RUN { on_run_begin; step; on_run_end; }
/// ```
pub(super) fn check_prefixes(model: &Model, errors: &Errors) {
    for name in breakpoint_names(model) {
        let text = name.unraw().to_string();
        if !has_handler_prefix(&text) {
            errors.report(name, format!("the name of a breakpoint begins with `on_`, `before_` or `after_`; write `on_{text}`"));
        }
    }
}

/// `on_enter` and `on_exit` must not be declared, because every loop has them. Rejects:
///
/// ```text
/// scope RUN { on_enter; on_run_end; }
/// ```
pub(super) fn check_reserved(model: &Model, errors: &Errors) {
    for name in breakpoint_names(model) {
        let text = name.unraw().to_string();
        if RESERVED.contains(&text.as_str()) {
            errors.report(
                name,
                format!("every loop has `{text}` already; remove it, or choose another name"),
            );
        }
    }
}

/// No two breakpoints share a name. Rejects:
///
/// ```text
/// scope RUN { on_run_begin; on_step; on_step; on_run_end; }
/// ```
pub(super) fn check_breakpoints_unique(model: &Model, errors: &Errors) {
    let names: Vec<_> = breakpoint_names(model).collect();
    for (index, name) in names.iter().enumerate() {
        check_not_repeated(name, &names[..index], "breakpoint", errors);
    }
}

/// No two scopes share a name. The names are upper case, because a scope becomes a constant. Rejects:
///
/// ```text
/// scope RUN { … scope RUN { … } … }
/// scope Run { … }
/// ```
pub(super) fn check_scope_names(model: &Model, errors: &Errors) {
    let names: Vec<_> = model.scopes.iter().map(|scope| &scope.name).collect();
    for (index, name) in names.iter().enumerate() {
        let text = name.unraw().to_string();
        let upper_case = text.to_uppercase();
        if text != upper_case {
            errors.report(
                name,
                format!("the name of a scope is written as a constant's; write `{upper_case}`"),
            );
        }
        check_not_repeated(name, &names[..index], "scope", errors);
    }
}

fn check_not_repeated(name: &Ident, earlier: &[&Ident], kind: &str, errors: &Errors) {
    let is_same = |first: &&&Ident| first.unraw() == name.unraw();
    if let Some(first) = earlier.iter().find(is_same) {
        let line = line_of(first);
        errors.report(
            name,
            format!("a second {kind} `{name}`; the first is on line {line}, rename one of them"),
        );
    }
}

/// A phase-free name (`on_step` for `on_warm_step`) stands for that breakpoint in every phase; no breakpoint may bear it. Rejects:
///
/// ```text
/// phase WARM { on_warm_begin; on_warm_step; on_warm_end; }
/// phase MAIN { on_main_begin; on_step; on_main_end; }
/// ```
pub(super) fn check_phase_free_names(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        let Some(phase_free) = &breakpoint.phase_free else {
            continue;
        };
        let same_name = model
            .breakpoints
            .iter()
            .find(|other| other.name == phase_free);
        if let Some(other) = same_name {
            let (name, full_name) = (&other.name, &breakpoint.name);
            errors.report(name, format!("`{name}` is the name of `{full_name}` without its phase, and so of every phase's; choose another one"));
            // The same breakpoint of another phase would repeat this error.
            return;
        }
    }
}

fn breakpoint_names(model: &Model) -> impl Iterator<Item = &Ident> {
    Line::flatten(&model.lines)
        .into_iter()
        .filter_map(Line::breakpoint_name)
}
