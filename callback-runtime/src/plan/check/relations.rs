//! Checks the relations between callbacks: required callbacks are attached, incompatible ones are not.

use super::CheckInput;
use crate::callback::{CallbackId, CallbackRef, RefTarget, Registration, Relation, Verb};
use crate::plan::nearest;
use crate::plan::{Problem, ProblemKind};
use std::collections::HashSet;

/// Refuses a callback that requires another one that is not attached, as
///
/// ```text
/// #[callback(requires(Metrics))]
/// impl Report { ... }
///
/// plan.add(Report);   // and no `plan.add(Metrics)`
/// ```
pub(crate) fn check_requirements(input: &CheckInput<'_>) -> Vec<Problem> {
    let unmet = relations(input, Verb::Requires).filter_map(|(id, relation)| {
        let callback_ref = &relation.callback_ref;
        let text = match input.plan.resolved.members.named(callback_ref)[..] {
            [] => {
                let advice = advice(input, id, callback_ref);
                format!("requires `{callback_ref}`, which is not attached; {advice}")
            }
            [single] if single == id => format!(
                "requires another `{callback_ref}`, and no other is attached; attach one more"
            ),
            _ => return None,
        };
        Some(of_relation(
            input,
            id,
            relation,
            ProblemKind::Required,
            text,
        ))
    });
    unmet.collect()
}

/// Refuses a callback that another one declares incompatible, as
///
/// ```text
/// #[callback(incompatible(Profiler))]
/// impl Benchmark { ... }
///
/// plan.add(Benchmark);
/// plan.add(Profiler);
/// ```
///
/// Each declaration reports the first such callback and the number of the others, so that a thousand callbacks of one type are not half a
/// million problems.
pub(crate) fn check_incompatible(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut reported = HashSet::new();
    let mut problems = Vec::new();
    for (id, relation) in relations(input, Verb::Incompatible) {
        let named = input.plan.resolved.members.named(&relation.callback_ref);
        let mut others = named.iter().filter(|other| **other != id);
        // Both callbacks may declare it.
        let new = others.find(|other| reported.insert((id.min(**other), id.max(**other))));
        if let Some(other) = new {
            let count = named.len() - usize::from(named.binary_search(&id).is_ok());
            let text = incompatible_text(input, *other, count - 1);
            let kind = ProblemKind::Incompatible;
            problems.push(of_relation(input, id, relation, kind, text));
        }
    }
    problems
}

/// Describes an incompatible callback and the number of further ones.
fn incompatible_text(input: &CheckInput<'_>, other: CallbackId, more: usize) -> String {
    let (name, location) = (input.name(other), input.plan.attached[other].location());
    match more {
        0 => format!("is incompatible with `{name}` ({location}); attach one of the two"),
        _ => format!(
            "is incompatible with `{name}` ({location}), and {more} more; attach either it or those"
        ),
    }
}

/// Returns the relations of one kind, with the callbacks that declare them.
fn relations<'s>(
    input: &'s CheckInput<'_>,
    verb: Verb,
) -> impl Iterator<Item = (CallbackId, &'s Relation)> {
    let order = input.plan.resolved.order.iter().copied();
    let all = order.flat_map(|id| {
        let relations = input.plan.attached[id].all_relations();
        relations.map(move |relation| (id, relation))
    });
    all.filter(move |(_, relation)| relation.verb == verb)
}

/// Makes the problem of a relation that the callback `id` declares.
fn of_relation(
    input: &CheckInput<'_>,
    id: CallbackId,
    relation: &Relation,
    kind: ProblemKind,
    text: String,
) -> Problem {
    let mut problem = input.of_callback(id, kind, text);
    if let Some(location) = relation.location {
        // The attachment declares the relation.
        problem.location = location;
        problem.attached_at = Some(location);
    }
    problem
}

/// Returns what to write so that the callback `id` has the callback that it requires.
fn advice(input: &CheckInput<'_>, id: CallbackId, callback_ref: &CallbackRef) -> String {
    let is_meant = |registration: &&Registration| match callback_ref.target() {
        RefTarget::Type { id, .. } => registration.callback_type() == *id,
        RefTarget::Name(name) => registration.name() == name,
    };
    match input.registered().find(is_meant) {
        Some(found) if !found.needs_arguments() => format!(
            "it is registered ({}): write `plan.require(\"{}\")`",
            found.location(),
            found.name()
        ),
        Some(found) => format!("it is registered ({}): attach one", found.location()),
        None => match nearest_name(input, id, callback_ref) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "attach one".into(),
        },
    }
}

/// Returns the name that is most similar to a required one: that of another attached callback or, failing that, of a registered one.
fn nearest_name<'s>(
    input: &'s CheckInput<'_>,
    id: CallbackId,
    callback_ref: &CallbackRef,
) -> Option<&'s str> {
    let RefTarget::Name(name) = callback_ref.target() else {
        return None;
    };
    let order = input.plan.resolved.order.iter();
    let others = order.filter(|other| **other != id);
    let attached = others.map(|other| input.name(*other));
    let registered = input.registered().map(Registration::name);
    nearest(name, attached).or_else(|| nearest(name, registered))
}
