//! The rules of a plan (P7), one function each. None runs anything.

mod conflicts;
mod providers;
mod relations;

use super::problem::{Problem, ProblemKind};
use super::{PlanCore, ProblemText};
use crate::background::{check_background, check_queues, check_sendable};
use crate::callback::{CallbackId, Registration, registrations, short_type_name};
use crate::loops::{Breakpoint, BreakpointId, BreakpointSet, Declared};
use crate::outcome::catch;
use crate::period::Position;
use crate::period::{check_due, check_dues, check_idle, check_periods, check_read_only};
use crate::raw::{Access, Table};
use crate::run::HandlerRecord;
use conflicts::{check_readers, check_writers};
use providers::{Providers, check_providers};
use relations::{check_incompatible, check_requirements};
use std::cell::OnceCell;
use std::collections::HashMap;

/// What the rules look at.
pub(crate) struct CheckInput<'p> {
    pub(crate) plan: &'p PlanCore,
    pub(crate) state: &'p Table,
    /// All registrations, collected and sorted when a rule first asks.
    pub(crate) registered: OnceCell<Vec<&'static Registration>>,
}

/// All problems of a plan, in the order of the rules.
pub(crate) fn check(input: &CheckInput<'_>) -> Vec<Problem> {
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
fn check_info(input: &CheckInput<'_>) -> Vec<Problem> {
    let order = input.plan.resolved.order.iter();
    let panicked = order.filter_map(|at| Some((*at, input.plan.attached[*at].panicked.clone()?)));
    panicked
        .map(|(at, text)| input.of_callback(at, ProblemKind::Panicked, ProblemText::plain(text)))
        .collect()
}

/// A weight is a number.
fn check_weights(input: &CheckInput<'_>) -> Vec<Problem> {
    let weightless = |at: &CallbackId| input.plan.attached[*at].weight().is_nan();
    let order = input.plan.resolved.order.iter().filter(|at| weightless(at));
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
fn check_names(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut first: HashMap<&str, CallbackId> = HashMap::new();
    let mut problems = Vec::new();
    for at in CallbackId::first(input.plan.attached.len()) {
        let callback = &input.plan.attached[at];
        let Some(name) = callback.explicit_name().filter(|_| callback.active) else {
            continue;
        };
        if let Some(other) = first.insert(name, at) {
            let text = format!(
                "another callback is named `{name}` too ({}); give one of them another name",
                input.plan.attached[other].added_at
            );
            problems.push(input.of_callback(at, ProblemKind::SameName, text));
        }
    }
    problems
}

/// The state that a handler requires is present when it runs.
fn check_state(input: &CheckInput<'_>) -> Vec<Problem> {
    let providers = Providers::of(input);
    let mut problems = Vec::new();
    for (at, record) in input.handlers() {
        if input.plan.of_run.why_silent(at).is_some() {
            continue;
        }
        let required = record.accesses.iter().filter(|access| !access.optional);
        problems.extend(required.filter_map(|access| input.unmet(&providers, at, record, access)));
    }
    problems
}

/// A handler can run at least once.
fn check_silence(input: &CheckInput<'_>) -> Vec<Problem> {
    let silent = input
        .handlers()
        .filter_map(|(at, record)| Some((at, record, input.plan.of_run.why_silent(at)?)));
    silent
        .map(|(at, record, because)| {
            let text = format!("can never run here: {because}");
            input.of_handler(at, record, ProblemKind::NeverRuns, None, text)
        })
        .collect()
}

impl CheckInput<'_> {
    /// The registered callbacks of this loop.
    pub(crate) fn registered(&self) -> impl Iterator<Item = &'static Registration> {
        let all = self.registered.get_or_init(registrations).iter().copied();
        all.filter(|one| one.is_for(self.plan.loop_info))
    }

    /// Every handler, with its breakpoint.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (BreakpointId, &HandlerRecord)> {
        let all = self.plan.dispatcher.all_records();
        all.map(|(handler, record)| (handler.breakpoint, record))
    }

    pub(crate) fn breakpoint(&self, id: BreakpointId) -> &'static Breakpoint {
        &self.plan.loop_info.breakpoints[id]
    }

    /// Where the loop stands before it begins.
    pub(crate) fn start(&self) -> Position {
        let counters = self.plan.of_loop.counters.iter();
        let start = || counters.fold(Position::new(), |at, reader| reader.note(self.state, at));
        // Where a counter panics, the run will say so.
        catch(start).unwrap_or_default()
    }

    /// The state that the loop and the run provide, without what this run does not fire the breakpoint of.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &Declared> {
        let of_loop = self.plan.of_loop.declared.iter();
        of_loop
            .chain(&self.plan.of_run.declared)
            .filter(|declared| self.plan.of_run.provides(declared))
    }

    /// Why required state is absent at a breakpoint; `None` if it is present.
    pub(crate) fn unmet(
        &self,
        providers: &Providers<'_>,
        at: BreakpointId,
        record: &HandlerRecord,
        access: &Access,
    ) -> Option<Problem> {
        let existing = providers.declared_at(access.type_id);
        let is_declared = existing != BreakpointSet::default();
        // What a loop provides it also takes away, so that a value found in the state now says nothing of it.
        if existing.contains(at) || !is_declared && self.state.holds(access.slot) {
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
                exists_elsewhere(self, &state, existing),
            ),
            None => (
                ProblemKind::Missing,
                providers::no_provider(self, access, &state),
            ),
        };
        Some(self.of_handler(at, record, kind, Some(state), text))
    }

    pub(crate) fn of_handler(
        &self,
        at: BreakpointId,
        record: &HandlerRecord,
        kind: ProblemKind,
        state: Option<String>,
        text: String,
    ) -> Problem {
        Problem {
            kind,
            callback: self.plan.resolved.names[record.callback].to_string(),
            breakpoint: Some(self.breakpoint(at).name()),
            state,
            location: record.location,
            text: text.into(),
        }
    }

    pub(crate) fn of_callback(
        &self,
        id: CallbackId,
        kind: ProblemKind,
        text: impl Into<ProblemText>,
    ) -> Problem {
        Problem {
            kind,
            callback: self.plan.resolved.names[id].to_string(),
            breakpoint: None,
            state: None,
            location: self.plan.attached[id].location(),
            text: text.into(),
        }
    }
}

fn exists_elsewhere(input: &CheckInput<'_>, state: &str, existing: BreakpointSet) -> String {
    let mut stretches: Vec<(BreakpointId, BreakpointId)> = Vec::new();
    for at in existing.iter() {
        match stretches.last_mut() {
            Some((_, last)) if last.index() + 1 == at.index() => *last = at,
            _ => stretches.push((at, at)),
        }
    }
    let name = |at: BreakpointId| input.breakpoint(at).name();
    let places: Vec<String> = stretches
        .into_iter()
        .map(|(first, last)| match last.index() - first.index() {
            0 => format!("at {}", name(first)),
            _ => format!("from {} to {}", name(first), name(last)),
        })
        .collect();
    format!(
        "`{state}` does not exist here; it exists {}; move the handler, or ask for `Option<&{state}>`",
        places.join(" and ")
    )
}
