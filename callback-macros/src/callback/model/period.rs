//! How often a handler runs.

use super::settings::{as_float, bare_value};
use crate::callback::syntax::{Every, Given, Said, Term, said};
use crate::unit::Unit;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, LitInt};

/// What one `#[every(…)]` says.
pub(crate) struct Period {
    /// What makes the handler due, each on its own.
    pub(crate) beats: Vec<Beat>,
    /// The words that stand alone: `first`, `last`.
    pub(crate) ends: Vec<Ident>,
    /// What has to hold besides: `only_when = Self::is_loud`.
    pub(crate) narrowed: Option<Setting>,
}

/// Something that makes a handler due.
pub(crate) struct Beat {
    pub(crate) setting: Setting,
    /// What moves its marks, or ends them: `offset = 3`, `until = 100`.
    pub(crate) bounds: Vec<Setting>,
    /// `once`, if it has a single mark.
    pub(crate) once: Option<Ident>,
}

/// A word, and the value that it is given.
pub(crate) struct Setting {
    pub(crate) word: Ident,
    pub(crate) value: TokenStream,
}

impl Period {
    /// What makes no sense in `every`, which a rule then says, is left out.
    pub(crate) fn new(every: &Every) -> Self {
        let beats = every.said().flat_map(|said| Beat::all_of(said, every));
        let ends = every.said().filter(|said| said.term.is_end());
        let narrowed = |said: Said<'_>| match said.term {
            Term::OnlyWhen => Setting::new(said, None),
            _ => None,
        };
        Self {
            beats: beats.collect(),
            ends: ends.map(|said| said.word.clone()).collect(),
            narrowed: every.said().find_map(narrowed),
        }
    }

    /// Everything that a word of it is given.
    pub(super) fn settings(&self) -> impl Iterator<Item = &Setting> {
        let of_beats = self
            .beats
            .iter()
            .flat_map(|beat| [&beat.setting].into_iter().chain(&beat.bounds));
        of_beats.chain(&self.narrowed)
    }
}

impl Beat {
    fn all_of(said: Said<'_>, every: &Every) -> Vec<Self> {
        match (said.term, said.given) {
            (Term::Once, Given::List(inside)) => {
                let inside = self::said(inside).filter_map(|inner| Self::of(inner, Vec::new()));
                let once = Some(said.word.clone());
                inside
                    .map(|beat| Self {
                        once: once.clone(),
                        ..beat
                    })
                    .collect()
            }
            (Term::Unit(unit), _) => Self::of(said, bounds(every, unit)).into_iter().collect(),
            (Term::When, _) => Self::of(said, Vec::new()).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn of(said: Said<'_>, bounds: Vec<Setting>) -> Option<Self> {
        Some(Self {
            setting: Setting::new(said, said.term.unit())?,
            bounds,
            once: None,
        })
    }
}

/// Where the one period of `every` begins and ends.
fn bounds(every: &Every, unit: Unit) -> Vec<Setting> {
    let bounds = every.said().filter(|said| said.term.is_bound());
    let bounds = bounds.filter_map(|said| Setting::new(said, Some(unit)));
    bounds.collect()
}

impl Setting {
    fn new(said: Said<'_>, unit: Option<Unit>) -> Option<Self> {
        let Given::Is(value) = said.given else {
            return None;
        };
        let literal = match unit {
            Some(unit) if unit.is_whole() => as_whole(value),
            Some(_) => as_float(value),
            None => None,
        };
        Some(Self {
            word: said.word.clone(),
            value: literal.unwrap_or_else(|| value.to_token_stream()),
        })
    }
}

/// `10` as `10u64`, because a large one is not what a literal is where nothing says.
fn as_whole(value: &Expr) -> Option<TokenStream> {
    match bare_value(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(int), ..
        }) if int.suffix().is_empty() => {
            let whole = format!("{}u64", int.base10_digits());
            Some(LitInt::new(&whole, int.span()).into_token_stream())
        }
        _ => None,
    }
}
