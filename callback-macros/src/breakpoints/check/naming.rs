//! The names in a loop.

use crate::breakpoints::model::Model;
use crate::breakpoints::syntax::Line;
use crate::errors::Errors;
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Handlers are told from other functions by what their names begin with.
const PREFIXES: [&str; 3] = ["on_", "before_", "after_"];

/// Breakpoints that every loop has.
const RESERVED: [&str; 2] = ["on_enter", "on_exit"];

pub(super) fn check_prefixes(model: &Model, errors: &Errors) {
    for name in names(model) {
        let text = name.unraw().to_string();
        if !PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            errors.at(name, format!("the name of a breakpoint begins with `on_`, `before_` or `after_`; write `on_{text}`"));
        }
    }
}

/// Every loop has its enter and its exit already.
pub(super) fn check_reserved(model: &Model, errors: &Errors) {
    for name in names(model).filter(|name| RESERVED.iter().any(|reserved| name == reserved)) {
        errors.at(
            name,
            format!("every loop has `{name}` already; remove it, or choose another name"),
        );
    }
}

/// A breakpoint is one place.
pub(super) fn check_once(model: &Model, errors: &Errors) {
    let names: Vec<_> = names(model).collect();
    for (index, name) in names.iter().enumerate() {
        check_new(name, &names[..index], "breakpoint", errors);
    }
}

/// Scopes are constants, and one place as well.
pub(super) fn check_scope_names(model: &Model, errors: &Errors) {
    let names: Vec<_> = model.scopes.iter().map(|scope| &scope.name).collect();
    for (index, name) in names.iter().enumerate() {
        let text = name.unraw().to_string();
        let screaming = text.to_uppercase();
        if text != screaming {
            errors.at(
                name,
                format!("the name of a scope is written as a constant's; write `{screaming}`"),
            );
        }
        check_new(name, &names[..index], "scope", errors);
    }
}

fn check_new(name: &Ident, before: &[&Ident], what: &str, errors: &Errors) {
    if let Some(first) = before.iter().find(|first| *first == &name) {
        let line = first.span().start().line;
        errors.at(
            name,
            format!("a second {what} `{name}`; the first is on line {line}, rename one of them"),
        );
    }
}

/// A name without its phase means several breakpoints, and no other one.
pub(super) fn check_phase_free(model: &Model, errors: &Errors) {
    for breakpoint in &model.breakpoints {
        let Some(free) = &breakpoint.free else {
            continue;
        };
        if let Some(taken) = model.breakpoints.iter().find(|other| other.name == free) {
            let meant = &breakpoint.name;
            let name = &taken.name;
            errors.at(name, format!("`{name}` is the name of `{meant}` without its phase, and so of every phase's; choose another one"));
            return;
        }
    }
}

fn names(model: &Model) -> impl Iterator<Item = &Ident> {
    Line::all(&model.lines)
        .into_iter()
        .filter_map(Line::breakpoint)
}
