//! The generated documentation of a loop's constants, which follows the user's doc comments.

use super::aliases;
use crate::breakpoints::model::{Breakpoint, Model, Role, Scope};
use crate::spelling::format_tokens;
use syn::Type;
use syn::ext::IdentExt;

/// Describes when a breakpoint fires, which state exists there and what its handlers answer; one string for each line.
pub(super) fn document_breakpoint(model: &Model, breakpoint: &Breakpoint) -> Vec<String> {
    let mut lines = blank_line_after_user_docs(&breakpoint.attributes);
    lines.push(format!(" {}", describe_firing(model, breakpoint)));
    if breakpoint.measures.is_some() {
        lines.push(" The record has the numbers of the parameters before the update.".to_owned());
    }
    if breakpoint.polls.is_some() {
        lines.push(" Callbacks for every loop poll here.".to_owned());
    }
    if !breakpoint.available.is_empty() {
        let states: Vec<_> = breakpoint.available.iter().map(link).collect();
        lines.push(String::new());
        lines.push(format!(" State that exists here: {}.", states.join(", ")));
    }
    if let Some(answer) = &breakpoint.answer {
        lines.push(String::new());
        lines.push(format!(" Handlers here answer a {}.", link(answer)));
    }
    let name = breakpoint.name.unraw().to_string();
    lines.extend(aliases::document_names(model, &name));
    lines
}

/// Links the breakpoints at which a scope begins and ends.
pub(super) fn document_scope(model: &Model, scope: &Scope) -> Vec<String> {
    let mut lines = blank_line_after_user_docs(&scope.attributes);
    let bounds = [scope.begin, scope.end].map(|index| model.breakpoints.get(index));
    if let [Some(begin), Some(end)] = bounds {
        let (begin, end) = (&begin.name, &end.name);
        lines.push(format!(
            " From [`{begin}`](Self::{begin}) to [`{end}`](Self::{end})."
        ));
    }
    lines
}

fn blank_line_after_user_docs(attributes: &[crate::attributes::Attribute]) -> Vec<String> {
    let is_documented = attributes.iter().any(|attribute| attribute.is("doc"));
    if is_documented {
        vec![String::new()]
    } else {
        Vec::new()
    }
}

fn describe_firing(model: &Model, breakpoint: &Breakpoint) -> String {
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

/// Links a type by its path; rustdoc has no links to generic types with arguments.
fn link(ty: &Type) -> String {
    let text = format_tokens(ty);
    let is_path = text
        .chars()
        .all(|character| character.is_alphanumeric() || "_:".contains(character));
    if is_path {
        format!("[`{text}`]")
    } else {
        format!("`{text}`")
    }
}
