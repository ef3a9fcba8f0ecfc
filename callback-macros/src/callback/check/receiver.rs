//! Checks the receiver of a handler.

use crate::callback::model::Handler;
use crate::errors::Errors;
use syn::{Receiver, ReceiverKind};

/// The receiver is `&self` or `&mut self`, without a type and with any lifetime but `'static`: a handler borrows its callback for
/// the length of a call. Rejects:
///
/// ```text
/// fn on_epoch_end() {}
/// fn on_epoch_end(self) {}
/// fn on_epoch_end(self: Box<Self>) {}
/// fn on_epoch_end(self: &Self) {}
/// fn on_epoch_end(&'static self) {}
/// ```
pub(super) fn check_borrows_self(handler: &Handler, errors: &Errors) {
    let Some(receiver) = handler.function.receiver() else {
        let name = handler.name();
        return errors.report(
            name,
            format!("`{name}` has no receiver; begin its parameters with `&self` or `&mut self`"),
        );
    };
    check_kind(receiver, errors);
}

fn check_kind(receiver: &Receiver, errors: &Errors) {
    match &receiver.kind {
        ReceiverKind::Reference(_, Some(lifetime), _) if lifetime.ident == "static" => {
            errors.report(
                lifetime,
                "a handler borrows its callback for one call only; write `&self` or `&mut self`",
            );
        }
        ReceiverKind::Reference(..) => {}
        ReceiverKind::Typed(..) => {
            errors.report(
                receiver,
                "the receiver of a handler has no type; write `&self` or `&mut self`",
            );
        }
        _ => errors.report(
            receiver,
            "a handler borrows its callback, which is needed again; write `&self` or `&mut self`",
        ),
    }
}
