//! The rules of a plan (P7), one function each. None runs anything.

mod conflicts;
mod providers;
mod relations;

use super::problem::{Problem, ProblemKind};
use super::{Attached, HandlerRecord, ProblemText, Resolved};
use crate::background::{check_background, check_queues, check_sendable};
use crate::callback::{Registration, registrations, short_type_name};
use crate::loops::{Availability, BreakpointSet, Declared, Loop};
use crate::outcome::catch;
use crate::period::Position;
use crate::period::{check_due, check_dues, check_idle, check_periods, check_read_only};
use crate::plan::Members;
use crate::raw::{Access, Table};
use conflicts::{check_readers, check_writers};
use providers::{Providers, check_providers};
use relations::{check_incompatible, check_requirements};
use std::cell::OnceCell;
use std::collections::HashMap;

/// What the rules look at.
pub(crate) struct CheckInput<'p, L> {
    pub(crate) attached: &'p [Attached],
    pub(crate) resolved: &'p Resolved,
    /// What the loop says exists where.
    pub(crate) of_loop: &'p Availability<L>,
    /// What this run says.
    pub(crate) of_run: &'p Availability<L>,
    pub(crate) state: &'p Table,
    pub(crate) members: &'p Members,
    /// What is worth a note otherwise is a problem.
    pub(crate) strict: bool,
    /// All registrations, collected and sorted when a rule first asks.
    pub(crate) registered: OnceCell<Vec<&'static Registration>>,
}

/// Everything that is wrong, in the order of the rules.
pub(crate) fn check<L: Loop>(input: &CheckInput<'_, L>) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(check_info(input));
    problems.extend(check_weights(input));
    problems.extend(check_names(input));
    problems.extend(check_providers(input));
    problems.extend(check_state(input));
    problems.extend(check_silence(input));
    problems.extend(check_requirements(input));
    problems.extend(check_incompatible(input));
    problems.extend(check_writers(input));
    problems.extend(check_readers(input));
    problems.extend(check_periods(input));
    problems.extend(check_idle(input));
    problems.extend(check_read_only(input));
    problems.extend(check_due(input));
    problems.extend(check_dues(input));
    problems.extend(check_background(input));
    problems.extend(check_sendable(input));
    problems.extend(check_queues(input));
    problems
}

/// A callback says what it is.
fn check_info<L: Loop>(input: &CheckInput<'_, L>) -> Vec<Problem> {
    let order = input.resolved.order.iter();
    let panicked = order.filter_map(|at| Some((*at, input.attached[*at].panicked.clone()?)));
    panicked
        .map(|(at, text)| input.of_callback(at, ProblemKind::Panicked, ProblemText::plain(text)))
        .collect()
}

/// A weight is a number.
fn check_weights<L: Loop>(input: &CheckInput<'_, L>) -> Vec<Problem> {
    let weightless = |at: &usize| input.attached[*at].weight().is_nan();
    let order = input.resolved.order.iter().filter(|at| weightless(at));
    order
        .map(|at| {
            input.of_callback(
                *at,
                ProblemKind::Weight,
                String::from("its weight is NaN; write a number or an infinity"),
            )
        })
        .collect()
}

/// No two callbacks have the same name of their own.
fn check_names<L: Loop>(input: &CheckInput<'_, L>) -> Vec<Problem> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut problems = Vec::new();
    for at in 0..input.attached.len() {
        let callback = &input.attached[at];
        let Some(name) = callback.explicit_name().filter(|_| callback.active) else {
            continue;
        };
        if let Some(other) = first.insert(name, at) {
            let text = format!(
                "another callback is named `{name}` too ({}); give one of them another name",
                input.attached[other].attached_at
            );
            problems.push(input.of_callback(at, ProblemKind::SameName, text));
        }
    }
    problems
}

/// What a handler requires is there when it runs.
fn check_state<L: Loop>(input: &CheckInput<'_, L>) -> Vec<Problem> {
    let providers = Providers::of(input);
    let mut problems = Vec::new();
    for (at, record) in input.handlers() {
        if input.of_run.silence(at).is_some() {
            continue;
        }
        let required = record.accesses.iter().filter(|access| !access.optional);
        problems.extend(required.filter_map(|access| input.unmet(&providers, at, record, access)));
    }
    problems
}

