//! Checks the clauses of `#[every(…)]` and how they combine; `clause_values` has the rules for their values.

use crate::callback::syntax::{
    Clause, ClauseName, ClauseValue, EveryAttribute, NamedClause, named_clauses,
};
use crate::errors::{Errors, line_of};
use crate::spelling::format_tokens;
use crate::unit::{Unit, suggest_name};
use proc_macro2::Ident;
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{Expr, ExprCall, ExprLit, ExprPath, Lit};

/// The names that a clause can have.
const AVAILABLE: &str = "the units: `epochs`, `steps`, `micro_steps`, `samples`, `time`, `seconds`
besides them: `first`, `last`, `offset`, `until`, `once`, `when`, `only_when`";

/// A clause has a name, with or without a value. Rejects:
///
/// ```text
/// #[every(10)]
/// #[every(10 steps)]
/// #[every(steps: 10)]
/// #[every(Self::is_due)]
/// ```
pub(super) fn check_syntax(every: &EveryAttribute, errors: &Errors) {
    for clause in Clause::flatten(&every.clauses) {
        match clause {
            Clause::Invalid(error) => errors.push(error.clone()),
            Clause::Unnamed { value, unit } => errors.report(value, missing_name(value, *unit)),
            Clause::Named { .. } => {}
        }
    }
}

fn missing_name(value: &Expr, unit: Option<Unit>) -> String {
    let text = format_tokens(value);
    if let Some(unit) = unit {
        let unit = unit.name();
        return format!("the unit stands in front of its number; write `{unit} = {text}`");
    }
    match value {
        Expr::Closure(_) => {
            "a condition has a word in front of it; write `when = |at| …`".to_owned()
        }
        Expr::Call(_) | Expr::MethodCall(_) => period_as_value(call_as_clause(value)),
        Expr::Path(path) if is_function(path) => {
            format!("a condition has a word in front of it; write `when = {text}`")
        }
        Expr::Lit(ExprLit {
            lit: Lit::Float(_), ..
        }) => format!("a period has a unit; write `time = {text}` or `seconds = {text}`"),
        Expr::Lit(ExprLit {
            lit: Lit::Str(_), ..
        }) => "a period stands without quotes; write `steps = 10`".to_owned(),
        _ => format!("a period has a unit; write `steps = {text}` or `epochs = {text}`"),
    }
}

/// Returns the message for a value of type `Period`, which no clause can be.
fn period_as_value(clause: Option<String>) -> String {
    let clause = clause.unwrap_or_else(|| "steps = 10".to_owned());
    format!(
        "a period as a value is given where the callback is attached: `.every(…)`; here write `{clause}`"
    )
}

/// Returns `steps = 3` for `Period::steps(3)`.
fn call_as_clause(value: &Expr) -> Option<String> {
    let Expr::Call(ExprCall { func, args, .. }) = value else {
        return None;
    };
    let Expr::Path(ExprPath { path, .. }) = func.as_ref() else {
        return None;
    };
    let unit = Unit::from_ident(&path.segments.last()?.ident)?.name();
    let number = args.first().filter(|_| args.len() == 1)?;
    Some(format!("{unit} = {}", format_tokens(number)))
}

/// Whether the path is written like that of a function, and not like that of a constant.
fn is_function(ExprPath { path, .. }: &ExprPath) -> bool {
    let last = path.segments.last();
    last.is_some_and(|last| last.ident.to_string().starts_with(char::is_lowercase))
}

/// The name of a clause is one of [`ClauseName`]. Rejects:
///
/// ```text
/// #[every(stpes = 10)]
/// ```
pub(super) fn check_known(every: &EveryAttribute, errors: &Errors) {
    for clause in Clause::flatten(&every.clauses) {
        let Clause::Named { ident, value } = clause else {
            continue;
        };
        if ClauseName::from_ident(ident).is_none() {
            errors.report(ident, unknown_name(ident, value));
        }
    }
}

fn unknown_name(ident: &Ident, value: &ClauseValue) -> String {
    let suggestion = suggest_name(ident, ClauseName::spellings());
    if suggestion.is_empty() && is_call(value) {
        return period_as_value(None);
    }
    format!("no word of a period is called `{ident}`{suggestion}\n{AVAILABLE}")
}

/// Whether the parentheses contain the arguments of a function, and not clauses.
fn is_call(value: &ClauseValue) -> bool {
    let is_unnamed = |clause: &Clause| matches!(clause, Clause::Unnamed { .. });
    matches!(value, ClauseValue::List(list) if list.iter().all(is_unnamed))
}

/// A clause is written once. Rejects:
///
/// ```text
/// #[every(steps = 10, steps = 20)]
/// #[every(once(steps = 10, steps = 20))]
/// ```
pub(super) fn check_unique(every: &EveryAttribute, errors: &Errors) {
    check_list_unique(&every.clauses, errors);
    for list in every.once_lists() {
        check_list_unique(list, errors);
    }
}

