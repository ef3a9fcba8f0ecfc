//! `#[every(steps = 10, epochs = 1, first)]`.

use super::separated::separated;
use crate::attributes::Attribute;
use crate::unit::Unit;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Token, parenthesized, token};

/// One `#[every(…)]`.
#[derive(Clone)]
pub(crate) struct Every {
    pub(crate) attribute: Attribute,
    pub(crate) clauses: Vec<Clause>,
    /// What follows an `=` where parentheses belong: `10` of `#[every = 10]`.
    pub(crate) equals: Option<TokenStream>,
}

/// What stands between two commas.
#[derive(Clone)]
pub(crate) enum Clause {
    /// `steps = 10`, `first`, `once(steps = 500)`
    Said { word: Ident, given: Given },
    /// `10`, where nothing says of what; or `10 steps`.
    Bare { value: Expr, unit: Option<Unit> },
    /// None of these.
    Unreadable(syn::Error),
}

/// What stands behind a word.
#[derive(Clone)]
pub(crate) enum Given {
    Nothing,
    /// `= 10`
    Is(Box<Expr>),
    /// `(steps = 500)`
    List(Vec<Clause>),
}

/// What a word is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    Unit(Unit),
    First,
    Last,
    Offset,
    Until,
    Once,
    When,
    OnlyWhen,
}

impl Term {
    /// The words besides the units.
    const OTHERS: [(&str, Self); 7] = [
        ("first", Self::First),
        ("last", Self::Last),
        ("offset", Self::Offset),
        ("until", Self::Until),
        ("once", Self::Once),
        ("when", Self::When),
        ("only_when", Self::OnlyWhen),
    ];

    pub(crate) fn of(word: &Ident) -> Option<Self> {
        let other = || {
            let word = word.unraw();
            let known = Self::OTHERS.iter().find(|(name, _)| word == name);
            known.map(|(_, term)| *term)
        };
        Unit::of(word).map(Self::Unit).or_else(other)
    }

    /// The unit that it is.
    pub(crate) fn unit(self) -> Option<Unit> {
        match self {
            Self::Unit(unit) => Some(unit),
            _ => None,
        }
    }

    /// Whether it adds a firing at an end of the run.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::First | Self::Last)
    }

    /// Whether it says where a period begins or ends.
    pub(crate) fn is_bound(self) -> bool {
        matches!(self, Self::Offset | Self::Until)
    }

    /// Whether it takes a function that says yes or no.
    pub(crate) fn is_predicate(self) -> bool {
        matches!(self, Self::When | Self::OnlyWhen)
    }

    /// Every word there is.
    pub(crate) fn words() -> impl Iterator<Item = &'static str> {
        let units = Unit::ALL.iter().map(|(word, _)| *word);
        units.chain(Self::OTHERS.iter().map(|(word, _)| *word))
    }
}

impl Every {
    pub(super) fn new(attribute: &Attribute) -> Self {
        let equals = behind_equals(attribute);
        let inside = attribute.arguments().filter(|_| equals.is_none());
        let clauses = clauses.parse2(inside.unwrap_or_default());
        Self {
            attribute: attribute.clone(),
            clauses: clauses.unwrap_or_else(|error| vec![Clause::Unreadable(error)]),
            equals,
        }
    }

    /// What is said in it, but not in a list inside it.
    pub(crate) fn said(&self) -> impl Iterator<Item = Said<'_>> {
        said(&self.clauses)
    }
}

impl Clause {
    /// `clauses` and those in lists inside them, in order.
    pub(crate) fn all(clauses: &[Self]) -> Vec<&Self> {
        let with_inner = clauses.iter().flat_map(|clause| {
            let inner = Self::all(clause.list());
            [clause].into_iter().chain(inner)
        });
        with_inner.collect()
    }

    /// What stands in its parentheses, if they belong there.
    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::Said {
                word,
                given: Given::List(list),
            } if Term::of(word) == Some(Term::Once) => list,
            _ => &[],
        }
    }
}

/// A word that is one of ours, and what it is given.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) word: &'a Ident,
    pub(crate) term: Term,
    pub(crate) given: &'a Given,
}

/// What is said in `clauses` themselves.
pub(crate) fn said(clauses: &[Clause]) -> impl Iterator<Item = Said<'_>> {
    clauses.iter().filter_map(|clause| match clause {
        Clause::Said { word, given } => {
            let term = Term::of(word)?;
            Some(Said { word, term, given })
        }
        _ => None,
    })
}

fn behind_equals(attribute: &Attribute) -> Option<TokenStream> {
    let mut tokens = attribute.inside.clone().into_iter();
    let is_equals =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '=');
    tokens.find(is_equals)?;
    Some(tokens.collect())
}

/// All of them; one that cannot be read does not hide the next.
fn clauses(input: ParseStream) -> syn::Result<Vec<Clause>> {
    let all = separated(input, |_| "expected a comma before this")?;
    Ok(all
        .into_iter()
        .map(|clause| clause.unwrap_or_else(Clause::Unreadable))
        .collect())
}

impl Parse for Clause {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !begins_with_word(input) {
            return bare(input);
        }
        let word = input.call(Ident::parse_any)?;
        let given = given(&word, input)?;
        Ok(Self::Said { word, given })
    }
}

/// Whether a word comes next, and not a value alone.
fn begins_with_word(input: ParseStream) -> bool {
    let fork = input.fork();
    let Ok(word) = fork.call(Ident::parse_any) else {
        return false;
    };
    let is_value = word.to_string().starts_with(char::is_uppercase) && !fork.peek(Token![=]);
    let goes_on = fork.peek(Token![::]) || fork.peek(Token![.]);
    Term::of(&word).is_some() || !(is_value || goes_on)
}

fn given(word: &Ident, input: ParseStream) -> syn::Result<Given> {
    if input.peek(token::Paren) {
        let list;
        parenthesized!(list in input);
        return list.call(clauses).map(Given::List);
    }
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Given::Nothing);
    }
    let example = match Term::of(word) {
        Some(Term::When | Term::OnlyWhen) => "Self::is_time",
        _ => "10",
    };
    let is_sign = input.peek(Token![=]) && !input.peek(Token![==]);
    if !is_sign {
        return Err(input.error(format!(
            "expected `=` behind `{word}`, as in `{word} = {example}`"
        )));
    }
    let sign: Token![=] = input.parse()?;
    let at = if input.is_empty() {
        sign.span()
    } else {
        input.span()
    };
    let value = input.parse().map(Given::Is);
    value.map_err(|_| {
        syn::Error::new(
            at,
            format!("expected a value behind `=`, as in `{word} = {example}`"),
        )
    })
}

/// A value without a word before it, and the unit that may stand behind it.
fn bare(input: ParseStream) -> syn::Result<Clause> {
    let expected = "expected a unit and a number, as in `steps = 10`";
    let at = input.fork();
    let value: Expr = input.parse().map_err(|_| at.error(expected))?;
    let unit = input.fork().call(Ident::parse_any).ok();
    let unit = unit.as_ref().and_then(Unit::of);
    if unit.is_some() {
        input.call(Ident::parse_any)?;
    }
    Ok(Clause::Bare { value, unit })
}
