//! The rules of a plan (P7), one function each. No rule runs a handler.
//!
//! The rules for periods are in `period/check.rs`, those for callbacks in the background in `background/check.rs`.

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
use crate::period::{
    check_attached_periods, check_due_params, check_never_due, check_periods, check_read_only,
};
use crate::raw::{Access, Table};
use crate::run::HandlerRecord;
use conflicts::{check_readers, check_writers};
use providers::{Providers, check_providers};
use relations::{check_incompatible, check_requirements};
use std::cell::OnceCell;
use std::collections::HashMap;

/// The input of the rules.
pub(crate) struct CheckInput<'p> {
    /// The plan, after `resolve`.
    pub(crate) plan: &'p PlanCore,
    /// The state that the plan is checked against.
    pub(crate) state: &'p Table,
    /// All registrations, collected and sorted when a rule first needs them.
    pub(crate) registered: OnceCell<Vec<&'static Registration>>,
}

/// Returns the problems that the rules find, in the order of the rules.
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
    problems.extend(check_attached_periods(input));
    problems.extend(check_read_only(input));
    problems.extend(check_due_params(input));
    problems.extend(check_never_due(input));
    problems.extend(check_background(input));
    problems.extend(check_sendable(input));
    problems.extend(check_queues(input));
    problems
}

/// Refuses a callback whose `info` panics, as
///
/// ```text
/// fn info(&self) -> CallbackInfo { todo!() }
/// ```
fn check_info(input: &CheckInput<'_>) -> Vec<Problem> {
    let order = input.plan.resolved.order.iter();
    let panicked = order.filter_map(|id| Some((*id, input.plan.attached[*id].panicked.clone()?)));
    panicked
        .map(|(id, text)| input.of_callback(id, ProblemKind::Panicked, ProblemText::plain(text)))
        .collect()
}

/// Refuses a weight that is NaN, as
///
/// ```text
/// plan.add(PrintLoss).weight(0.0 / 0.0);
/// ```
fn check_weights(input: &CheckInput<'_>) -> Vec<Problem> {
    let is_nan = |id: &CallbackId| input.plan.attached[*id].weight().is_nan();
    let order = input.plan.resolved.order.iter().filter(|id| is_nan(id));
    order
        .map(|id| {
            input.of_callback(
                *id,
                ProblemKind::Weight,
                String::from("its weight is NaN; write a number or an infinity"),
            )
        })
        .collect()
}

/// Refuses two callbacks with the same explicit name, as
///
/// ```text
/// plan.add(PrintLoss).named("print");
/// plan.add(PrintRate).named("print");
/// ```
fn check_names(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut first: HashMap<&str, CallbackId> = HashMap::new();
    let mut problems = Vec::new();
    for id in CallbackId::first(input.plan.attached.len()) {
        let callback = &input.plan.attached[id];
        let Some(name) = callback.explicit_name().filter(|_| callback.active) else {
            continue;
        };
        if let Some(other) = first.insert(name, id) {
            let text = format!(
                "another callback is named `{name}` too ({}); give one of them another name",
                input.plan.attached[other].added_at
            );
            problems.push(input.of_callback(id, ProblemKind::SameName, text));
        }
    }
    problems
}

/// Refuses a handler that requires state that nothing provides, or that does not exist at its breakpoint, as
///
/// ```text
/// fn on_epoch_end(&self, notes: &String) {}         // nothing inserts a `String`
/// fn on_train_batch_begin(&self, loss: &Loss) {}    // the loss does not exist yet
/// ```
fn check_state(input: &CheckInput<'_>) -> Vec<Problem> {
    let providers = Providers::of(input);
    let mut problems = Vec::new();
    for (at, record) in input.handlers() {
        if input.plan.of_run.why_silent(at).is_some() {
            continue;
        }
        let required = record.accesses.iter().filter(|access| !access.optional);
        problems.extend(
            required.filter_map(|access| input.absent_state(&providers, at, record, access)),
        );
    }
    problems
}