fn check_list_unique(clauses: &[Clause], errors: &Errors) {
    let clauses: Vec<_> = named_clauses(clauses).collect();
    for (index, second) in clauses.iter().enumerate() {
        let Some(first) = clauses[..index]
            .iter()
            .find(|first| first.name == second.name)
        else {
            continue;
        };
        let (ident, line) = (second.ident, line_of(first.ident));
        let remedy = if matches!(second.name, ClauseName::Unit(_) | ClauseName::Once) {
            "keep one of them, or write a second `#[every(…)]`"
        } else {
            "keep one of them"
        };
        errors.report(
            ident,
            format!("`{ident}` a second time; the first is on line {line}, {remedy}"),
        );
    }
}

/// `once` has a list of units. Rejects:
///
/// ```text
/// #[every(once = 500)]
/// #[every(once())]
/// #[every(once(steps = 500, first))]
/// ```
pub(super) fn check_once(every: &EveryAttribute, errors: &Errors) {
    let is_once = |clause: &NamedClause<'_>| clause.name == ClauseName::Once;
    for once in every.named_clauses().filter(is_once) {
        let number = match once.value {
            ClauseValue::List(list) if list.is_empty() => {
                errors.report(once.ident, "an empty list; write `once(steps = 500)`");
                continue;
            }
            ClauseValue::List(list) => {
                check_units_only(list, errors);
                continue;
            }
            ClauseValue::Expr(value) => format_tokens(value),
            ClauseValue::Absent => "500".to_owned(),
        };
        errors.report(
            once.ident,
            format!(
                "`once` takes a unit and a number in parentheses; write `once(steps = {number})`"
            ),
        );
    }
}

fn check_units_only(list: &[Clause], errors: &Errors) {
    for NamedClause { ident, name, .. } in named_clauses(list) {
        if name.unit().is_none() {
            errors.report(
                ident,
                format!("`once` contains units alone; write `{ident}` beside it"),
            );
        }
    }
}

/// `offset` and `until` need exactly one unit beside them. Rejects:
///
/// ```text
/// #[every(first, offset = 3)]
/// #[every(steps = 10, epochs = 1, offset = 3)]
/// ```
pub(super) fn check_bounds(every: &EveryAttribute, errors: &Errors) {
    let units = units(every);
    let is_bound = |clause: &NamedClause<'_>| clause.name.is_bound();
    for NamedClause { ident, .. } in every.named_clauses().filter(is_bound) {
        match units[..] {
            [_] => {}
            [] if may_lack_a_clause(every) => {}
            [] => errors.report(ident, format!("`{ident}` applies to a period that repeats; write one beside it, as in `steps = 10, {ident} = 3`")),
            [first, second, ..] => errors.report(ident, format!("`{ident}` applies to one period, not to both `{first}` and `{second}`; write an `#[every(…)]` for each")),
        }
    }
}

/// Returns the units outside `once(…)`, each once.
fn units(every: &EveryAttribute) -> Vec<&Ident> {
    let units = every
        .named_clauses()
        .filter(|clause| clause.name.unit().is_some());
    let mut units: Vec<_> = units.map(|clause| clause.ident).collect();
    let mut seen = HashSet::new();
    units.retain(|unit| seen.insert(unit.unraw()));
    units
}

/// `when` has no unit beside it, and `only_when` has one. Rejects:
///
/// ```text
/// #[every(steps = 10, when = Self::is_due)]
/// #[every(only_when = Self::is_due)]
/// ```
pub(super) fn check_predicates(every: &EveryAttribute, errors: &Errors) {
    let mut intervals = every
        .named_clauses()
        .filter(|clause| clause.name.unit().is_some() || clause.name == ClauseName::Once);
    let interval = intervals.next().map(|clause| clause.ident);
    for NamedClause { ident, name, .. } in every.named_clauses() {
        match (name, interval) {
            (ClauseName::When, Some(interval)) => errors.report(ident, format!("`when` beside `{interval}` does not say whether one is enough; write `only_when` if both must hold, or a second `#[every(…)]`")),
            (ClauseName::OnlyWhen, None) if !may_lack_a_clause(every) && !has_when(every) => errors.report(ident, "`only_when` narrows a period, and there is none; write `when`, or a unit beside it"),
            _ => {}
        }
    }
}

fn has_when(every: &EveryAttribute) -> bool {
    every
        .named_clauses()
        .any(|clause| clause.name == ClauseName::When)
}

/// Whether the missing clause may be one about which another rule reports an error.
fn may_lack_a_clause(every: &EveryAttribute) -> bool {
    every.clauses.iter().any(|clause| match clause {
        Clause::Named { ident, .. } => ClauseName::from_ident(ident).is_none(),
        Clause::Unnamed { .. } | Clause::Invalid(_) => true,
    })
}
