//! `#[on(…)]`.

use crate::callback::model::{Handler, Model};
use crate::callback::syntax::Item;
use crate::errors::Errors;

/// It stands on a function.
pub(super) fn check_on_functions(model: &Model, errors: &Errors) {
    let others = model.block.items.iter().filter(|item| !item.is_function);
    for attribute in others.flat_map(Item::ours) {
        errors.at(
            attribute,
            "only a function can run at a breakpoint; remove this attribute, or put it on one",
        );
    }
}

/// It lists names, and a phase at most.
pub(super) fn check_readable(handler: &Handler, errors: &Errors) {
    for error in handler.function.on().filter_map(|on| on.unreadable) {
        errors.add(error);
    }
}

/// It names at least one breakpoint.
pub(super) fn check_names_breakpoints(handler: &Handler, errors: &Errors) {
    for on in handler.function.on() {
        if on.words.is_empty() && on.unreadable.is_none() {
            errors.at(
                &on.attribute,
                "this names no breakpoint; write one, as in `#[on(train_batch_end)]`",
            );
        }
    }
}

/// It names each breakpoint once.
pub(super) fn check_once(handler: &Handler, errors: &Errors) {
    for (index, request) in handler.requests.iter().enumerate() {
        let before = &handler.requests[..index];
        let again = before.iter().find(|first| {
            request
                .places
                .iter()
                .any(|place| first.places.contains(place))
        });
        if let Some(first) = again {
            errors.at(
                &request.word,
                format!(
                    "`{}` is named already, by `{}`; name it once",
                    request.word, first.word
                ),
            );
        }
    }
}