/// Notes a handler at a breakpoint that this run does not fire, as
///
/// ```text
/// plan.expect(|run| run.silent_scope(Fit::VALID, "there is no validation data"));
/// plan.on(Fit::on_valid_end, || {});
/// ```
///
/// A ready-made callback has handlers for many kinds of runs, and who attaches it did not choose its breakpoints.
fn check_silence(input: &CheckInput<'_>) -> Vec<Problem> {
    let is_ready_made = |id: CallbackId| input.plan.attached[id].info.is_ready_made();
    let silent = input
        .handlers()
        .filter(|(_, record)| !is_ready_made(record.callback))
        .filter_map(|(at, record)| Some((at, record, input.plan.of_run.why_silent(at)?)));
    silent
        .map(|(at, record, because)| {
            let text = format!("can never run here: {because}");
            input.of_handler(at, record, ProblemKind::NeverRuns, None, text)
        })
        .collect()
}

impl CheckInput<'_> {
    /// Returns the registered callbacks of this loop.
    pub(crate) fn registered(&self) -> impl Iterator<Item = &'static Registration> {
        let all = self.registered.get_or_init(registrations).iter().copied();
        all.filter(|registration| registration.is_for(self.plan.loop_info))
    }

    /// Returns the bound handlers with their breakpoints.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = (BreakpointId, &HandlerRecord)> {
        let all = self.plan.dispatcher.all_records();
        all.map(|(handler, record)| (handler.breakpoint, record))
    }

    pub(crate) fn breakpoint(&self, id: BreakpointId) -> &'static Breakpoint {
        &self.plan.loop_info.breakpoints[id]
    }

    /// Returns the position of the loop before the run begins, read from its counters.
    pub(crate) fn start(&self) -> Position {
        let counters = self.plan.of_loop.counters.iter();
        let start = || counters.fold(Position::new(), |at, reader| reader.add_to(at, self.state));
        // A counter may panic. It panics again in the run, which reports it.
        catch(start).unwrap_or_default()
    }

    /// Returns the state that the loop and the run provide, without that of breakpoints that this run does not fire.
    pub(crate) fn declared(&self) -> impl Iterator<Item = &Declared> {
        let of_loop = self.plan.of_loop.declared.iter();
        of_loop
            .chain(&self.plan.of_run.declared)
            .filter(|declared| self.plan.of_run.provides(declared))
    }

    /// Returns the problem of required state that is absent at a breakpoint; `None` if it is present.
    pub(crate) fn absent_state(
        &self,
        providers: &Providers<'_>,
        at: BreakpointId,
        record: &HandlerRecord,
        access: &Access,
    ) -> Option<Problem> {
        let existing = providers.declared_at(access.type_id);
        let is_declared = existing != BreakpointSet::default();
        // A loop also removes the state that it provides. So a value that is in the state now need not be there at the breakpoint.
        if existing.contains(at) || !is_declared && self.state.holds(access.slot) {
            return None;
        }
        let state = short_type_name(access.type_name);
        let (kind, text) = match providers.of_type(access.type_id) {
            Some(provider) => (
                ProblemKind::NotHere,
                providers::entered_too_early(self, at, record, provider, &state)?,
            ),
            None if is_declared => (
                ProblemKind::NotHere,
                exists_elsewhere_text(self, &state, existing),
            ),
            None => (
                ProblemKind::Missing,
                providers::missing_text(self, access, &state),
            ),
        };
        Some(self.of_handler(at, record, kind, Some(state), text))
    }

    /// Makes a problem of one handler.
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
            attached_at: Some(self.plan.attached[record.callback].added_at),
            text: text.into(),
        }
    }

    /// Makes a problem of a callback as a whole.
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
            attached_at: Some(self.plan.attached[id].added_at),
            text: text.into(),
        }
    }
}

/// Describes state that exists, but not at the breakpoint of a handler.
fn exists_elsewhere_text(input: &CheckInput<'_>, state: &str, existing: BreakpointSet) -> String {
    let mut ranges: Vec<(BreakpointId, BreakpointId)> = Vec::new();
    for at in existing.iter() {
        match ranges.last_mut() {
            Some((_, last)) if last.index() + 1 == at.index() => *last = at,
            _ => ranges.push((at, at)),
        }
    }
    let name = |at: BreakpointId| input.breakpoint(at).name();
    let places: Vec<String> = ranges
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
