//! What the words of `#[every(…)]` are given. The type of an expression is rustc's to judge.

use super::every::lists;
use crate::callback::model::bare_value;
use crate::callback::syntax::{Every, Given, Said, Term, said};
use crate::errors::Errors;
use crate::unit::Unit;
use proc_macro2::Ident;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

/// A word has a value if it takes one, and none if it does not.
pub(super) fn check_given(every: &Every, errors: &Errors) {
    let inside = lists(every).flat_map(said);
    for Said { word, term, given } in every.said().chain(inside) {
        let takes_value = match term {
            Term::Once => continue,
            _ => !term.is_end(),
        };
        match (takes_value, given) {
            (true, Given::Is(_)) | (false, Given::Nothing) => {}
            (true, _) => errors.at(word, takes(word, term)),
            (false, _) => errors.at(
                word,
                format!("`{word}` stands alone; write `{word}`, or leave it out"),
            ),
        }
    }
}

fn takes(word: &Ident, term: Term) -> String {
    if term.is_predicate() {
        format!("`{word}` takes a function of the position; write `{word} = Self::is_due`")
    } else {
        format!("`{word}` takes a number; write `{word} = 10`")
    }
}

/// A literal is a number that the period can have.
pub(super) fn check_numbers(every: &Every, errors: &Errors) {
    let mut units = every.said().filter_map(|said| said.term.unit());
    let repeated = units.next().filter(|_| units.next().is_none());
    for said in every.said() {
        check_literal(said, said.term.unit().or(repeated), false, errors);
    }
    for said in lists(every).flat_map(said) {
        check_literal(said, said.term.unit(), true, errors);
    }
}

/// A value that is written as a literal.
struct Number<'a> {
    is_negative: bool,
    literal: &'a Lit,
}

impl<'a> Number<'a> {
    fn of(value: &'a Expr) -> Option<Self> {
        match bare_value(value) {
            Expr::Lit(ExprLit { lit, .. }) => Some(Self {
                is_negative: false,
                literal: lit,
            }),
            Expr::Unary(ExprUnary {
                op: UnOp::Neg(_),
                expr,
                ..
            }) => {
                let inner = Self::of(expr)?;
                Some(Self {
                    is_negative: !inner.is_negative,
                    ..inner
                })
            }
            _ => None,
        }
    }

    /// Of what is no number, `None`.
    fn value(&self) -> Option<f64> {
        match self.literal {
            Lit::Int(number) => number.base10_parse().ok(),
            Lit::Float(number) => number.base10_parse().ok(),
            _ => None,
        }
    }
}

fn check_literal(said: Said<'_>, unit: Option<Unit>, is_once: bool, errors: &Errors) {
    let (Given::Is(value), false) = (said.given, said.term.is_end()) else {
        return;
    };
    let Some(number) = Number::of(value) else {
        return;
    };
    let wrong = if said.term.is_predicate() {
        Some(takes(said.word, said.term))
    } else if number.value().is_none() {
        Some(no_number(said.word, number.literal))
    } else {
        out_of_range(said, &number, is_once)
            .or_else(|| too_large(said.word, &number, unit))
            .or_else(|| no_halves(said.word, &number, unit))
    };
    if let Some(wrong) = wrong {
        errors.at(value, wrong);
    }
}

fn no_number(word: &Ident, literal: &Lit) -> String {
    match literal {
        Lit::Str(text) if text.value().parse::<f64>().is_ok() => {
            let number = text.value();
            format!("a number stands without quotes; write `{word} = {number}`")
        }
        _ => format!("`{word}` takes a number; write `{word} = 10`"),
    }
}

fn out_of_range(
    Said { word, term, .. }: Said<'_>,
    number: &Number<'_>,
    is_once: bool,
) -> Option<String> {
    let is_zero = number.value() == Some(0.0);
    let above = format!("write a number above 0, as in `{word} = 10`");
    match term {
        _ if number.is_negative && !is_zero => {
            Some(format!("a run counts upwards from 0; {above}"))
        }
        Term::Offset => None,
        _ if is_zero && is_once => Some(
            "a run is at 0 before anything is due; write `first`, or a number above 0".to_owned(),
        ),
        _ if is_zero => Some(format!("`{word} = 0` is never due; {above}")),
        _ => None,
    }
}

/// What is counted in whole numbers is counted up to a largest one.
fn too_large(word: &Ident, number: &Number<'_>, unit: Option<Unit>) -> Option<String> {
    let unit = unit.filter(|unit| unit.is_whole())?;
    let is_too_large = match number.literal {
        Lit::Int(whole) => whole.base10_digits().parse::<u64>().is_err(),
        // 2^64, the first that is too large.
        _ => number.value()? >= 18_446_744_073_709_551_616.0,
    };
    let (unit, most) = (unit.word(), u64::MAX);
    is_too_large.then(|| {
        format!("this is too large, {unit} are counted up to {most}; write a smaller one, as in `{word} = 10`")
    })
}

fn no_halves(word: &Ident, number: &Number<'_>, unit: Option<Unit>) -> Option<String> {
    let unit = unit.filter(|unit| unit.is_whole())?;
    let (Lit::Float(_), Some(value)) = (number.literal, number.value()) else {
        return None;
    };
    let (unit, whole) = (unit.word(), value.ceil());
    Some(format!(
        "{unit} are whole numbers; write `{word} = {whole}`"
    ))
}
