//! The attribute `#[every(steps = 10, epochs = 1, first)]`, a list of clauses.

use super::comma_separated::parse_comma_separated;
use crate::attributes::Attribute;
use crate::unit::Unit;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Token, parenthesized, token};

/// One `#[every(…)]`.
#[derive(Clone)]
pub(crate) struct EveryAttribute {
    pub(crate) attribute: Attribute,
    pub(crate) clauses: Vec<Clause>,
    /// `10` of `#[every = 10]`, which a rule refuses because it lacks parentheses.
    pub(crate) tokens_after_equals: Option<TokenStream>,
}

/// One clause between two commas.
#[derive(Clone)]
pub(crate) enum Clause {
    /// `steps = 10`, `first`, `once(steps = 500)`
    Named { ident: Ident, value: ClauseValue },
    /// `10` or `10 steps`, which a rule refuses.
    Unnamed { value: Expr, unit: Option<Unit> },
    /// A clause with a syntax error.
    Invalid(syn::Error),
}

/// The value of a named clause.
#[derive(Clone)]
pub(crate) enum ClauseValue {
    /// `first`
    Absent,
    /// `steps = 10`
    Expr(Box<Expr>),
    /// `once(steps = 500)`
    List(Vec<Clause>),
}

/// The name of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClauseName {
    Unit(Unit),
    First,
    Last,
    Offset,
    Until,
    Once,
    When,
    OnlyWhen,
}

impl ClauseName {
    /// Every name that is not a unit, with its spelling.
    const OTHER_NAMES: [(&str, Self); 7] = [
        ("first", Self::First),
        ("last", Self::Last),
        ("offset", Self::Offset),
        ("until", Self::Until),
        ("once", Self::Once),
        ("when", Self::When),
        ("only_when", Self::OnlyWhen),
    ];

    pub(crate) fn from_ident(ident: &Ident) -> Option<Self> {
        let other = || {
            let ident = ident.unraw();
            let mut names = Self::OTHER_NAMES.iter();
            let entry = names.find(|(spelling, _)| ident == spelling);
            entry.map(|(_, name)| *name)
        };
        Unit::from_ident(ident).map(Self::Unit).or_else(other)
    }

    /// Returns the unit, if the name is one.
    pub(crate) fn unit(self) -> Option<Unit> {
        match self {
            Self::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    /// Whether the clause adds the first or the last firing of a run.
    pub(crate) fn is_first_or_last(self) -> bool {
        matches!(self, Self::First | Self::Last)
    }

    /// Whether the clause moves or limits the interval beside it.
    pub(crate) fn is_bound(self) -> bool {
        matches!(self, Self::Offset | Self::Until)
    }

    /// Whether the value of the clause is a function that returns a `bool`.
    pub(crate) fn is_predicate(self) -> bool {
        matches!(self, Self::When | Self::OnlyWhen)
    }

    /// Returns the spellings of all names.
    pub(crate) fn spellings() -> impl Iterator<Item = &'static str> {
        let units = Unit::NAMES.iter().map(|(spelling, _)| *spelling);
        units.chain(Self::OTHER_NAMES.iter().map(|(spelling, _)| *spelling))
    }
}

impl EveryAttribute {
    pub(super) fn new(attribute: &Attribute) -> Self {
        let tokens_after_equals = attribute.tokens_after_equals();
        let arguments = attribute
            .arguments()
            .filter(|_| tokens_after_equals.is_none());
        let clauses = parse_clauses.parse2(arguments.unwrap_or_default());
        Self {
            attribute: attribute.clone(),
            clauses: clauses.unwrap_or_else(|error| vec![Clause::Invalid(error)]),
            tokens_after_equals,
        }
    }

    /// Returns the clauses with a known name, without those inside `once(…)`.
    pub(crate) fn named_clauses(&self) -> impl Iterator<Item = NamedClause<'_>> {
        named_clauses(&self.clauses)
    }

    /// Returns the lists of clauses inside `once(…)`.
    pub(crate) fn once_lists(&self) -> impl Iterator<Item = &[Clause]> {
        self.clauses.iter().map(Clause::once_list)
    }
}

