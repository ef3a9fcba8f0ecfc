//! The declared loop: its breakpoints in order, its scopes, and the state that exists at each of them.

mod aliases;
mod layout;
mod macro_name;
mod phase_free_name;

pub(crate) use aliases::Alias;

use super::syntax::{ByHand, Declaration, DeclaredState, Line};
use crate::attributes::Attribute;
use crate::crate_path;
use crate::spelling::format_tokens;
use crate::unit::Unit;
use proc_macro2::{Ident, TokenStream};
use syn::{Path, Type, Visibility};

/// The most breakpoints that a loop can have, including `on_enter` and `on_exit`.
pub(crate) const MAX_BREAKPOINTS: usize = 256;

/// A loop.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// The state that exists during the whole run.
    pub(crate) states: Vec<DeclaredState>,
    /// The lines as written, for the rules.
    pub(crate) lines: Vec<Line>,
    /// The tokens after the braces, which a rule refuses.
    pub(crate) trailing: TokenStream,
    /// The scopes; an outer scope comes before its inner ones.
    pub(crate) scopes: Vec<Scope>,
    /// The breakpoints in the order of one pass through the loop, from `on_enter` to `on_exit`.
    pub(crate) breakpoints: Vec<Breakpoint>,
    /// The names of other frameworks for the breakpoints.
    pub(crate) aliases: Vec<Alias>,
    /// The name of the macro beside the loop, which is unique in its crate.
    pub(crate) macro_name: Ident,
}

/// A scope of a loop.
pub(crate) struct Scope {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    /// The index of the scope around this one.
    pub(crate) parent: Option<usize>,
    /// The index of the scope's first breakpoint.
    pub(crate) begin: usize,
    /// The index of the scope's last breakpoint.
    pub(crate) end: usize,
    /// The name of the phase, such as `train`; `None` if the scope is not a phase.
    pub(crate) phase: Option<String>,
    /// The counters that the run advances where the scope begins.
    pub(crate) counters: Vec<Type>,
    /// The state that exists while the scope is open.
    pub(crate) states: Vec<Type>,
}

/// A breakpoint of a loop.
pub(crate) struct Breakpoint {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) role: Role,
    /// The index of the innermost scope around the breakpoint.
    pub(crate) scope: Option<usize>,
    /// The phase around the breakpoint.
    pub(crate) phase: Option<String>,
    /// Whether the scope that begins or ends here is a phase.
    pub(crate) bounds_phase: bool,
    /// The name without the phase: `on_batch_end` for `on_train_batch_end`.
    pub(crate) phase_free: Option<String>,
    /// The state that exists from this breakpoint on.
    pub(crate) states: Vec<Type>,
    /// All the state that exists at this breakpoint.
    pub(crate) available: Vec<Type>,
    /// The type that handlers answer.
    pub(crate) answer: Option<Type>,
    /// The counter of the rounds that are complete here.
    pub(crate) completes: Option<Type>,
    /// The word `measures`.
    pub(crate) measures: Option<Ident>,
    /// The word `polls`.
    pub(crate) polls: Option<Ident>,
}

/// A state that counts a unit.
pub(crate) struct Counter<'a> {
    pub(crate) state: &'a Type,
    /// The name of the unit as written.
    pub(crate) unit_ident: &'a Ident,
    pub(crate) unit: Unit,
    /// The words `by hand`, if the loop counts this itself.
    pub(crate) by_hand: Option<&'a ByHand>,
}

/// The role of a breakpoint in its loop.
///
/// The runtime's enum of the same name cannot be shared, because a dependency on the runtime would compile it for the host before
/// any macro could expand.
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
    /// The endings of a run that can have a breakpoint, with their keywords.
    pub(crate) const ENDINGS: [(&str, Self); 3] = [
        ("stop", Self::Stop),
        ("interrupt", Self::Interrupt),
        ("error", Self::Error),
    ];

    /// Returns the role of the breakpoint after `keyword =>`.
    pub(crate) fn from_ending(keyword: &Ident) -> Option<Self> {
        let entry = Self::ENDINGS.iter().find(|(name, _)| keyword == name);
        entry.map(|(_, role)| *role)
    }
}

impl Model {
    pub(crate) fn new(declaration: Declaration) -> Self {
        let layout = layout::Layout::new(&declaration);
        Self {
            macro_name: macro_name::unique_macro_name(&declaration),
            aliases: Alias::all(&declaration.lines),
            krate: declaration
                .krate
                .unwrap_or_else(crate_path::default_crate_path),
            attributes: declaration.attributes,
            visibility: declaration.visibility,
            name: declaration.name,
            states: declaration.states,
            lines: declaration.lines,
            trailing: declaration.trailing,
            scopes: layout.scopes,
            breakpoints: layout.breakpoints,
        }
    }

    /// Returns the breakpoints at which a round is complete, with the counter of the rounds.
    pub(crate) fn round_ends(&self) -> impl Iterator<Item = (&Breakpoint, &Type)> {
        let breakpoints = self.breakpoints.iter();
        breakpoints.filter_map(|breakpoint| Some((breakpoint, breakpoint.completes.as_ref()?)))
    }

    /// Returns the first of them. Rules refuse another counter at the others.
    pub(crate) fn round_end(&self) -> Option<(&Breakpoint, &Type)> {
        self.round_ends().next()
    }

    /// Returns the scopes that count with this.
    pub(crate) fn counting_scopes(&self, counter: &Type) -> impl Iterator<Item = &Scope> {
        let text = format_tokens(counter);
        self.scopes.iter().filter(move |scope| {
            let mut counters = scope.counters.iter();
            counters.any(|counter| format_tokens(counter) == text)
        })
    }

    /// Whether a scope can count with this: not with simulated time, which a rule refuses.
    pub(crate) fn counts_by_one(&self, counter: &Type) -> bool {
        let text = format_tokens(counter);
        let mut times = self.counters().filter(|known| known.unit == Unit::Time);
        !times.any(|time| format_tokens(time.state) == text)
    }

    /// Returns the loop's counters, without those that a rule refuses.
    pub(crate) fn counters(&self) -> impl Iterator<Item = Counter<'_>> {
        let counters = self
            .states
            .iter()
            .filter_map(|DeclaredState { ty, unit_clause }| {
                let unit_clause = unit_clause.as_ref()?;
                let unit_ident = unit_clause.unit.as_ref()?;
                let unit = Unit::from_ident(unit_ident).filter(|unit| *unit != Unit::Seconds)?;
                Some(Counter {
                    state: ty,
                    unit_ident,
                    unit,
                    by_hand: unit_clause.by_hand.as_ref(),
                })
            });
        let mut seen = Vec::new();
        counters.filter(move |counter| {
            let is_new = !seen.contains(&counter.unit);
            seen.push(counter.unit);
            is_new
        })
    }
}
