//! What a handler returns, as far as its written type says. What only the types know, rustc says.

use crate::attributes::first_word;
use crate::callback::model::{Handler, bare};
use crate::errors::Errors;
use quote::ToTokens;
use syn::Type;

/// What to write instead.
const INSTEAD: &str = "return nothing, `Flow`, or a `Result` of either";

/// An answer has a type with a name, and outlives the call.
pub(super) fn check_owned(handler: &Handler, errors: &Errors) {
    let Some(answer) = handler.function.answer() else {
        return;
    };
    match bare(answer) {
        Type::Reference(_) => errors.at(
            answer,
            format!("a handler cannot return a reference; {INSTEAD}"),
        ),
        Type::Never(_) => errors.at(answer, format!("a handler has to return; {INSTEAD}")),
        _ => {
            if let Some(keyword) = first_word(answer.to_token_stream(), "impl") {
                errors.at(
                    &keyword,
                    format!("the type that a handler returns has a name; {INSTEAD}"),
                );
            }
        }
    }
}
