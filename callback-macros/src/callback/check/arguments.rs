//! Checks the arguments of `#[callback(…)]`.

use super::argument_words;
use crate::callback::model::{bool_literal, can_be_function, non_numeric_literal, string_literal};
use crate::callback::syntax::{Argument, ArgumentName, ArgumentValue, Arguments};
use crate::errors::{Errors, line_of};
use crate::spelling::{did_you_mean, format_tokens, nearest};
use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprPath, Lit};

/// The part of a message that lists what `#[callback(…)]` accepts: every [`ArgumentName`] but those that
/// [`check_belongs_to_block`] reports.
const AVAILABLE: &str =
    "the arguments: the paths of loops, `weight`, `name`, `after`, `before`, `group`, `requires`,
  `incompatible`, `no_conflict`, `provides`, `produces`, `declare`, `persist`, `background`, `ready_made`,
  `discover`, `register`, `crate`";

/// An argument is the path of a loop, or a name that may have a value. Rejects:
///
/// ```text
/// #[callback("Fit")]
/// #[callback(Fit<f32>)]
/// #[callback(weight = 10 name = "loss")]
/// ```
pub(super) fn check_syntax(arguments: &Arguments, errors: &Errors) {
    for argument in &arguments.list {
        if let Argument::Invalid(error) = argument {
            errors.push(error.clone());
        }
    }
}

/// The name of an argument is known, even if it belongs elsewhere. Rejects:
///
/// ```text
/// #[callback(wieght = 10)]
/// #[callback(priority = 10)]
/// ```
pub(super) fn check_known(arguments: &Arguments, errors: &Errors) {
    for (ident, value) in arguments.named() {
        if ArgumentName::from_ident(ident).is_some() {
            continue;
        }
        if let Some(remedy) = argument_words::remedy(ident, value) {
            errors.report(ident, remedy);
            continue;
        }
        let suggestion = did_you_mean(nearest(&ident.to_string(), ArgumentName::spellings()));
        errors.report(
            ident,
            format!("no argument is called `{ident}`{suggestion}\n{AVAILABLE}"),
        );
    }
}

/// `#[callback(…)]` does not set what belongs to a handler, an attachment or a plan. Rejects:
///
/// ```text
/// #[callback(every(steps = 10))]
/// #[callback(strict = true)]
/// ```
pub(super) fn check_belongs_to_block(arguments: &Arguments, errors: &Errors) {
    for (ident, value) in arguments.named() {
        if let Some(remedy) = argument_words::order_is_weight(ident, value) {
            errors.report(ident, remedy);
            continue;
        }
        let place = match ArgumentName::from_ident(ident) {
            Some(ArgumentName::OnFailure) => {
                "an attachment: write `.on_failure(OnFailure::Warn)` where the callback is attached"
            }
            Some(ArgumentName::Order) => {
                "the plan: write `plan.order(…)`, or `after(…)` or `before(…)` on a block"
            }
            Some(ArgumentName::Every) => {
                "a handler: write `#[every(steps = 10)]` above it, or `.every(…)` where the callback is attached"
            }
            Some(ArgumentName::Strict) => "the plan: write `plan.strict(true)`",
            _ => continue,
        };
        errors.report(ident, format!("`{ident}` belongs to {place}"));
    }
}

/// A named argument is given once. Rejects:
///
/// ```text
/// #[callback(weight = 10, weight = 20)]
/// #[callback(after(Metrics), after(Logger))]
/// ```
pub(super) fn check_unique(arguments: &Arguments, errors: &Errors) {
    let idents: Vec<_> = arguments.named().map(|(ident, _)| ident).collect();
    for (index, ident) in idents.iter().enumerate() {
        if let Some(first) = idents[..index].iter().find(|first| first == &ident) {
            let line = line_of(first);
            let remedy = if ArgumentName::from_ident(ident).is_some_and(ArgumentName::takes_list) {
                "put both into one list"
            } else {
                "keep one of them"
            };
            errors.report(
                ident,
                format!("`{ident}` a second time; the first is on line {line}, {remedy}"),
            );
        }
    }
}

/// A value has the form that its argument requires. Rejects:
///
/// ```text
/// #[callback(weight = "10")]
/// #[callback(name = loss)]
/// #[callback(discover)]
/// #[callback(background = true)]
/// #[callback(ready_made = true)]
/// #[callback(crate = "callbacks")]
/// #[callback(declare)]
/// #[callback(after = Metrics)]
/// ```
pub(super) fn check_values(arguments: &Arguments, errors: &Errors) {
    for (ident, value) in arguments.named() {
        match ArgumentName::from_ident(ident) {
            Some(ArgumentName::Weight) => check_weight(ident, value, errors),
            Some(ArgumentName::Name) => check_name(ident, value, errors),
            Some(ArgumentName::Discover | ArgumentName::Register) => {
                check_boolean(ident, value, errors);
            }
            Some(ArgumentName::Background) => {
                let more =
                    ", and where the callback is attached `.background(Background::queue(1024))`";
                check_without_value(ident, value, more, errors);
            }
            Some(ArgumentName::ReadyMade) => {
                check_without_value(ident, value, ", or leave it out", errors);
            }
            Some(ArgumentName::Declare) => check_declare(ident, value, errors),
            Some(ArgumentName::Crate) => check_crate_path(ident, value, errors),
            Some(name) if name.takes_list() => check_list(ident, name, value, errors),
            // Other rules report the other names.
            _ => {}
        }
    }
}

