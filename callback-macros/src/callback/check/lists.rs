//! The lists of `after(…)`, `provides(…)` and their kind, whatever stands in them.

use super::arguments::example;
use crate::callback::model::bare;
use crate::callback::syntax::{Arguments, List, Member};
use crate::errors::Errors;
use crate::spelling::written;
use quote::ToTokens;
use syn::spanned::Spanned;

/// Each member can be read.
pub(super) fn check_readable(arguments: &Arguments, errors: &Errors) {
    let members = arguments.lists().flat_map(|(_, _, list)| &list.members);
    for member in members {
        if let Member::Unreadable(error) = member {
            errors.add(error.clone());
        }
    }
}

/// A list has a member.
pub(super) fn check_filled(arguments: &Arguments, errors: &Errors) {
    for (name, word, list) in arguments.lists() {
        if list.members.is_empty() {
            let example = example(word);
            errors.at(
                name,
                format!("an empty list; write `{name}({example})`, or leave `{name}` out"),
            );
        }
    }
}

/// Nothing stands in a list twice.
pub(super) fn check_once(arguments: &Arguments, errors: &Errors) {
    for (_, _, list) in arguments.lists() {
        check_list_once(list, errors);
    }
}

fn check_list_once(list: &List, errors: &Errors) {
    let members: Vec<_> = list.members.iter().filter_map(Named::of).collect();
    for (index, second) in members.iter().enumerate() {
        let first = members[..index]
            .iter()
            .find(|first| first.text == second.text);
        if let Some(first) = first {
            let (text, line) = (&second.text, first.line);
            errors.at(
                &second.tokens,
                format!("`{text}` a second time; the first is on line {line}, name it once"),
            );
        }
    }
}

/// A member by what it names.
pub(super) struct Named {
    pub(super) tokens: proc_macro2::TokenStream,
    pub(super) text: String,
    pub(super) line: usize,
}

impl Named {
    pub(super) fn of(member: &Member) -> Option<Self> {
        let tokens = match member {
            Member::Type(state) | Member::Made { state, .. } => bare(state).to_token_stream(),
            Member::Literal(literal) => literal.to_token_stream(),
            Member::Unreadable(_) => return None,
        };
        Some(Self {
            text: written(&tokens),
            line: tokens.span().start().line,
            tokens,
        })
    }
}