/// A handler can run at least once.
fn check_silence<L: Loop>(input: &CheckInput<'_, L>) -> Vec<Problem> {
    let silent = input
        .handlers()
        .filter_map(|(at, record)| Some((at, record, input.of_run.silence(at)?)));
    silent
        .map(|(at, record, because)| {
            let text = format!("can never run here: {because}");
            input.of_handler(at, record, ProblemKind::NeverRuns, None, text)
        })
        .collect()
}

impl<L: Loop> CheckInput<'_, L> {
    /// The registered callbacks of this loop.
    pub(crate) fn registered(&self) -> impl Iterator<Item = &'static Registration> {
        let all = self.registered.get_or_init(registrations).iter().copied();
        all.filter(|one| one.is_for::<L>())
    }

    /// Every handler, with the index of its breakpoint.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (usize, &HandlerRecord)> {
        let lists = self.resolved.lists.iter().enumerate();
        lists.flat_map(|(at, list)| list.iter().map(move |record| (at, record)))
    }

    /// What the loop and the run provide; only what this run brings.
    /// Where the loop stands before it begins.
    pub(crate) fn start(&self) -> Position {
        let counters = self.of_loop.counters().iter();
        let start = || counters.fold(Position::new(), |at, reader| reader.note(self.state, at));
        // Where a counter panics, the run will say so.
        catch(start).unwrap_or_default()
    }

    pub(crate) fn declared(&self) -> impl Iterator<Item = &Declared> {
        let of_loop = self.of_loop.declared().iter();
        of_loop
            .chain(self.of_run.declared())
            .filter(|declared| self.of_run.brings(declared))
    }

    /// Why a required want is not met at a breakpoint.
    pub(crate) fn unmet(
        &self,
        providers: &Providers<'_>,
        at: usize,
        record: &HandlerRecord,
        access: &Access,
    ) -> Option<Problem> {
        let existing = providers.declared_at(access.type_id);
        let is_declared = existing != BreakpointSet::default();
        // What a loop provides it also takes away, so that a value found in the state now says nothing of it.
        if existing.has(at) || !is_declared && self.state.holds(access.slot) {
            return None;
        }
        let state = short_type_name(access.type_name);
        let (kind, text) = match providers.of_type(access.type_id) {
            Some(provider) => (
                ProblemKind::NotHere,
                providers::too_early(self, at, record, provider, &state)?,
            ),
            None if is_declared => (
                ProblemKind::NotHere,
                exists_elsewhere::<L>(&state, existing),
            ),
            None => (
                ProblemKind::Missing,
                providers::nobody_provides(self, access, &state),
            ),
        };
        Some(self.of_handler(at, record, kind, Some(state), text))
    }

    pub(crate) fn of_handler(
        &self,
        at: usize,
        record: &HandlerRecord,
        kind: ProblemKind,
        state: Option<String>,
        text: String,
    ) -> Problem {
        Problem {
            kind,
            callback: self.resolved.names[record.instance].to_string(),
            breakpoint: Some(L::BREAKPOINTS[at].name()),
            state,
            location: record.location,
            text: text.into(),
        }
    }

    pub(crate) fn of_callback(
        &self,
        at: usize,
        kind: ProblemKind,
        text: impl Into<ProblemText>,
    ) -> Problem {
        Problem {
            kind,
            callback: self.resolved.names[at].to_string(),
            breakpoint: None,
            state: None,
            location: self.attached[at].location(),
            text: text.into(),
        }
    }
}

fn exists_elsewhere<L: Loop>(state: &str, existing: BreakpointSet) -> String {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for at in existing.iter() {
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == at => *last = at,
            _ => stretches.push((at, at)),
        }
    }
    let name = |at: usize| L::BREAKPOINTS[at].name();
    let places: Vec<String> = stretches
        .into_iter()
        .map(|(first, last)| match last - first {
            0 => format!("at {}", name(first)),
            _ => format!("from {} to {}", name(first), name(last)),
        })
        .collect();
    format!(
        "`{state}` does not exist here; it exists {}; move the handler, or ask for `Option<&{state}>`",
        places.join(" and ")
    )
}
