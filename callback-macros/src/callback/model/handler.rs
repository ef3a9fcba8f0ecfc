//! The handlers of a block, and the names by which they refer to breakpoints.

use super::resolve::{self, Match};
use super::{Loop, NamedValue, Period};
use crate::callback::syntax::{Block, EveryAttribute, Function, OnAttribute};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// A function that runs at breakpoints.
pub(crate) struct Handler {
    /// The position among the handlers of the block, which stays the same when a rule removes a handler.
    pub(crate) index: usize,
    pub(crate) function: Function,
    /// The breakpoints that the function's name or its `#[on(…)]` refers to.
    pub(crate) breakpoints: Vec<BreakpointRef>,
    /// The `#[every(…)]` attributes as written, for the rules.
    pub(crate) every: Vec<EveryAttribute>,
    /// One period for each `#[every(…)]`. Without one the handler runs whenever the breakpoint fires.
    pub(crate) periods: Vec<Period>,
}

/// The name by which a handler refers to a breakpoint, possibly one of several phases or loops.
pub(crate) struct BreakpointRef {
    pub(crate) ident: Ident,
    /// Whether the name is in an `#[on(…)]`, and not the function's own.
    pub(crate) in_attribute: bool,
    /// The phase in the same `#[on(…)]`.
    pub(crate) phase: Option<Ident>,
    /// The breakpoints of that name; empty if it is misspelt.
    pub(crate) matches: Vec<Match>,
}

impl Handler {
    pub(super) fn all(block: &Block, loops: &[Loop]) -> Vec<Self> {
        let mut handlers: Vec<Self> = Vec::new();
        let functions = block.items.iter().filter_map(|item| item.function.as_ref());
        for function in functions.filter(|function| function.is_handler()) {
            let handler = Self::new(handlers.len(), function.clone(), loops);
            let is_same =
                |earlier: &Self| earlier.name() == handler.name() && !earlier.is_conditional();
            // rustc reports two functions with the same name; a rule would report the same mistake again.
            if handler.is_conditional() || !handlers.iter().any(is_same) {
                handlers.push(handler);
            }
        }
        handlers
    }

    fn new(index: usize, function: Function, loops: &[Loop]) -> Self {
        let attributes: Vec<_> = function.on_attributes().collect();
        let breakpoints = if attributes.is_empty() {
            vec![BreakpointRef::from_function_name(function.name(), loops)]
        } else {
            attributes
                .iter()
                .flat_map(|on| BreakpointRef::from_attribute(on, loops))
                .collect()
        };
        let every: Vec<_> = function.every_attributes().collect();
        Self {
            index,
            periods: every.iter().map(Period::new).collect(),
            every,
            function,
            breakpoints,
        }
    }

    pub(crate) fn name(&self) -> &Ident {
        self.function.name()
    }

    /// Returns all breakpoints that the handler refers to. One that two names match is returned twice.
    pub(crate) fn matches(&self) -> impl Iterator<Item = &Match> {
        self.breakpoints
            .iter()
            .flat_map(|breakpoint| &breakpoint.matches)
    }

    /// Returns the values in the handler's periods.
    pub(crate) fn period_values(&self) -> impl Iterator<Item = &NamedValue> {
        self.periods.iter().flat_map(Period::values)
    }

    /// Whether the handler has a `#[cfg(…)]`.
    pub(crate) fn is_conditional(&self) -> bool {
        !self.function.conditions().is_empty()
    }
}

impl BreakpointRef {
    fn from_function_name(ident: &Ident, loops: &[Loop]) -> Self {
        let name = ident.unraw().to_string();
        Self {
            ident: ident.clone(),
            in_attribute: false,
            phase: None,
            matches: resolve::matches(&[name], None, loops),
        }
    }

    fn from_attribute(on: &OnAttribute, loops: &[Loop]) -> Vec<Self> {
        let phase = on.phase.as_ref();
        let refs = on.breakpoints.iter().map(|ident| Self {
            ident: ident.clone(),
            in_attribute: true,
            phase: phase.cloned(),
            matches: resolve::matches(&names_in_attribute(ident), phase, loops),
        });
        refs.collect()
    }

    /// Returns the names that the breakpoint may have.
    pub(crate) fn possible_names(&self) -> Vec<String> {
        if self.in_attribute {
            names_in_attribute(&self.ident).into()
        } else {
            vec![self.ident.unraw().to_string()]
        }
    }
}

/// Returns `epoch_end` and `on_epoch_end`, because an `#[on(…)]` may omit the prefix.
fn names_in_attribute(ident: &Ident) -> [String; 2] {
    let name = ident.unraw().to_string();
    let prefixed = format!("on_{name}");
    [name, prefixed]
}
