//! The loops that a block serves.

use crate::callback::model::{Model, path_text};
use crate::errors::Errors;

/// Each is named once.
pub(super) fn check_named_once(model: &Model, errors: &Errors) {
    let named: Vec<_> = model.arguments.loops().collect();
    for (index, path) in named.iter().enumerate() {
        let written = path_text(path);
        if named[..index]
            .iter()
            .any(|first| path_text(first) == written)
        {
            errors.at(
                path,
                format!("the loop `{written}` a second time; name it once"),
            );
        }
    }
}

/// Each has a handler in the block.
pub(super) fn check_served(model: &Model, errors: &Errors) {
    if model.is_unsure() || misses_a_breakpoint(model) {
        // What is missing may be the handler that is misspelt or unfinished, and the name is told already.
        return;
    }
    if model.handlers.is_empty() {
        let names: Vec<_> = model
            .loops
            .iter()
            .map(|each| format!("`{}`", each.facts.name))
            .collect();
        let names = names.join(", ");
        errors.at(&model.head.self_type, no_handler(&names));
        return;
    }
    let named: Vec<_> = model.arguments.loops().collect();
    for (in_loop, each) in model.loops.iter().enumerate() {
        let mut claims = model
            .handlers
            .iter()
            .flat_map(|handler| &handler.requests)
            .flat_map(|request| &request.places);
        let is_served = claims.any(|claim| claim.place.in_loop == in_loop);
        if let (false, Some(path)) = (is_served, named.get(in_loop)) {
            errors.at(path, no_handler(&format!("`{}`", each.facts.name)));
        }
    }
}

fn no_handler(loops: &str) -> String {
    format!(
        "no handler for {loops} in this block\n\
         a handler is a function named after a breakpoint, or one with `#[on(…)]`"
    )
}

fn misses_a_breakpoint(model: &Model) -> bool {
    let mut requests = model.handlers.iter().map(|handler| &handler.requests);
    requests.any(|requests| {
        requests.is_empty() || requests.iter().any(|request| request.places.is_empty())
    })
}
