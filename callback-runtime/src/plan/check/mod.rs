//! The rules of a plan (P7), one function each. No rule runs a handler.
//!
//! Other rules are in `check.rs` of `period/`, `background/`, `parallel/` and `persist/`.

mod claims;
mod conflicts;
mod counters;
mod known_names;
mod monitors;
mod needs;
mod order_names;
mod providers;
mod relations;
mod state;

use super::discover::check_left_out;
use super::order::active;
use super::problem::{Problem, ProblemKind};
use super::{Attached, PlanCore, ProblemText};
use crate::background::{check_background, check_queues, check_sendable};
use crate::callback::{BoundTo, CallbackId, Registration, Registrations, registrations};
use crate::loops::{Breakpoint, BreakpointId, Declared};
use crate::outcome::catch;
use crate::parallel::check_parallel;
use crate::period::{
    Position, check_attached_periods, check_due_params, check_never_due, check_periods,
    check_read_only,
};
use crate::persist::{check_saved_names, check_saved_state};
use crate::raw::Table;
use crate::run::HandlerRecord;
use claims::check_claims;
use conflicts::{check_readers, check_writers};
use counters::check_counters;
use known_names::check_known_names;
use monitors::check_monitors;
use needs::check_needs;
use order_names::check_order_names;
use providers::{check_declared_and_provided, check_declared_twice, check_provided_twice};
use relations::{check_incompatible, check_requirements};
use state::check_state;
use std::cell::OnceCell;
use std::collections::HashMap;

/// The input of the rules.
pub(crate) struct CheckInput<'p> {
    /// The plan, after `resolve`.
    pub(crate) plan: &'p PlanCore,
    /// The state that the plan is checked against.
    pub(crate) state: &'p Table,
    /// Whether a run begins with this state, and not only a check.
    pub(crate) begins: bool,
    /// All registrations, collected and sorted when a rule first needs them.
    pub(crate) registered: OnceCell<Registrations>,
}

