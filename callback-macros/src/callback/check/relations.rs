//! What a callback says of others: whom it runs after, which groups it is in.

use super::lists::Named;
use crate::callback::model::{Model, bare, can_name_callbacks};
use crate::callback::syntax::{Arguments, Member, Word};
use crate::errors::Errors;
use crate::spelling::written;
use proc_macro2::Ident;
use syn::{Expr, Lit, LitStr, Type};

/// Of two of these only one can be meant.
const OPPOSITES: [(Word, Word); 2] = [
    (Word::After, Word::Before),
    (Word::Requires, Word::Incompatible),
];

/// Callbacks are named by a type, a group or a text, and groups are types.
pub(super) fn check_members(arguments: &Arguments, errors: &Errors) {
    for (name, word, list) in arguments.lists() {
        if word == Word::Provides {
            continue;
        }
        for member in &list.members {
            match member {
                Member::Type(of) => check_type(name, word, of, errors),
                Member::Made { state, make } => check_plain(name, state, make, errors),
                Member::Literal(literal) => check_literal(name, word, literal, errors),
                Member::Unreadable(_) => {}
            }
        }
    }
}

fn check_type(name: &Ident, word: Word, of: &Type, errors: &Errors) {
    if let Type::TraitObject(sum) = bare(of)
        && sum.dyn_token.is_none()
    {
        return errors.at(
            of,
            "two in one place; write a comma between them, or `dyn` in front of a trait",
        );
    }
    if !can_name_callbacks(of) {
        errors.at(
            of,
            format!("{}; {}", no_callback(word), instead(name, word)),
        );
    }
}

fn check_plain(name: &Ident, state: &Type, make: &Expr, errors: &Errors) {
    let state = written(state);
    errors.at(
        make,
        format!("`{name}` names others and makes nothing; write `{name}({state})`"),
    );
}

fn check_literal(name: &Ident, word: Word, literal: &Lit, errors: &Errors) {
    match literal {
        Lit::Str(text) if word == Word::Group => errors.at(text, group_in_quotes(text)),
        Lit::Str(text) if text.value().trim().is_empty() => {
            errors.at(text, "an empty name; write what the callback is called");
        }
        Lit::Str(_) => {}
        _ => errors.at(
            literal,
            format!("{}; {}", no_callback(word), instead(name, word)),
        ),
    }
}

fn group_in_quotes(text: &LitStr) -> String {
    let is_type = syn::parse_str::<syn::Path>(&text.value()).is_ok();
    let group = if is_type {
        text.value()
    } else {
        "Monitors".to_owned()
    };
    format!("a group is a type, and no text; write `group({group})`")
}

fn no_callback(word: Word) -> &'static str {
    if word == Word::Group {
        "no group is called so"
    } else {
        "no callback is called so"
    }
}

fn instead(name: &Ident, word: Word) -> String {
    if word == Word::Group {
        format!("write the path of a type, as in `{name}(Monitors)`, or `dyn` and a trait")
    } else {
        format!("write a type, a group or a name, as in `{name}(Metrics)` or `{name}(\"loss\")`")
    }
}

/// Nobody is named in two lists that exclude each other.
pub(super) fn check_contradictions(arguments: &Arguments, errors: &Errors) {
    let lists: Vec<_> = arguments.lists().collect();
    for (index, (name, word, list)) in lists.iter().enumerate() {
        for (first_name, first_word, first_list) in &lists[..index] {
            if !are_opposites(*first_word, *word) {
                continue;
            }
            let known: Vec<_> = first_list.members.iter().filter_map(Named::of).collect();
            for second in list.members.iter().filter_map(Named::of) {
                if let Some(first) = known.iter().find(|first| first.text == second.text) {
                    let (text, line) = (&second.text, first.line);
                    let message = format!(
                        "`{name}({text})` contradicts `{first_name}({text})` on line {line}; keep one of them"
                    );
                    errors.at(&second.tokens, message);
                }
            }
        }
    }
}

fn are_opposites(first: Word, second: Word) -> bool {
    OPPOSITES.contains(&(first, second)) || OPPOSITES.contains(&(second, first))
}

/// What orders, groups or requires is about others.
pub(super) fn check_of_others(model: &Model, errors: &Errors) {
    for (name, word, list) in model.arguments.lists() {
        let Some(reason) = pointless(word) else {
            continue;
        };
        for member in list.members.iter().filter(|member| is_own(member, model)) {
            if let Some(own) = Named::of(member) {
                let text = &own.text;
                errors.at(&own.tokens, format!("`{name}({text})` {reason}"));
            }
        }
    }
}

/// Why `word` cannot be said of the callback itself; that it cannot stand beside another of its type can be said.
fn pointless(word: Word) -> Option<&'static str> {
    match word {
        Word::After | Word::Before => Some(
            "orders nothing, because a callback has no order with itself; name another, and order its instances where they are attached",
        ),
        Word::Requires => Some("is always so; name another, or leave it out"),
        Word::Group => Some("is always so, because a type is a group of its own; leave it out"),
        _ => None,
    }
}

fn is_own(member: &Member, model: &Model) -> bool {
    match member {
        Member::Type(of) => {
            let of = written(bare(of));
            of == "Self" || of == written(bare(&model.head.self_type))
        }
        Member::Literal(Lit::Str(name)) => {
            let own = model.settings.name.as_ref();
            own.is_some_and(|own| own.value() == name.value())
        }
        _ => false,
    }
}
