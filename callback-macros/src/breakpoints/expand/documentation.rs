//! What rustdoc says of a loop's constants, below what the user says.

use crate::breakpoints::model::{Breakpoint, Model, Role, Scope};
use crate::spelling::written;
use syn::Type;

/// When a breakpoint fires, and which state exists there, one string a line.
pub(super) fn of_breakpoint(model: &Model, breakpoint: &Breakpoint) -> Vec<String> {
    let mut lines = opening(&breakpoint.attributes);
    lines.push(format!(" {}", when(model, breakpoint)));
    if !breakpoint.available.is_empty() {
        let states: Vec<_> = breakpoint.available.iter().map(link).collect();
        lines.push(String::new());
        lines.push(format!(" State that exists here: {}.", states.join(", ")));
    }
    if let Some(answer) = &breakpoint.answer {
        lines.push(String::new());
        lines.push(format!(" Handlers here answer a {}.", link(answer)));
    }
    lines
}

/// Where a scope begins and ends.
pub(super) fn of_scope(model: &Model, scope: &Scope) -> Vec<String> {
    let mut lines = opening(&scope.attributes);
    let ends = [scope.begin, scope.end].map(|end| model.breakpoints.get(end));
    if let [Some(begin), Some(end)] = ends {
        let (begin, end) = (&begin.name, &end.name);
        lines.push(format!(
            " From [`{begin}`](Self::{begin}) to [`{end}`](Self::{end})."
        ));
    }
    lines
}

/// An empty line behind what the user says, if that is anything.
fn opening(attributes: &[crate::attributes::Attribute]) -> Vec<String> {
    let is_documented = attributes.iter().any(|attribute| attribute.is("doc"));
    if is_documented {
        vec![String::new()]
    } else {
        Vec::new()
    }
}

fn when(model: &Model, breakpoint: &Breakpoint) -> String {
    let scope = breakpoint.scope.and_then(|scope| model.scopes.get(scope));
    let scope = scope
        .map(|scope| format!("[`{0}`](Self::{0})", scope.name))
        .unwrap_or_default();
    match breakpoint.role {
        Role::Enter => {
            "Fires before everything else: a callback acquires what it needs.".to_owned()
        }
        Role::Begin => format!("Fires when {scope} begins."),
        Role::Inside => format!("Fires inside {scope}."),
        Role::End => format!("Fires when {scope} ends."),
        Role::Stop => {
            "Fires when the run was stopped, just before its outermost scope ends.".to_owned()
        }
        Role::Interrupt => {
            "Fires when the run was interrupted, just before its outermost scope ends.".to_owned()
        }
        Role::Error => "Fires when the run failed.".to_owned(),
        Role::Exit => {
            "Fires after everything else: a callback gives back what it acquired.".to_owned()
        }
    }
}

/// A link to a plain type; a generic one has no link of its own.
fn link(state: &Type) -> String {
    let written = written(state);
    let is_plain = written
        .chars()
        .all(|sign| sign.is_alphanumeric() || "_:".contains(sign));
    if is_plain {
        format!("[`{written}`]")
    } else {
        format!("`{written}`")
    }
}
