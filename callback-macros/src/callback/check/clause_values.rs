//! Checks the values of the clauses of `#[every(…)]`. rustc checks the type of an expression that is no literal.

use crate::callback::model::ungroup_expr;
use crate::callback::syntax::{
    ClauseName, ClauseValue, EveryAttribute, NamedClause, named_clauses,
};
use crate::errors::Errors;
use crate::unit::Unit;
use proc_macro2::Ident;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp};

/// `first` and `last` have no value, and every other clause has one. Rejects:
///
/// ```text
/// #[every(first = 10)]
/// #[every(steps)]
/// #[every(steps(10))]
/// ```
pub(super) fn check_present(every: &EveryAttribute, errors: &Errors) {
    let inside_once = every.once_lists().flat_map(named_clauses);
    for NamedClause { ident, name, value } in every.named_clauses().chain(inside_once) {
        if name == ClauseName::Once {
            continue;
        }
        match (name.is_first_or_last(), value) {
            (false, ClauseValue::Expr(_)) | (true, ClauseValue::Absent) => {}
            (false, _) => errors.report(ident, expected_value(ident, name)),
            (true, _) => errors.report(
                ident,
                format!("`{ident}` stands alone; write `{ident}`, or leave it out"),
            ),
        }
    }
}

fn expected_value(ident: &Ident, name: ClauseName) -> String {
    if name.is_predicate() {
        format!("`{ident}` takes a function of the position; write `{ident} = Self::is_due`")
    } else {
        format!("`{ident}` takes a number; write `{ident} = 10`")
    }
}

/// A literal is a number that the clause can have. Rejects:
///
/// ```text
/// #[every(steps = "10")]
/// #[every(steps = 0)]
/// #[every(steps = 0.5)]
/// #[every(steps = 99_999_999_999_999_999_999)]
/// ```
pub(super) fn check_literals(every: &EveryAttribute, errors: &Errors) {
    let mut units = every
        .named_clauses()
        .filter_map(|clause| clause.name.unit());
    let only_unit = units.next().filter(|_| units.next().is_none());
    for clause in every.named_clauses() {
        // `offset` and `until` count the unit beside them.
        let unit = clause.name.unit().or(only_unit);
        check_literal(clause, unit, false, errors);
    }
    for clause in every.once_lists().flat_map(named_clauses) {
        check_literal(clause, clause.name.unit(), true, errors);
    }
}

/// A literal with its sign.
struct SignedLiteral<'a> {
    is_negative: bool,
    literal: &'a Lit,
}

impl<'a> SignedLiteral<'a> {
    fn new(value: &'a Expr) -> Option<Self> {
        match ungroup_expr(value) {
            Expr::Lit(ExprLit { lit, .. }) => Some(Self {
                is_negative: false,
                literal: lit,
            }),
            Expr::Unary(ExprUnary {
                op: UnOp::Neg(_),
                expr,
                ..
            }) => {
                let inner = Self::new(expr)?;
                Some(Self {
                    is_negative: !inner.is_negative,
                    ..inner
                })
            }
            _ => None,
        }
    }

    /// Returns the value without the sign; `None` if the literal is no number.
    fn magnitude(&self) -> Option<f64> {
        match self.literal {
            Lit::Int(number) => number.base10_parse().ok(),
            Lit::Float(number) => number.base10_parse().ok(),
            _ => None,
        }
    }
}

fn check_literal(
    clause: NamedClause<'_>,
    unit: Option<Unit>,
    is_inside_once: bool,
    errors: &Errors,
) {
    let (ClauseValue::Expr(value), false) = (clause.value, clause.name.is_first_or_last()) else {
        return;
    };
    let Some(number) = SignedLiteral::new(value) else {
        return;
    };
    let message = if clause.name.is_predicate() {
        Some(expected_value(clause.ident, clause.name))
    } else if number.magnitude().is_none() {
        Some(not_a_number(clause.ident, number.literal))
    } else {
        out_of_range(clause, &number, is_inside_once)
            .or_else(|| too_large(clause.ident, &number, unit))
            .or_else(|| not_whole(clause.ident, &number, unit))
    };
    if let Some(message) = message {
        errors.report(value, message);
    }
}

fn not_a_number(ident: &Ident, literal: &Lit) -> String {
    match literal {
        Lit::Str(string) if string.value().parse::<f64>().is_ok() => {
            let number = string.value();
            format!("a number stands without quotes; write `{ident} = {number}`")
        }
        _ => format!("`{ident}` takes a number; write `{ident} = 10`"),
    }
}

/// Returns the message for a negative number, and for a zero that would never be due.
fn out_of_range(
    NamedClause { ident, name, .. }: NamedClause<'_>,
    number: &SignedLiteral<'_>,
    is_inside_once: bool,
) -> Option<String> {
    let is_zero = number.magnitude() == Some(0.0);
    let remedy = format!("write a number above 0, as in `{ident} = 10`");
    match name {
        _ if number.is_negative && !is_zero => {
            Some(format!("a run counts upwards from 0; {remedy}"))
        }
        ClauseName::Offset => None,
        _ if is_zero && is_inside_once => Some(
            "a run is at 0 before anything is due; write `first`, or a number above 0".to_owned(),
        ),
        _ if is_zero => Some(format!("`{ident} = 0` is never due; {remedy}")),
        _ => None,
    }
}

/// Returns the message for a number of a whole unit that a `u64` cannot hold.
fn too_large(ident: &Ident, number: &SignedLiteral<'_>, unit: Option<Unit>) -> Option<String> {
    let unit = unit.filter(|unit| unit.is_whole())?;
    let is_too_large = match number.literal {
        Lit::Int(whole) => whole.base10_digits().parse::<u64>().is_err(),
        // 2^64, the smallest number that a `u64` cannot hold.
        _ => number.magnitude()? >= 18_446_744_073_709_551_616.0,
    };
    let (unit, max) = (unit.name(), u64::MAX);
    is_too_large.then(|| {
        format!("this is too large, {unit} are counted up to {max}; write a smaller one, as in `{ident} = 10`")
    })
}

/// Returns the message for a fraction of a whole unit.
fn not_whole(ident: &Ident, number: &SignedLiteral<'_>, unit: Option<Unit>) -> Option<String> {
    let unit = unit.filter(|unit| unit.is_whole())?;
    let (Lit::Float(_), Some(magnitude)) = (number.literal, number.magnitude()) else {
        return None;
    };
    let (unit, whole) = (unit.name(), magnitude.ceil());
    Some(format!(
        "{unit} are whole numbers; write `{ident} = {whole}`"
    ))
}
