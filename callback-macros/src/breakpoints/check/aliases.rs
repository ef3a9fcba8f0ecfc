//! Checks the names of other frameworks: `aliases "Keras" { on_test_begin => on_valid_begin; }`.

use crate::breakpoints::model::{Alias, Model};
use crate::breakpoints::syntax::Line;
use crate::errors::{Errors, line_of};
use crate::spelling::{did_you_mean, nearest};
use syn::LitStr;
use syn::ext::IdentExt;

/// Aliases are those of the whole loop. Rejects:
///
/// ```text
/// scope RUN {
///     on_run_begin;
///     aliases "Keras" { on_train_end => on_run_end; }
///     on_run_end;
/// }
/// ```
pub(super) fn check_outside_scopes(model: &Model, errors: &Errors) {
    let scopes = model.lines.iter().filter_map(Line::scope);
    for line in scopes.flat_map(|scope| Line::flatten(&scope.lines)) {
        if let Line::Aliases(aliases) = line {
            let message = "aliases are those of the whole loop; put them after the scopes";
            errors.report(&aliases.keyword, message);
        }
    }
}

/// The name after `=>` is a breakpoint of the loop, with or without its phase. Rejects:
///
/// ```text
/// aliases "Keras" { on_train_end => on_run_edn; }
/// ```
pub(super) fn check_breakpoints(model: &Model, errors: &Errors) {
    for alias in &model.aliases {
        let (Some(ident), Some(name)) = (&alias.breakpoint, alias.breakpoint()) else {
            continue;
        };
        if !has_breakpoint(model, &name) {
            let names = breakpoint_names(model);
            let suggestion = did_you_mean(nearest(&name, names.iter().map(String::as_str)));
            errors.report(
                ident,
                format!("the loop has no breakpoint `{ident}`{suggestion}"),
            );
        }
    }
}

/// The word `differs` marks the names that the loop has, too, and only those. Rejects:
///
/// ```text
/// aliases "Keras" { on_train_begin => on_fit_begin; }     // where the loop has an `on_train_begin`
/// aliases "Keras" { differs on_test_begin => on_valid_begin; }     // where it has no `on_test_begin`
/// aliases "Keras" { differs on_fit_end => on_fit_end; }
/// ```
pub(super) fn check_differs(model: &Model, errors: &Errors) {
    for alias in &model.aliases {
        let name = alias.name();
        let is_breakpoint = has_breakpoint(model, &name);
        if alias.breakpoint() == Some(name) {
            errors.report(
                &alias.name,
                "the hook has the name of the breakpoint; leave it out",
            );
        } else if is_breakpoint && alias.differs.is_none() {
            let name = &alias.name;
            errors.report(name, format!("`{name}` is a breakpoint of the loop; write `differs {name}` if the hook is another one"));
        } else if let (false, Some(differs)) = (is_breakpoint, &alias.differs) {
            let name = &alias.name;
            errors.report(
                differs,
                format!("the loop has no breakpoint `{name}`; leave `differs` out"),
            );
        }
    }
}

/// A framework has a hook once, and a hook of two frameworks that is not the same in both has a note. Rejects:
///
/// ```text
/// aliases "HF" { on_step_end => on_update_end; on_step_end => on_train_batch_end; }
/// aliases "fastai" { on_step_end => on_train_batch_after_step; }     // beside that of "HF"
/// ```
pub(super) fn check_unique(model: &Model, errors: &Errors) {
    for (index, second) in model.aliases.iter().enumerate() {
        let name = second.name();
        let mut earlier = model.aliases[..index].iter();
        let Some(first) = earlier.find(|first| first.name() == name) else {
            continue;
        };
        let line = line_of(&first.name);
        if share_a_framework(first, second) {
            let ident = &second.name;
            errors.report(
                ident,
                format!("`{ident}` a second time; the first is on line {line}, keep one of them"),
            );
        } else if first.breakpoint() != second.breakpoint() && second.note.is_none() {
            let ident = &second.name;
            errors.report(ident, format!("`{ident}` is another breakpoint on line {line}; say in a note how the hooks differ, as in `=> on_run_end, \"after the validation\"`"));
        }
    }
}

fn share_a_framework(first: &Alias, second: &Alias) -> bool {
    let mut frameworks = first.frameworks.iter().map(LitStr::value);
    frameworks.any(|each| second.frameworks.iter().any(|other| other.value() == each))
}

/// The names of frameworks and the notes are text on one line. Rejects:
///
/// ```text
/// aliases "" { on_train_end => on_run_end; }
/// ```
pub(super) fn check_texts(model: &Model, errors: &Errors) {
    for line in &model.lines {
        let Line::Aliases(aliases) = line else {
            continue;
        };
        let hooks = aliases.hooks.iter();
        let notes = hooks.filter_map(|hooks| hooks.note.as_ref());
        for text in aliases.frameworks.iter().chain(notes) {
            let value = text.value();
            if value.trim().is_empty() || value.contains(['\n', '\t']) {
                errors.report(text, "write text on one line, without tabs");
            }
        }
    }
}

/// Whether the loop has a breakpoint of this name, with or without its phase.
fn has_breakpoint(model: &Model, name: &str) -> bool {
    breakpoint_names(model).iter().any(|known| known == name)
}

/// Returns the names of the breakpoints, with and without their phases.
fn breakpoint_names(model: &Model) -> Vec<String> {
    let breakpoints = model.breakpoints.iter();
    let names = breakpoints.flat_map(|breakpoint| {
        let full = breakpoint.name.unraw().to_string();
        [Some(full), breakpoint.phase_free.clone()]
    });
    names.flatten().collect()
}
