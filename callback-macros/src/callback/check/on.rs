//! Checks the attribute `#[on(…)]`.

use crate::callback::model::{Handler, Model};
use crate::callback::syntax::Item;
use crate::errors::Errors;

/// `#[on(…)]` and `#[every(…)]` belong on a function. Rejects:
///
/// ```text
/// #[on(epoch_end)]
/// const LIMIT: u64 = 10;
/// ```
pub(super) fn check_on_functions(model: &Model, errors: &Errors) {
    let others = model.block.items.iter().filter(|item| !item.is_function);
    for attribute in others.flat_map(Item::helper_attributes) {
        errors.report(
            attribute,
            "only a function can run at a breakpoint; remove this attribute, or put it on one",
        );
    }
}

/// An argument is the name of a breakpoint, or one `phase = …`. Rejects:
///
/// ```text
/// #[on("epoch_end")]
/// #[on(epoch_end, weight = 10)]
/// #[on(batch_end, phase = train, phase = valid)]
/// ```
pub(super) fn check_syntax(handler: &Handler, errors: &Errors) {
    for error in handler.function.on_attributes().filter_map(|on| on.error) {
        errors.push(error);
    }
}

/// The attribute names a breakpoint. Rejects:
///
/// ```text
/// #[on]
/// #[on()]
/// ```
pub(super) fn check_not_empty(handler: &Handler, errors: &Errors) {
    for on in handler.function.on_attributes() {
        if on.breakpoints.is_empty() && on.error.is_none() {
            errors.report(
                &on.attribute,
                "this names no breakpoint; write one, as in `#[on(train_batch_end)]`",
            );
        }
    }
}

/// A breakpoint is named once. Rejects:
///
/// ```text
/// #[on(epoch_end, on_epoch_end)]
/// ```
pub(super) fn check_unique(handler: &Handler, errors: &Errors) {
    for (index, second) in handler.breakpoints.iter().enumerate() {
        let earlier = &handler.breakpoints[..index];
        let first = earlier.iter().find(|first| {
            second
                .matches
                .iter()
                .any(|each| first.matches.contains(each))
        });
        if let Some(first) = first {
            errors.report(
                &second.ident,
                format!(
                    "`{}` is named already, by `{}`; name it once",
                    second.ident, first.ident
                ),
            );
        }
    }
}
