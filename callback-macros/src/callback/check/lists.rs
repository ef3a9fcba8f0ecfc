//! Checks the lists of `after(…)`, `provides(…)` and similar arguments, whatever their entries are.

use super::arguments::example_entry;
use crate::callback::model::ungroup_type;
use crate::callback::syntax::{Arguments, List, ListEntry};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;

/// An entry is a type, a type with a function, or a name in quotes. Rejects:
///
/// ```text
/// #[callback(after(Metrics Logger))]
/// #[callback(provides(Best =))]
/// ```
pub(super) fn check_syntax(arguments: &Arguments, errors: &Errors) {
    let entries = arguments.lists().flat_map(|(_, _, list)| &list.entries);
    for entry in entries {
        if let ListEntry::Invalid(error) = entry {
            errors.push(error.clone());
        }
    }
}

/// A list has an entry. Rejects:
///
/// ```text
/// #[callback(after())]
/// ```
pub(super) fn check_not_empty(arguments: &Arguments, errors: &Errors) {
    for (ident, name, list) in arguments.lists() {
        if list.entries.is_empty() {
            let entry = example_entry(name);
            errors.report(
                ident,
                format!("an empty list; write `{ident}({entry})`, or leave `{ident}` out"),
            );
        }
    }
}

/// A list has no entry twice. Rejects:
///
/// ```text
/// #[callback(after(Metrics, Metrics))]
/// ```
pub(super) fn check_unique(arguments: &Arguments, errors: &Errors) {
    for (_, _, list) in arguments.lists() {
        check_list_unique(list, errors);
    }
}

fn check_list_unique(list: &List, errors: &Errors) {
    let subjects: Vec<_> = list.entries.iter().filter_map(Subject::of_entry).collect();
    for (index, second) in subjects.iter().enumerate() {
        let first = subjects[..index]
            .iter()
            .find(|first| first.text == second.text);
        if let Some(first) = first {
            let (text, line) = (&second.text, first.line);
            errors.report(
                &second.tokens,
                format!("`{text}` a second time; the first is on line {line}, name it once"),
            );
        }
    }
}

/// The type or the name that an entry is about, to be compared with other entries.
pub(super) struct Subject {
    pub(super) tokens: TokenStream,
    pub(super) text: String,
    pub(super) line: usize,
}

impl Subject {
    pub(super) fn of_entry(entry: &ListEntry) -> Option<Self> {
        let tokens = match entry {
            ListEntry::Type(ty) | ListEntry::WithConstructor { state: ty, .. } => {
                ungroup_type(ty).to_token_stream()
            }
            ListEntry::Literal(literal) => literal.to_token_stream(),
            ListEntry::Invalid(_) => return None,
        };
        Some(Self {
            text: format_tokens(&tokens),
            line: tokens.span().start().line,
            tokens,
        })
    }
}