/// `weight` takes a number.
fn check_weight(ident: &Ident, value: &ArgumentValue, errors: &Errors) {
    let ArgumentValue::Expr(weight) = value else {
        return errors.report(ident, "`weight` takes a number; write `weight = 10`");
    };
    match non_numeric_literal(weight) {
        Some(Lit::Str(string)) if string.value().parse::<f64>().is_ok() => {
            let number = string.value();
            errors.report(
                string,
                format!("a weight is a number without quotes; write `weight = {number}`"),
            );
        }
        Some(literal) => errors.report(literal, "a weight is a number; write `weight = 10`"),
        None => {}
    }
}

/// `name` takes text that is not empty.
fn check_name(ident: &Ident, value: &ArgumentValue, errors: &Errors) {
    let ArgumentValue::Expr(name) = value else {
        return errors.report(ident, "`name` takes text; write `name = \"loss\"`");
    };
    match string_literal(name) {
        Some(string) if string.value().trim().is_empty() => {
            errors.report(
                &string,
                "an empty name; write one, or leave `name` out to use the type's",
            );
        }
        Some(_) => {}
        None => errors.report(
            name,
            format!(
                "a name is text in quotes; write `name = \"{}\"`",
                example_name(name)
            ),
        ),
    }
}

/// Returns the identifier that lacks its quotes, or `loss`.
fn example_name(value: &Expr) -> String {
    match value {
        Expr::Path(ExprPath { path, .. }) => path.get_ident().map(Ident::to_string),
        _ => None,
    }
    .unwrap_or_else(|| "loss".to_owned())
}

/// `discover` and `register` take a boolean.
fn check_boolean(ident: &Ident, value: &ArgumentValue, errors: &Errors) {
    let ArgumentValue::Expr(value) = value else {
        return errors.report(
            ident,
            format!("`{ident}` takes `true` or `false`; write `{ident} = false`"),
        );
    };
    if bool_literal(value).is_none() {
        errors.report(
            value,
            format!("`{ident}` is `true` or `false`; write `{ident} = false`"),
        );
    }
}

/// `background` and `ready_made` take no value: each attachment sets its own queue by `.background(…)`. `more` is the end of the message.
fn check_without_value(ident: &Ident, value: &ArgumentValue, more: &str, errors: &Errors) {
    let message = format!("`{ident}` stands alone; write `{ident}`{more}");
    match value {
        ArgumentValue::Absent => {}
        ArgumentValue::Expr(value) => errors.report(value, message),
        ArgumentValue::Path(_) | ArgumentValue::List(_) => errors.report(ident, message),
    }
}

/// `declare` takes a function.
fn check_declare(ident: &Ident, value: &ArgumentValue, errors: &Errors) {
    let remedy = "`declare` takes a function; write `declare = Self::declare`, with `fn declare(&self, info: CallbackInfo) -> CallbackInfo`";
    match value {
        ArgumentValue::Expr(function) if can_be_function(function) => {}
        ArgumentValue::Expr(value) => errors.report(value, remedy),
        _ => errors.report(ident, remedy),
    }
}

/// `crate` takes a path.
fn check_crate_path(ident: &Ident, value: &ArgumentValue, errors: &Errors) {
    match value {
        ArgumentValue::Path(_) => {}
        ArgumentValue::Expr(value) => {
            let path = string_literal(value)
                .map_or_else(|| "my_crate::callbacks".to_owned(), |string| string.value());
            errors.report(
                value,
                format!("a crate is a path without quotes; write `crate = {path}`"),
            );
        }
        ArgumentValue::Absent | ArgumentValue::List(_) => errors.report(
            ident,
            "`crate` takes a path; write `crate = my_crate::callbacks`",
        ),
    }
}

/// `after`, `provides` and the like take a list.
fn check_list(ident: &Ident, name: ArgumentName, value: &ArgumentValue, errors: &Errors) {
    let expected = format!("`{ident}` takes a list in parentheses; write");
    match value {
        ArgumentValue::Expr(value) => {
            let entries = without_brackets(value);
            errors.report(value, format!("{expected} `{ident}({entries})`"));
        }
        ArgumentValue::Absent | ArgumentValue::Path(_) => {
            let entry = example_entry(name);
            errors.report(ident, format!("{expected} `{ident}({entry})`"));
        }
        ArgumentValue::List(_) => {}
    }
}

/// Returns `A, B` for `[A, B]`.
fn without_brackets(value: &Expr) -> String {
    let tokens: Vec<_> = value.to_token_stream().into_iter().collect();
    match &tokens[..] {
        [TokenTree::Group(group)] => format_tokens(&group.stream()),
        _ => format_tokens(value),
    }
}

/// Returns an entry for the list of the argument, to be shown in messages.
pub(super) fn example_entry(name: ArgumentName) -> &'static str {
    match name {
        ArgumentName::Group => "Monitors",
        ArgumentName::Provides => "Best",
        ArgumentName::Produces => "\"accuracy\"",
        ArgumentName::Persist => "best",
        _ => "Metrics",
    }
}
