//! Checks the return type of a handler, as far as its syntax shows. rustc checks the rest.

use crate::attributes::find_ident;
use crate::callback::model::{Handler, ungroup_type};
use crate::errors::Errors;
use quote::ToTokens;
use syn::Type;

/// The part of each message that says what to write.
const REMEDY: &str = "return nothing, `Flow`, or a `Result` of either";

/// A handler returns an owned value of a type with a name. Rejects:
///
/// ```text
/// fn on_epoch_end(&self) -> &Flow { … }
/// fn on_epoch_end(&self) -> impl Display { … }
/// fn on_epoch_end(&self) -> ! { … }
/// ```
pub(super) fn check_owned(handler: &Handler, errors: &Errors) {
    let Some(return_type) = handler.function.return_type() else {
        return;
    };
    match ungroup_type(return_type) {
        Type::Reference(_) => errors.report(
            return_type,
            format!("a handler cannot return a reference; {REMEDY}"),
        ),
        Type::Never(_) => {
            errors.report(return_type, format!("a handler has to return; {REMEDY}"));
        }
        _ => {
            if let Some(keyword) = find_ident(return_type.to_token_stream(), "impl") {
                errors.report(
                    &keyword,
                    format!("the type that a handler returns has a name; {REMEDY}"),
                );
            }
        }
    }
}