/// The rules, in the order in which `check` applies them.
const RULES: [fn(&CheckInput<'_>) -> Vec<Problem>; 31] = [
    check_info,
    check_weights,
    check_settings,
    check_known_names,
    check_names,
    check_saved_names,
    check_saved_state,
    check_declared_twice,
    check_provided_twice,
    check_declared_and_provided,
    check_state,
    check_counters,
    check_silence,
    check_needs,
    check_requirements,
    check_incompatible,
    check_claims,
    check_monitors,
    check_order_names,
    check_writers,
    check_readers,
    check_periods,
    check_attached_periods,
    check_read_only,
    check_due_params,
    check_never_due,
    check_background,
    check_sendable,
    check_queues,
    check_parallel,
    check_left_out,
];

/// Returns the problems that the rules find, in the order of the rules.
pub(crate) fn check(input: &CheckInput<'_>) -> Vec<Problem> {
    RULES.iter().flat_map(|rule| rule(input)).collect()
}

/// Refuses a callback whose `info` panics, as
///
/// ```text
/// fn info(&self) -> CallbackInfo { todo!() }
/// ```
fn check_info(input: &CheckInput<'_>) -> Vec<Problem> {
    input.each_callback(|id, attached| {
        let text = ProblemText::plain(attached.panicked.clone()?);
        Some(input.of_callback(id, ProblemKind::Panicked, text))
    })
}

/// Refuses a weight that is NaN, as
///
/// ```text
/// plan.add(PrintLoss).weight(0.0 / 0.0);
/// ```
fn check_weights(input: &CheckInput<'_>) -> Vec<Problem> {
    input.each_callback(|id, attached| {
        let text = "its weight is NaN; write a number or an infinity";
        let is_nan = attached.weight().is_nan();
        is_nan.then(|| input.of_callback(id, ProblemKind::Weight, text.to_owned()))
    })
}

/// Refuses the settings that a callback declares invalid, as
///
/// ```text
/// trainer.callback(EarlyStopping::minimize("valid_loss").min_delta(-1.0))
/// ```
fn check_settings(input: &CheckInput<'_>) -> Vec<Problem> {
    input.each_callback(|id, attached| {
        let invalid = attached.info.declarations().invalid.iter();
        let problems =
            invalid.map(|text| input.of_callback(id, ProblemKind::Setting, text.clone()));
        problems.collect::<Vec<_>>()
    })
}

/// Refuses two callbacks with the same explicit name, as
///
/// ```text
/// plan.add(PrintLoss).named("print");
/// plan.add(PrintRate).named("print");
/// ```
fn check_names(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut taken: HashMap<&str, &Attached> = HashMap::new();
    let mut problems = Vec::new();
    for (id, callback) in active(&input.plan.attached) {
        let Some(name) = callback.explicit_name() else {
            continue;
        };
        if let Some(other) = taken.insert(name, callback) {
            let text = format!(
                "another callback is named `{name}` too ({}); give one of them another name",
                other.added_at
            );
            problems.push(input.of_callback(id, ProblemKind::SameName, text));
        }
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
/// A ready-made callback has handlers for many kinds of runs, and who attaches it did not choose its breakpoints. A handler for every scope
/// runs at others.
fn check_silence(input: &CheckInput<'_>) -> Vec<Problem> {
    input.each_handler(|record| {
        let is_ready_made = input.plan.attached[record.callback].info.is_ready_made();
        let may_be_silent = is_ready_made || record.bound_to == BoundTo::Several;
        let why = input
            .plan
            .of_run
            .why_silent(record.at)
            .filter(|_| !may_be_silent)?;
        let text = format!("can never run here: {why}");
        Some(input.of_handler(record, ProblemKind::NeverRuns, text))
    })
}

impl CheckInput<'_> {
    /// Returns the registered callbacks of this loop.
    pub(crate) fn registered(&self) -> impl Iterator<Item = &'static Registration> {
        let all = self.registered.get_or_init(registrations).iter().copied();
        all.filter(|registration| registration.is_for(self.plan.loop_info))
    }

    /// Returns the bound handlers.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = &HandlerRecord> {
        self.plan.dispatcher.all_records().map(|(_, record)| record)
    }

    /// Returns the problems that a rule finds in handlers, in the order of the breakpoints.
    pub(crate) fn each_handler<I: IntoIterator<Item = Problem>>(
        &self,
        rule: impl FnMut(&HandlerRecord) -> I,
    ) -> Vec<Problem> {
        self.handlers().flat_map(rule).collect()
    }

    /// Returns the problems that a rule finds in callbacks, in the order in which they run.
    pub(crate) fn each_callback<I: IntoIterator<Item = Problem>>(
        &self,
        mut rule: impl FnMut(CallbackId, &Attached) -> I,
    ) -> Vec<Problem> {
        let order = self.plan.resolved.order.iter();
        let problems = order.flat_map(|id| rule(*id, &self.plan.attached[*id]));
        problems.collect()
    }

    pub(crate) fn name(&self, id: CallbackId) -> &str {
        &self.plan.resolved.names[id]
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

    /// Makes a problem of one handler.
    pub(crate) fn of_handler(
        &self,
        record: &HandlerRecord,
        kind: ProblemKind,
        text: impl Into<ProblemText>,
    ) -> Problem {
        Problem {
            breakpoint: Some(self.breakpoint(record.at).name()),
            location: record.location,
            ..self.of_callback(record.callback, kind, text)
        }
    }

    /// Makes a problem of a callback as a whole.
    pub(crate) fn of_callback(
        &self,
        id: CallbackId,
        kind: ProblemKind,
        text: impl Into<ProblemText>,
    ) -> Problem {
        let attached = &self.plan.attached[id];
        Problem {
            attached_at: Some(attached.added_at),
            ..Problem::of_plan(kind, self.name(id), attached.location(), text)
        }
    }
}
