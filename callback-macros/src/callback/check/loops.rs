//! Checks the loops that a block serves.

use crate::callback::model::{Handler, Loop, Model};
use crate::callback::syntax::ArgumentName;
use crate::errors::Errors;
use crate::spelling::format_tokens;

/// A loop is named once. Rejects:
///
/// ```text
/// #[callback(Fit, Fit)]
/// ```
pub(super) fn check_unique(model: &Model, errors: &Errors) {
    let paths: Vec<_> = model.arguments.loops().collect();
    for (index, path) in paths.iter().enumerate() {
        let text = format_tokens(path);
        if paths[..index]
            .iter()
            .any(|first| format_tokens(first) == text)
        {
            errors.report(
                path,
                format!("the loop `{text}` a second time; name it once"),
            );
        }
    }
}

/// Each loop has a handler in the block, unless the block provides state. Rejects:
///
/// ```text
/// #[callback(Fit, Driver)]
/// impl PrintLoss {
///     fn on_epoch_end(&self) {}
/// }
/// ```
pub(super) fn check_served(model: &Model, errors: &Errors) {
    if model.arguments.value(ArgumentName::Provides).is_some() {
        return;
    }
    if model.is_incomplete()
        || has_unknown_breakpoint(model)
        || has_every_without_handler(model)
        || model.misnamed_functions().next().is_some()
    {
        // The missing handler may be the function about which another rule, or rustc, reports an error.
        return;
    }
    if model.handlers.is_empty() {
        let names: Vec<_> = model.loops.iter().map(quoted_name).collect();
        return errors.report(&model.header.self_type, no_handler(&names.join(", ")));
    }
    for (loop_index, each) in model.loops.iter().enumerate() {
        if !is_served(loop_index, model) {
            errors.report(&each.path, no_handler(&quoted_name(each)));
        }
    }
}

/// `Rounds` stands for every loop that has rounds, and no such loop is named beside it. Rejects:
///
/// ```text
/// #[callback(Rounds, Fit)]
/// ```
pub(super) fn check_served_once(model: &Model, errors: &Errors) {
    let Some(second) = second_of_one_loop(model) else {
        return;
    };
    let second = &model.loops[second];
    let (rounds, with_rounds): (Vec<_>, Vec<_>) = model
        .loops
        .iter()
        .filter(|each| each.info.is_trait || each.info.has_rounds)
        .partition(|each| each.info.is_trait);
    if let ([rounds, ..], [with_rounds, ..]) = (&rounds[..], &with_rounds[..]) {
        let (rounds, name) = (quoted_name(rounds), quoted_name(with_rounds));
        errors.report(
            &second.path,
            format!("a block for {rounds} serves {name} already, which has rounds; name one of the two, and write a second callback for what the other one needs"),
        );
    }
}

/// Removes the loops from the first on that [`check_served_once`] refuses, because rustc would report a second impl.
pub(super) fn remove_served_twice(model: &mut Model) {
    if let Some(second) = second_of_one_loop(model) {
        model.loops.truncate(second);
    }
}

/// Returns the index of the first loop that a loop before it serves, too: one with rounds after `Rounds`, or `Rounds` after it.
fn second_of_one_loop(model: &Model) -> Option<usize> {
    let first = |is: fn(&Loop) -> bool| model.loops.iter().position(is);
    let rounds = first(|each| each.info.is_trait)?;
    let with_rounds = first(|each| each.info.has_rounds)?;
    Some(rounds.max(with_rounds))
}

fn is_served(loop_index: usize, model: &Model) -> bool {
    let mut matches = model.handlers.iter().flat_map(Handler::matches);
    matches.any(|each| each.index.loop_index == loop_index)
}

fn quoted_name(each: &Loop) -> String {
    format!("`{}`", each.info.name)
}

fn no_handler(loops: &str) -> String {
    format!(
        "no handler for {loops} in this block\n\
         a handler is a function named after a breakpoint, or one with `#[on(…)]`"
    )
}

/// Whether a handler refers to a breakpoint that no loop has, or to none.
fn has_unknown_breakpoint(model: &Model) -> bool {
    let mut handlers = model.handlers.iter().map(|handler| &handler.breakpoints);
    handlers.any(|breakpoints| {
        breakpoints.is_empty()
            || breakpoints
                .iter()
                .any(|breakpoint| breakpoint.matches.is_empty())
    })
}

/// Whether a function that is no handler has an `#[every(…)]`.
fn has_every_without_handler(model: &Model) -> bool {
    let functions = model
        .block
        .items
        .iter()
        .filter_map(|item| item.function.as_ref());
    let mut others = functions.filter(|function| !function.is_handler());
    others.any(|function| function.every_attributes().next().is_some())
}
