//! Resolves names to breakpoints, and decides which of several handlers runs at a breakpoint.

use super::{Handler, Loop};
use crate::callback::syntax::{BreakpointInfo, Condition};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The position of a breakpoint among those of the block's loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BreakpointIndex {
    /// The index of the loop in [`Model::loops`](super::Model::loops).
    pub(crate) loop_index: usize,
    /// The index of the breakpoint in its loop.
    pub(crate) breakpoint: usize,
}

/// How specific a name is. At each breakpoint the handler with the more specific name runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Specificity {
    /// The name without the phase, which matches a breakpoint in every phase.
    AnyPhase,
    /// The full name, or the name without the phase beside `phase = …`.
    Specific,
}

/// A breakpoint that a name matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) index: BreakpointIndex,
    pub(crate) specificity: Specificity,
}

/// A handler that runs at a breakpoint.
pub(crate) struct Binding {
    pub(crate) index: BreakpointIndex,
    /// The [`index`](Handler::index) of the handler.
    pub(crate) handler: usize,
    /// The conditions of each more specific handler. The binding is compiled where none of those handlers is.
    pub(crate) unless: Vec<Vec<Condition>>,
}

/// Returns the breakpoints whose name, with or without the phase, is one of `names`.
pub(super) fn matches(names: &[String], phase: Option<&Ident>, loops: &[Loop]) -> Vec<Match> {
    let loops = loops.iter().enumerate();
    loops
        .flat_map(|(loop_index, each)| {
            let matches = matches_in_loop(names, phase, &each.info.breakpoints);
            matches.map(move |(breakpoint, specificity)| Match {
                index: BreakpointIndex {
                    loop_index,
                    breakpoint,
                },
                specificity,
            })
        })
        .collect()
}

fn matches_in_loop(
    names: &[String],
    phase: Option<&Ident>,
    breakpoints: &[BreakpointInfo],
) -> impl Iterator<Item = (usize, Specificity)> {
    let phase = phase.map(|phase| phase.unraw().to_string());
    let breakpoints = breakpoints.iter().enumerate();
    breakpoints.filter_map(move |(index, breakpoint)| {
        let is_in_phase = phase.is_none() || phase == breakpoint.phase;
        let phase_free = breakpoint.phase_free.as_ref();
        let specificity = if names.contains(&breakpoint.name) {
            Specificity::Specific
        } else if phase_free.is_none_or(|phase_free| !names.contains(phase_free)) {
            return None;
        } else if phase.is_some() {
            Specificity::Specific
        } else {
            Specificity::AnyPhase
        };
        is_in_phase.then_some((index, specificity))
    })
}

/// Returns each breakpoint that `handler` refers to once, with the highest specificity.
pub(crate) fn best_matches(handler: &Handler) -> Vec<Match> {
    let mut best: Vec<Match> = Vec::new();
    for new in handler.matches() {
        match best.iter_mut().find(|earlier| earlier.index == new.index) {
            Some(earlier) => earlier.specificity = earlier.specificity.max(new.specificity),
            None => best.push(*new),
        }
    }
    best
}

/// Binds each handler to its breakpoints, except those at which a more specific handler always runs instead.
pub(super) fn bindings(handlers: &[Handler]) -> Vec<Binding> {
    let handlers: Vec<_> = handlers
        .iter()
        .map(|handler| (handler, best_matches(handler)))
        .collect();
    let mut bindings = Vec::new();
    for (handler, matches) in &handlers {
        for each in matches {
            let more_specific = handlers
                .iter()
                .filter(|(_, others)| has_more_specific(others, each));
            let unless: Vec<_> = more_specific
                .map(|(other, _)| other.function.conditions())
                .collect();
            if unless.iter().all(|conditions| !conditions.is_empty()) {
                bindings.push(Binding {
                    index: each.index,
                    handler: handler.index,
                    unless,
                });
            }
        }
    }
    bindings
}

fn has_more_specific(others: &[Match], each: &Match) -> bool {
    others
        .iter()
        .any(|other| other.index == each.index && other.specificity > each.specificity)
}
