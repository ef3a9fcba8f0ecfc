//! Which breakpoints a name reaches, and who runs there.

use super::{Handler, Loop};
use crate::callback::syntax::{Condition, Fact};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// A breakpoint of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which of the block's loops.
    pub(crate) in_loop: usize,
    /// Which of the loop's breakpoints.
    pub(crate) breakpoint: usize,
}

/// How exactly a name means a breakpoint: what is more specific wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// By its name without the phase, as one of several.
    AnyPhase,
    /// By its own name, or without the phase where the phase is given.
    Specific,
}

/// A breakpoint that a handler asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) place: Place,
    pub(crate) rank: Rank,
}

/// A handler that runs at a breakpoint.
pub(crate) struct Binding {
    pub(crate) place: Place,
    pub(crate) handler: usize,
    /// Handlers that are more specific but may be absent, each with its conditions.
    pub(crate) unless: Vec<Vec<Condition>>,
}

/// The breakpoints that are called one of `spellings`, with or without their phase.
pub(super) fn places(spellings: &[String], phase: Option<&Ident>, loops: &[Loop]) -> Vec<Claim> {
    let loops = loops.iter().enumerate();
    loops
        .flat_map(|(in_loop, each)| {
            let claims = claims(spellings, phase, &each.facts.breakpoints);
            claims.map(move |(breakpoint, rank)| Claim {
                place: Place {
                    in_loop,
                    breakpoint,
                },
                rank,
            })
        })
        .collect()
}

fn claims(
    spellings: &[String],
    phase: Option<&Ident>,
    breakpoints: &[Fact],
) -> impl Iterator<Item = (usize, Rank)> {
    let narrowed = phase.map(|phase| phase.unraw().to_string());
    let indexed = breakpoints.iter().enumerate();
    indexed.filter_map(move |(index, breakpoint)| {
        let in_phase = narrowed.is_none() || narrowed == breakpoint.phase;
        let free = breakpoint.free.as_ref();
        let rank = if spellings.contains(&breakpoint.name) {
            Rank::Specific
        } else if free.is_none_or(|free| !spellings.contains(free)) {
            return None;
        } else if narrowed.is_some() {
            Rank::Specific
        } else {
            Rank::AnyPhase
        };
        in_phase.then_some((index, rank))
    })
}

/// Every breakpoint that `handler` asks for, once, by its best rank.
pub(crate) fn claims_of(handler: &Handler) -> Vec<Claim> {
    let mut best: Vec<Claim> = Vec::new();
    for claim in handler.requests.iter().flat_map(|request| &request.places) {
        match best.iter_mut().find(|known| known.place == claim.place) {
            Some(known) => known.rank = known.rank.max(claim.rank),
            None => best.push(*claim),
        }
    }
    best
}

/// Who runs where: a handler leaves a breakpoint to one that names it more exactly.
pub(super) fn bindings(handlers: &[Handler]) -> Vec<Binding> {
    let claims: Vec<_> = handlers
        .iter()
        .map(|handler| (handler, claims_of(handler)))
        .collect();
    let mut bindings = Vec::new();
    for (handler, claimed) in &claims {
        for claim in claimed {
            let better = claims.iter().filter(|(_, other)| beats(other, claim));
            let unless: Vec<_> = better
                .map(|(other, _)| other.function.conditions())
                .collect();
            if unless.iter().all(|conditions| !conditions.is_empty()) {
                let (place, handler) = (claim.place, handler.index);
                bindings.push(Binding {
                    place,
                    handler,
                    unless,
                });
            }
        }
    }
    bindings
}

fn beats(others: &[Claim], claim: &Claim) -> bool {
    others
        .iter()
        .any(|other| other.place == claim.place && other.rank > claim.rank)
}
