//! Checks the names of values that the callback puts into the record: `produces("accuracy")`.

use crate::callback::syntax::{ArgumentName, Arguments, ListEntry};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use quote::ToTokens;
use syn::Lit;

/// An entry is a name in quotes. Rejects:
///
/// ```text
/// #[callback(produces(accuracy))]
/// #[callback(produces(3))]
/// #[callback(produces(""))]
/// ```
pub(super) fn check_names(arguments: &Arguments, errors: &Errors) {
    let lists = arguments.lists();
    let entries = lists.filter(|(_, name, _)| *name == ArgumentName::Produces);
    for entry in entries.flat_map(|(_, _, list)| &list.entries) {
        match entry {
            ListEntry::Literal(Lit::Str(name)) if name.value().trim().is_empty() => {
                errors.report(name, "an empty name; write what the record calls the value");
            }
            ListEntry::Literal(Lit::Str(_)) | ListEntry::Invalid(_) => {}
            ListEntry::Literal(literal) => report(literal, "accuracy", errors),
            ListEntry::Type(ty) => report(ty, &format_tokens(ty), errors),
            ListEntry::WithConstructor { state, constructor } => {
                report(constructor, &format_tokens(state), errors);
            }
        }
    }
}

fn report(entry: &impl ToTokens, example: &str, errors: &Errors) {
    let message =
        format!("`produces` lists names of the record, in quotes; write `produces(\"{example}\")`");
    errors.report(entry, message);
}
