//! The rules of a plan (P7), one function each. None runs anything.

mod background;
mod conflicts;
mod periods;
mod providers;
mod relations;

use super::problem::{Problem, ProblemKind};
use super::{Attached, Placed, Resolved, Text};
use crate::availability::{Declared, States};
use crate::breakpoint::Loop;
use crate::callback::short_type_name;
use crate::catch::catch;
use crate::marks::Marks;
use crate::period::Position;
use crate::plan::order::Members;
use crate::raw::{Table, Want};
use crate::registry::{Registration, registrations};
use background::{check_background, check_queues, check_sendable};
use conflicts::{check_readers, check_writers};
use periods::{check_due, check_dues, check_idle, check_periods, check_read_only};
use providers::{Providers, check_providers};
use relations::{check_incompatible, check_requirements};
use std::cell::OnceCell;
use std::collections::HashMap;

/// What the rules look at.
pub(super) struct Subject<'p, L> {
    pub(super) attached: &'p [Attached],
    pub(super) resolved: &'p Resolved,
    /// What the loop says exists where.
    pub(super) of_loop: &'p States<L>,
    /// What this run says.
    pub(super) of_run: &'p States<L>,
    pub(super) state: &'p Table,
    pub(super) members: &'p Members,
    /// What is worth a note otherwise is a problem.
    pub(super) strict: bool,
    /// All registrations, collected and sorted when a rule first asks.
    pub(super) registered: OnceCell<Vec<&'static Registration>>,
}

/// Everything that is wrong, in the order of the rules.
pub(super) fn check<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(check_about(subject));
    problems.extend(check_weights(subject));
    problems.extend(check_names(subject));
    problems.extend(check_providers(subject));
    problems.extend(check_state(subject));
    problems.extend(check_silence(subject));
    problems.extend(check_requirements(subject));
    problems.extend(check_incompatible(subject));
    problems.extend(check_writers(subject));
    problems.extend(check_readers(subject));
    problems.extend(check_periods(subject));
    problems.extend(check_idle(subject));
    problems.extend(check_read_only(subject));
    problems.extend(check_due(subject));
    problems.extend(check_dues(subject));
    problems.extend(check_background(subject));
    problems.extend(check_sendable(subject));
    problems.extend(check_queues(subject));
    problems
}

/// A callback says what it is.
fn check_about<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let order = subject.resolved.order.iter();
    let broken = order.filter_map(|at| Some((*at, subject.attached[*at].broken.clone()?)));
    broken
        .map(|(at, text)| subject.of_callback(at, ProblemKind::Panicked, Text::plain(text)))
        .collect()
}

/// A weight is a number.
fn check_weights<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let weightless = |at: &usize| subject.attached[*at].weight().is_nan();
    let order = subject.resolved.order.iter().filter(|at| weightless(at));
    order
        .map(|at| {
            subject.of_callback(
                *at,
                ProblemKind::Weight,
                String::from("its weight is NaN; write a number or an infinity"),
            )
        })
        .collect()
}

/// No two callbacks have the same name of their own.
fn check_names<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut problems = Vec::new();
    for at in 0..subject.attached.len() {
        let callback = &subject.attached[at];
        let Some(name) = callback.explicit_name().filter(|_| callback.active) else {
            continue;
        };
        if let Some(other) = first.insert(name, at) {
            let text = format!(
                "another callback is named `{name}` too ({}); give one of them another name",
                subject.attached[other].added_at
            );
            problems.push(subject.of_callback(at, ProblemKind::SameName, text));
        }
    }
    problems
}

/// What a handler requires is there when it runs.
fn check_state<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let providers = Providers::of(subject);
    let mut problems = Vec::new();
    for (at, placed) in subject.handlers() {
        if subject.of_run.silence(at).is_some() {
            continue;
        }
        let required = placed.wants.iter().filter(|want| !want.optional);
        problems.extend(required.filter_map(|want| subject.unmet(&providers, at, placed, want)));
    }
    problems
}

/// A handler can run at least once.
fn check_silence<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let silent = subject
        .handlers()
        .filter_map(|(at, placed)| Some((at, placed, subject.of_run.silence(at)?)));
    silent
        .map(|(at, placed, because)| {
            let text = format!("can never run here: {because}");
            subject.of_handler(at, placed, ProblemKind::NeverRuns, None, text)
        })
        .collect()
}

impl<L: Loop> Subject<'_, L> {
    /// The registered callbacks of this loop.
    fn registered(&self) -> impl Iterator<Item = &'static Registration> {
        let all = self.registered.get_or_init(registrations).iter().copied();
        all.filter(|one| one.is_for::<L>())
    }

    /// Every handler, with the index of its breakpoint.
    fn handlers(&self) -> impl Iterator<Item = (usize, &Placed)> {
        let lists = self.resolved.lists.iter().enumerate();
        lists.flat_map(|(at, list)| list.iter().map(move |placed| (at, placed)))
    }

    /// What the loop and the run provide; only what this run brings.
    /// Where the loop stands before it begins.
    fn start(&self) -> Position {
        let counters = self.of_loop.counters().iter();
        let start = || counters.fold(Position::new(), |at, watch| watch.note(self.state, at));
        // Where a counter panics, the run will say so.
        catch(start).unwrap_or_default()
    }

    fn declared(&self) -> impl Iterator<Item = &Declared> {
        let of_loop = self.of_loop.declared().iter();
        of_loop
            .chain(self.of_run.declared())
            .filter(|declared| self.of_run.brings(declared))
    }

    /// Why a required want is not met at a breakpoint.
    fn unmet(
        &self,
        providers: &Providers<'_>,
        at: usize,
        placed: &Placed,
        want: &Want,
    ) -> Option<Problem> {
        let existing = providers.declared_at(want.type_id);
        let is_declared = existing != Marks::default();
        // What a loop provides it also takes away, so that a value found in the state now says nothing of it.
        if existing.has(at) || !is_declared && self.state.holds(want.slot) {
            return None;
        }
        let state = short_type_name(want.type_name);
        let (kind, text) = match providers.of_type(want.type_id) {
            Some(provider) => (
                ProblemKind::NotHere,
                providers::too_early(self, at, placed, provider, &state)?,
            ),
            None if is_declared => (
                ProblemKind::NotHere,
                exists_elsewhere::<L>(&state, existing),
            ),
            None => (
                ProblemKind::Missing,
                providers::nobody_provides(self, want, &state),
            ),
        };
        Some(self.of_handler(at, placed, kind, Some(state), text))
    }

    fn of_handler(
        &self,
        at: usize,
        placed: &Placed,
        kind: ProblemKind,
        state: Option<String>,
        text: String,
    ) -> Problem {
        Problem {
            kind,
            callback: self.resolved.names[placed.instance].to_string(),
            breakpoint: Some(L::BREAKPOINTS[at].name()),
            state,
            site: placed.site,
            text: text.into(),
        }
    }

    fn of_callback(&self, at: usize, kind: ProblemKind, text: impl Into<Text>) -> Problem {
        Problem {
            kind,
            callback: self.resolved.names[at].to_string(),
            breakpoint: None,
            state: None,
            site: self.attached[at].site(),
            text: text.into(),
        }
    }
}

fn exists_elsewhere<L: Loop>(state: &str, existing: Marks) -> String {
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
