//! The loops that a block serves.

use crate::callback::model::Model;
use crate::callback::syntax::Word;
use crate::errors::Errors;
use crate::spelling::written;

/// Each is named once.
pub(super) fn check_named_once(model: &Model, errors: &Errors) {
    let named: Vec<_> = model.arguments.loops().collect();
    for (index, path) in named.iter().enumerate() {
        let text = written(path);
        if named[..index].iter().any(|first| written(first) == text) {
            errors.at(
                path,
                format!("the loop `{text}` a second time; name it once"),
            );
        }
    }
}

/// Each has a handler in the block, or state that the block brings.
pub(super) fn check_served(model: &Model, errors: &Errors) {
    if model.arguments.value(Word::Provides).is_some() {
        return;
    }
    if model.is_unsure() || misses_a_breakpoint(model) || has_stray_attribute(model) {
        // What is missing may be the handler that is misspelt or unfinished, and that is told already.
        return;
    }
    if model.handlers.is_empty() {
        let names: Vec<_> = model
            .loops
            .iter()
            .map(|each| format!("`{}`", each.facts.name))
            .collect();
        return errors.at(&model.head.self_type, no_handler(&names.join(", ")));
    }
    for (in_loop, each) in model.loops.iter().enumerate() {
        if !is_served(in_loop, model) {
            errors.at(&each.path, no_handler(&format!("`{}`", each.facts.name)));
        }
    }
}

fn is_served(in_loop: usize, model: &Model) -> bool {
    let requests = model.handlers.iter().flat_map(|handler| &handler.requests);
    let mut claims = requests.flat_map(|request| &request.places);
    claims.any(|claim| claim.place.in_loop == in_loop)
}

fn no_handler(loops: &str) -> String {
    format!(
        "no handler for {loops} in this block\n\
         a handler is a function named after a breakpoint, or one with `#[on(…)]`"
    )
}

/// Whether a function that is no handler says how often it runs.
fn has_stray_attribute(model: &Model) -> bool {
    let functions = model
        .block
        .items
        .iter()
        .filter_map(|item| item.function.as_ref());
    let mut strays = functions.filter(|function| !function.is_handler());
    strays.any(|function| function.every().next().is_some())
}

fn misses_a_breakpoint(model: &Model) -> bool {
    let mut requests = model.handlers.iter().map(|handler| &handler.requests);
    requests.any(|requests| {
        requests.is_empty() || requests.iter().any(|request| request.places.is_empty())
    })
}
