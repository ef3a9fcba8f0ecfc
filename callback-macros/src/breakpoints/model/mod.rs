//! What the loop is: its breakpoints in order, its scopes, and which state exists where.

mod layout;
mod phase_free;
mod seal;

use super::syntax::{Declaration, Line, State};
use crate::attributes::Attribute;
use crate::facade;
use crate::unit::Unit;
use proc_macro2::{Ident, TokenStream};
use syn::{Path, Type, Visibility};

/// A loop has at most so many breakpoints, `on_enter` and `on_exit` included.
pub(crate) const MOST_BREAKPOINTS: usize = 256;

/// A loop.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// The state that is there all of a run.
    pub(crate) states: Vec<State>,
    /// As written, for the rules.
    pub(crate) lines: Vec<Line>,
    /// What stands behind the loop, where nothing belongs.
    pub(crate) rest: TokenStream,
    /// Outer ones first.
    pub(crate) scopes: Vec<Scope>,
    /// In the order of one pass, `on_enter` first and `on_exit` last.
    pub(crate) breakpoints: Vec<Breakpoint>,
    /// The name of the macro beside the loop, which no other one has.
    pub(crate) macro_name: Ident,
}

/// A scope of a loop.
pub(crate) struct Scope {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) parent: Option<usize>,
    pub(crate) begin: usize,
    pub(crate) end: usize,
    /// The phase it is.
    pub(crate) phase: Option<String>,
    pub(crate) states: Vec<Type>,
}

/// A breakpoint of a loop.
pub(crate) struct Breakpoint {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) role: Role,
    pub(crate) scope: Option<usize>,
    /// The phase around it.
    pub(crate) phase: Option<String>,
    /// Its name without the phase.
    pub(crate) free: Option<String>,
    /// The state that is there from here on.
    pub(crate) states: Vec<Type>,
    /// All the state that is there.
    pub(crate) available: Vec<Type>,
    pub(crate) answer: Option<Type>,
}

/// State that counts.
pub(crate) struct Counter<'a> {
    pub(crate) state: &'a Type,
    /// As written.
    pub(crate) word: &'a Ident,
    pub(crate) unit: Unit,
}

/// What a breakpoint is to its loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Enter,
    Begin,
    Inside,
    End,
    Stop,
    Interrupt,
    Error,
    Exit,
}

impl Role {
    /// The endings of a run, by the words that declare their breakpoints.
    pub(crate) const ENDINGS: [(&str, Self); 3] = [
        ("stop", Self::Stop),
        ("interrupt", Self::Interrupt),
        ("error", Self::Error),
    ];

    pub(crate) fn of_ending(word: &Ident) -> Option<Self> {
        let known = Self::ENDINGS.iter().find(|(name, _)| word == name);
        known.map(|(_, role)| *role)
    }
}

impl Model {
    pub(crate) fn new(declaration: Declaration) -> Self {
        let layout = layout::Layout::of(&declaration);
        Self {
            macro_name: seal::macro_name(&declaration),
            krate: declaration.krate.unwrap_or_else(facade::default_crate),
            attributes: declaration.attributes,
            visibility: declaration.visibility,
            name: declaration.name,
            states: declaration.states,
            lines: declaration.lines,
            rest: declaration.rest,
            scopes: layout.scopes,
            breakpoints: layout.breakpoints,
        }
    }

    /// What the loop counts, and where; a unit that a rule refuses is left out.
    pub(crate) fn counters(&self) -> impl Iterator<Item = Counter<'_>> {
        let counters = self.states.iter().filter_map(|State { of, counts }| {
            let word = counts.as_ref()?.unit.as_ref()?;
            let unit = Unit::of(word).filter(|unit| *unit != Unit::Seconds)?;
            Some(Counter {
                state: of,
                word,
                unit,
            })
        });
        let mut known = Vec::new();
        counters.filter(move |counter| {
            let is_new = !known.contains(&counter.unit);
            known.push(counter.unit);
            is_new
        })
    }
}
