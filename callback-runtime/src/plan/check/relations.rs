//! Required callbacks are attached, incompatible ones are not.

use super::CheckInput;
use crate::callback::{CallbackId, CallbackRef, RefTarget, Registration, Relation, Verb};
use crate::plan::nearest;
use crate::plan::{Problem, ProblemKind};
use std::collections::HashSet;

/// The callbacks that a callback requires are attached.
pub(crate) fn check_requirements(input: &CheckInput<'_>) -> Vec<Problem> {
    let unmet = relations_of(input, Verb::Requires).filter(|(at, relation)| {
        let others = input.plan.resolved.members.named(&relation.callback_ref);
        others.iter().all(|other| other == at)
    });
    unmet
        .map(|(at, relation)| {
            let text = unmet_text(input, at, &relation.callback_ref);
            of_relation(input, at, relation, ProblemKind::Required, text)
        })
        .collect()
}

fn unmet_text(input: &CheckInput<'_>, at: CallbackId, callback_ref: &CallbackRef) -> String {
    if input
        .plan
        .resolved
        .members
        .named(callback_ref)
        .contains(&at)
    {
        return format!(
            "requires another `{callback_ref}`, and no other is attached; attach one more"
        );
    }
    let advice = advice(input, at, callback_ref);
    format!("requires `{callback_ref}`, which is not attached; {advice}")
}

/// No callback is attached that another one declares incompatible. Each declaration reports the first such callback and the number of
/// the others, so that a thousand callbacks of a type are not as many problems as pairs.
pub(crate) fn check_incompatible(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut message = HashSet::new();
    let mut problems = Vec::new();
    for (at, relation) in relations_of(input, Verb::Incompatible) {
        let named = input.plan.resolved.members.named(&relation.callback_ref);
        let mut others = named.iter().filter(|other| **other != at);
        let count = named.len() - usize::from(named.binary_search(&at).is_ok());
        let untold = others.find(|other| message.insert((at.min(**other), at.max(**other))));
        if let Some(other) = untold {
            let text = incompatible_text(input, *other, count - 1);
            let kind = ProblemKind::Incompatible;
            problems.push(of_relation(input, at, relation, kind, text));
        }
    }
    problems
}

fn incompatible_text(input: &CheckInput<'_>, other: CallbackId, more: usize) -> String {
    let (name, location) = (
        &input.plan.resolved.names[other],
        input.plan.attached[other].location(),
    );
    match more {
        0 => format!("is incompatible with `{name}` ({location}); attach one of the two"),
        _ => format!(
            "is incompatible with `{name}` ({location}), and {more} more; attach either it or those"
        ),
    }
}

/// The relations of one kind, with the callbacks that declare them.
fn relations_of<'s>(
    input: &'s CheckInput<'_>,
    verb: Verb,
) -> impl Iterator<Item = (CallbackId, &'s Relation)> {
    let order = input.plan.resolved.order.iter().copied();
    let all = order.flat_map(|at| {
        let callback = &input.plan.attached[at];
        let list = callback.info.relations().list.iter();
        list.chain(&callback.relations.list)
            .map(move |relation| (at, relation))
    });
    all.filter(move |(_, relation)| relation.verb == verb)
}

fn of_relation(
    input: &CheckInput<'_>,
    at: CallbackId,
    relation: &Relation,
    kind: ProblemKind,
    text: String,
) -> Problem {
    let problem = input.of_callback(at, kind, text);
    Problem {
        location: relation.location.unwrap_or(problem.location),
        ..problem
    }
}

fn advice(input: &CheckInput<'_>, at: CallbackId, callback_ref: &CallbackRef) -> String {
    let is_meant = |one: &&Registration| match callback_ref.target() {
        RefTarget::Type { id, .. } => one.callback_type() == *id,
        RefTarget::Name(name) => one.name() == name,
    };
    match input.registered().find(is_meant) {
        Some(found) if !found.needs_arguments() => format!(
            "it is registered ({}): write `plan.require(\"{}\")`",
            found.location(),
            found.name()
        ),
        Some(found) => format!("it is registered ({}): attach one", found.location()),
        None => match near(input, at, callback_ref) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "attach one".into(),
        },
    }
}

/// The name that was meant: that of an attached callback or, failing that, of a registered one.
fn near<'s>(
    input: &'s CheckInput<'_>,
    at: CallbackId,
    callback_ref: &CallbackRef,
) -> Option<&'s str> {
    let RefTarget::Name(name) = callback_ref.target() else {
        return None;
    };
    let order = input.plan.resolved.order.iter();
    let others = order.filter(|other| **other != at);
    let attached = others.map(|other| input.plan.resolved.names[*other].as_ref());
    let registered = input.registered().map(Registration::name);
    nearest(name, attached).or_else(|| nearest(name, registered))
}
