//! The words of other frameworks for the settings of a callback, with what to write here. [`check_known`](super::arguments::check_known)
//! uses them.

use crate::callback::syntax::{ArgumentName, ArgumentValue, ForeignSetting};
use crate::spelling::format_tokens;
use crate::unit::Unit;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit};

/// Returns what to write instead of a word of another framework, to follow the word.
pub(super) fn remedy(ident: &Ident, value: &ArgumentValue) -> Option<String> {
    let word = ident.to_string();
    let remedy = match ForeignSetting::from_word(&word)? {
        ForeignSetting::Weight => {
            let weight = value_text(value).unwrap_or_else(|| "10".to_owned());
            format!(
                "`{ident}` is called `weight` here; write `weight = {weight}`: callbacks run in ascending order of weight"
            )
        }
        ForeignSetting::Last => {
            format!("`{ident}` is a weight here; write `weight = f64::INFINITY`")
        }
        ForeignSetting::After => format!(
            "`{ident}` is called `after` here; write `after({})`",
            entries(value)
        ),
        ForeignSetting::Before => format!(
            "`{ident}` is called `before` here; write `before({})`",
            entries(value)
        ),
        ForeignSetting::Name => {
            let name = value_text(value).unwrap_or_else(|| "\"best\"".to_owned());
            format!("`{ident}` is called `name` here; write `name = {name}`")
        }
        ForeignSetting::Period => {
            let unit = Unit::in_words(&word).unwrap_or(Unit::Steps).name();
            let number = value_text(value).unwrap_or_else(|| "10".to_owned());
            format!(
                "`{ident}` belongs to a handler: write `#[every({unit} = {number})]` above it, or `.every(…)` where the callback is attached"
            )
        }
        ForeignSetting::Breakpoint => format!(
            "`{ident}` belongs to a handler: name it after its breakpoint, or write `#[on(train_batch_end)]` above it"
        ),
        ForeignSetting::Phase => format!(
            "`{ident}` belongs to a handler: name it after a breakpoint of the phase, as in `on_train_batch_end`, or write `#[on(batch_end, phase = train)]` above it"
        ),
        ForeignSetting::Persist => format!(
            "what a callback remembers is named by `persist` here; write `persist(best)` in place of `{ident}`"
        ),
        ForeignSetting::Background => {
            format!("`{ident}` is called `background` here; write `background`")
        }
    };
    Some(remedy)
}

/// Returns what to write instead of `order = 10`, which is a weight elsewhere; `None` for what is no number.
pub(super) fn order_is_weight(ident: &Ident, value: &ArgumentValue) -> Option<String> {
    let is_order = ArgumentName::from_ident(ident) == Some(ArgumentName::Order);
    if !is_order || !is_number(value) {
        return None;
    }
    let weight = value_text(value)?;
    Some(format!(
        "a number is called `weight` here; write `weight = {weight}`, or `plan.order(…)` for two callbacks"
    ))
}

fn is_number(value: &ArgumentValue) -> bool {
    let ArgumentValue::Expr(value) = value else {
        return false;
    };
    let literal = match &**value {
        Expr::Unary(unary) => &unary.expr,
        other => other,
    };
    matches!(
        literal,
        Expr::Lit(ExprLit {
            lit: Lit::Int(_) | Lit::Float(_),
            ..
        })
    )
}

fn value_text(value: &ArgumentValue) -> Option<String> {
    match value {
        ArgumentValue::Expr(value) => Some(format_tokens(&value.to_token_stream())),
        _ => None,
    }
}

/// Returns the entries of a list, or an example.
fn entries(value: &ArgumentValue) -> String {
    value_text(value).unwrap_or_else(|| "Metrics".to_owned())
}
