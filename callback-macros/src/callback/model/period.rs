//! The period of a handler: one `#[every(…)]`, resolved.

use super::literals::{float_literal, u64_literal};
use crate::callback::syntax::{
    Clause, ClauseName, ClauseValue, EveryAttribute, NamedClause, named_clauses,
};
use crate::unit::Unit;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

/// The period of one `#[every(…)]`, without the clauses that a rule refuses.
pub(crate) struct Period {
    /// The intervals and predicates, each of which makes the handler due.
    pub(crate) intervals: Vec<Interval>,
    /// The clauses `first` and `last`.
    pub(crate) first_and_last: Vec<Ident>,
    /// `only_when = Self::is_loud`, which must hold in addition.
    pub(crate) only_when: Option<NamedValue>,
}

/// `steps = 10` with its bounds, or `when = Self::is_due`.
pub(crate) struct Interval {
    pub(crate) source: NamedValue,
    /// `offset = 3` and `until = 100` beside the interval.
    pub(crate) bounds: Vec<NamedValue>,
    /// The identifier `once`, if the interval is inside `once(…)`.
    pub(crate) once: Option<Ident>,
}

/// A clause with a value: `steps = 10`.
pub(crate) struct NamedValue {
    pub(crate) ident: Ident,
    pub(crate) value: TokenStream,
}

impl Period {
    pub(super) fn new(every: &EveryAttribute) -> Self {
        let intervals = every
            .named_clauses()
            .flat_map(|clause| Interval::from_clause(clause, every));
        let first_and_last = every
            .named_clauses()
            .filter(|clause| clause.name.is_first_or_last());
        let only_when = |clause: NamedClause<'_>| match clause.name {
            ClauseName::OnlyWhen => NamedValue::new(clause, None),
            _ => None,
        };
        Self {
            intervals: intervals.collect(),
            first_and_last: first_and_last.map(|clause| clause.ident.clone()).collect(),
            only_when: every.named_clauses().find_map(only_when),
        }
    }

    /// Returns the values of all clauses.
    pub(super) fn values(&self) -> impl Iterator<Item = &NamedValue> {
        let of_intervals = self
            .intervals
            .iter()
            .flat_map(|interval| [&interval.source].into_iter().chain(&interval.bounds));
        of_intervals.chain(&self.only_when)
    }
}

impl Interval {
    fn from_clause(clause: NamedClause<'_>, every: &EveryAttribute) -> Vec<Self> {
        match (clause.name, clause.value) {
            (ClauseName::Once, ClauseValue::List(list)) => Self::all_once(clause.ident, list),
            (ClauseName::Unit(unit), _) => {
                let interval = Self::new(clause, bounds(every, unit));
                interval.into_iter().collect()
            }
            (ClauseName::When, _) => Self::new(clause, Vec::new()).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the intervals inside `once(…)`.
    fn all_once(once: &Ident, list: &[Clause]) -> Vec<Self> {
        let intervals = named_clauses(list).filter_map(|clause| Self::new(clause, Vec::new()));
        intervals
            .map(|interval| Self {
                once: Some(once.clone()),
                ..interval
            })
            .collect()
    }

    fn new(clause: NamedClause<'_>, bounds: Vec<NamedValue>) -> Option<Self> {
        Some(Self {
            source: NamedValue::new(clause, clause.name.unit())?,
            bounds,
            once: None,
        })
    }
}

/// Returns the `offset` and the `until` of the attribute's interval, which counts `unit`.
fn bounds(every: &EveryAttribute, unit: Unit) -> Vec<NamedValue> {
    let bounds = every
        .named_clauses()
        .filter(|clause| clause.name.is_bound());
    let bounds = bounds.filter_map(|clause| NamedValue::new(clause, Some(unit)));
    bounds.collect()
}

impl NamedValue {
    /// Converts a literal to the type of `unit`. Returns `None` if the clause has no value.
    fn new(clause: NamedClause<'_>, unit: Option<Unit>) -> Option<Self> {
        let ClauseValue::Expr(value) = clause.value else {
            return None;
        };
        let literal = match unit {
            Some(unit) if unit.is_whole() => u64_literal(value),
            Some(_) => float_literal(value),
            None => None,
        };
        Some(Self {
            ident: clause.ident.clone(),
            value: literal.unwrap_or_else(|| value.to_token_stream()),
        })
    }
}
