//! The arguments of `#[callback(…)]`.

use crate::callback::model::{not_a_number, text, truth};
use crate::callback::syntax::{Argument, Arguments, Value, Word};
use crate::errors::Errors;
use crate::spelling::{nearest, written};
use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprPath, Lit};

/// The arguments that can be written today.
const AVAILABLE: &str =
    "the arguments: the paths of loops, `weight`, `name`, `after`, `before`, `group`, `requires`,
  `incompatible`, `no_conflict`, `provides`, `background`, `discover`, `register`, `crate`";

/// Each is a loop's path or has a name.
pub(super) fn check_readable(arguments: &Arguments, errors: &Errors) {
    for argument in &arguments.list {
        if let Argument::Unreadable(error) = argument {
            errors.add(error.clone());
        }
    }
}

/// A name is one of ours.
pub(super) fn check_known(arguments: &Arguments, errors: &Errors) {
    for (name, _) in named(arguments) {
        if Word::of(name).is_some() {
            continue;
        }
        let words = Word::ALL.iter().map(|(word, _)| *word);
        let guess = nearest(&name.to_string(), words);
        let guess = guess
            .map(|guess| format!(": did you mean `{guess}`?"))
            .unwrap_or_default();
        errors.at(
            name,
            format!("no argument is called `{name}`{guess}\n{AVAILABLE}"),
        );
    }
}

/// What is said of a handler, of an instance or of a plan is not said of a type.
pub(super) fn check_said_here(arguments: &Arguments, errors: &Errors) {
    for (name, _) in named(arguments) {
        let said = match Word::of(name) {
            Some(Word::OnFailure) => "when attached: `.on_failure(OnFailure::Warn)`",
            Some(Word::Order) => {
                "of the plan: `plan.order(…)`; a block says `after(…)` or `before(…)`"
            }
            Some(Word::Every) => {
                "of a handler: `#[every(steps = 10)]` above it, or `.every(…)` where the callback is attached"
            }
            Some(Word::Strict) => "of the plan: `plan.strict(true)`",
            _ => continue,
        };
        errors.at(name, format!("`{name}` is said {said}"));
    }
}

/// Each is given once.
pub(super) fn check_once(arguments: &Arguments, errors: &Errors) {
    let names: Vec<_> = named(arguments).map(|(name, _)| name).collect();
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = names[..index].iter().find(|first| first == &name) {
            let line = first.span().start().line;
            let instead = if Word::of(name).is_some_and(Word::takes_list) {
                "put both into one list"
            } else {
                "keep one of them"
            };
            errors.at(
                name,
                format!("`{name}` a second time; the first is on line {line}, {instead}"),
            );
        }
    }
}

/// Each has a value of its kind.
pub(super) fn check_values(arguments: &Arguments, errors: &Errors) {
    for (name, value) in named(arguments) {
        match Word::of(name) {
            Some(Word::Weight) => check_weight(name, value, errors),
            Some(Word::Name) => check_name(name, value, errors),
            Some(Word::Discover | Word::Register) => check_switch(name, value, errors),
            Some(Word::Background) => check_flag(name, value, errors),
            Some(Word::Crate) => check_crate(name, value, errors),
            Some(word) if word.takes_list() => check_list(name, word, value, errors),
            _ => {}
        }
    }
}

fn check_weight(name: &Ident, value: &Value, errors: &Errors) {
    let Value::Is(weight) = value else {
        return errors.at(name, "`weight` takes a number; write `weight = 10`");
    };
    match not_a_number(weight) {
        Some(Lit::Str(number)) if number.value().parse::<f64>().is_ok() => {
            let number_alone = number.value();
            errors.at(
                number,
                format!("a weight is a number without quotes; write `weight = {number_alone}`"),
            );
        }
        Some(literal) => errors.at(literal, "a weight is a number; write `weight = 10`"),
        None => {}
    }
}

fn check_name(name: &Ident, value: &Value, errors: &Errors) {
    let Value::Is(given) = value else {
        return errors.at(name, "`name` takes a text; write `name = \"loss\"`");
    };
    match text(given) {
        Some(text) if text.value().trim().is_empty() => {
            errors.at(
                &text,
                "an empty name; write one, or leave `name` out to use the type's",
            );
        }
        Some(_) => {}
        None => errors.at(
            given,
            format!(
                "a name is text in quotes; write `name = \"{}\"`",
                word_in(given)
            ),
        ),
    }
}

/// The word that quotes were forgotten around, or one that shows how it is done.
fn word_in(given: &Expr) -> String {
    match given {
        Expr::Path(ExprPath { path, .. }) => path.get_ident().map(Ident::to_string),
        _ => None,
    }
    .unwrap_or_else(|| "loss".to_owned())
}

fn check_switch(name: &Ident, value: &Value, errors: &Errors) {
    let Value::Is(given) = value else {
        return errors.at(
            name,
            format!("`{name}` takes `true` or `false`; write `{name} = false`"),
        );
    };
    if truth(given).is_none() {
        errors.at(
            given,
            format!("`{name}` is `true` or `false`; write `{name} = false`"),
        );
    }
}

/// A word that stands alone. What is said of the queue is said of an instance.
fn check_flag(name: &Ident, value: &Value, errors: &Errors) {
    let wrong = format!(
        "`{name}` stands alone; write `{name}`, and where the callback is attached `.background(Background::queue(1024))`"
    );
    match value {
        Value::Absent => {}
        Value::Is(given) => errors.at(given, wrong),
        Value::Path(_) | Value::List(_) => errors.at(name, wrong),
    }
}

fn check_crate(name: &Ident, value: &Value, errors: &Errors) {
    match value {
        Value::Path(_) => {}
        Value::Is(given) => {
            let path =
                text(given).map_or_else(|| "my_crate::callbacks".to_owned(), |text| text.value());
            errors.at(
                given,
                format!("a crate is a path without quotes; write `crate = {path}`"),
            );
        }
        Value::Absent | Value::List(_) => errors.at(
            name,
            "`crate` takes a path; write `crate = my_crate::callbacks`",
        ),
    }
}

fn check_list(name: &Ident, word: Word, value: &Value, errors: &Errors) {
    let wanted = format!("`{name}` takes a list in parentheses; write");
    match value {
        Value::Is(given) => {
            let members = without_brackets(given);
            errors.at(given, format!("{wanted} `{name}({members})`"));
        }
        Value::Absent | Value::Path(_) => {
            let members = example(word);
            errors.at(name, format!("{wanted} `{name}({members})`"));
        }
        Value::List(_) => {}
    }
}

/// `A, B` of `[A, B]`.
fn without_brackets(given: &Expr) -> String {
    let tokens: Vec<_> = given.to_token_stream().into_iter().collect();
    match &tokens[..] {
        [TokenTree::Group(group)] => written(&group.stream()),
        _ => written(given),
    }
}

/// What stands in the list of an argument.
pub(super) fn example(word: Word) -> &'static str {
    match word {
        Word::Group => "Monitors",
        Word::Provides => "Record",
        _ => "Metrics",
    }
}

fn named(arguments: &Arguments) -> impl Iterator<Item = (&Ident, &Value)> {
    arguments.list.iter().filter_map(|argument| match argument {
        Argument::Named { name, value } => Some((name, value)),
        _ => None,
    })
}