impl Clause {
    /// Returns `clauses` and the clauses inside their `once(…)`, in the order of the source.
    pub(crate) fn flatten(clauses: &[Self]) -> Vec<&Self> {
        let with_inner = clauses.iter().flat_map(|clause| {
            let inner = Self::flatten(clause.once_list());
            [clause].into_iter().chain(inner)
        });
        with_inner.collect()
    }

    /// Returns the clauses in the parentheses of `once(…)`, and none for another clause.
    fn once_list(&self) -> &[Self] {
        match self {
            Self::Named {
                ident,
                value: ClauseValue::List(list),
            } if ClauseName::from_ident(ident) == Some(ClauseName::Once) => list,
            _ => &[],
        }
    }
}

/// A clause with a known name.
#[derive(Clone, Copy)]
pub(crate) struct NamedClause<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) name: ClauseName,
    pub(crate) value: &'a ClauseValue,
}

/// Returns the clauses with a known name.
pub(crate) fn named_clauses(clauses: &[Clause]) -> impl Iterator<Item = NamedClause<'_>> {
    clauses.iter().filter_map(|clause| match clause {
        Clause::Named { ident, value } => {
            let name = ClauseName::from_ident(ident)?;
            Some(NamedClause { ident, name, value })
        }
        _ => None,
    })
}

fn parse_clauses(input: ParseStream) -> syn::Result<Vec<Clause>> {
    let clauses = parse_comma_separated(input, |_| "expected a comma before this")?;
    Ok(clauses
        .into_iter()
        .map(|clause| clause.unwrap_or_else(Clause::Invalid))
        .collect())
}

impl Parse for Clause {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !begins_with_name(input) {
            return parse_unnamed(input);
        }
        let ident = input.call(Ident::parse_any)?;
        let value = parse_value(&ident, input)?;
        Ok(Self::Named { ident, value })
    }
}

/// Whether the next clause begins with a name, and not with a value.
fn begins_with_name(input: ParseStream) -> bool {
    let fork = input.fork();
    let Ok(ident) = fork.call(Ident::parse_any) else {
        return false;
    };
    let is_constant = ident.to_string().starts_with(char::is_uppercase) && !fork.peek(Token![=]);
    let is_expression = fork.peek(Token![::]) || fork.peek(Token![.]);
    ClauseName::from_ident(&ident).is_some() || !(is_constant || is_expression)
}

fn parse_value(ident: &Ident, input: ParseStream) -> syn::Result<ClauseValue> {
    if input.peek(token::Paren) {
        let list;
        parenthesized!(list in input);
        return list.call(parse_clauses).map(ClauseValue::List);
    }
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(ClauseValue::Absent);
    }
    let example = match ClauseName::from_ident(ident) {
        Some(ClauseName::When | ClauseName::OnlyWhen) => "Self::is_time",
        _ => "10",
    };
    let has_equals = input.peek(Token![=]) && !input.peek(Token![==]);
    if !has_equals {
        return Err(input.error(format!(
            "expected `=` after `{ident}`, as in `{ident} = {example}`"
        )));
    }
    let equals: Token![=] = input.parse()?;
    let span = if input.is_empty() {
        equals.span()
    } else {
        input.span()
    };
    let value = input.parse().map(ClauseValue::Expr);
    value.map_err(|_| {
        syn::Error::new(
            span,
            format!("expected a value after `=`, as in `{ident} = {example}`"),
        )
    })
}

/// Parses a value without a name, and the unit that may follow it.
fn parse_unnamed(input: ParseStream) -> syn::Result<Clause> {
    let expected = "expected a unit and a number, as in `steps = 10`";
    let start = input.fork();
    let value: Expr = input.parse().map_err(|_| start.error(expected))?;
    let unit = input.fork().call(Ident::parse_any).ok();
    let unit = unit.as_ref().and_then(Unit::from_ident);
    if unit.is_some() {
        input.call(Ident::parse_any)?;
    }
    Ok(Clause::Unnamed { value, unit })
}
