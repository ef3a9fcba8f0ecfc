//! What callbacks say of others is met: who is required is there, who is incompatible is not.

use super::Subject;
use crate::breakpoint::Loop;
use crate::plan::near::nearest;
use crate::plan::problem::{Problem, ProblemKind};
use crate::registry::Registration;
use crate::relations::{Relation, Verb};
use crate::who::{Named, Who};
use std::collections::HashSet;

/// Somebody is attached whom a callback requires.
pub(super) fn check_requirements<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let unmet = said(subject, Verb::Requires).filter(|(at, relation)| {
        let others = subject.members.named(&relation.who);
        others.iter().all(|other| other == at)
    });
    unmet
        .map(|(at, relation)| {
            let text = unmet_text(subject, at, &relation.who);
            of_relation(subject, at, relation, ProblemKind::Required, text)
        })
        .collect()
}

fn unmet_text<L: Loop>(subject: &Subject<'_, L>, at: usize, who: &Who) -> String {
    if subject.members.named(who).contains(&at) {
        return format!("requires another `{who}`, and no other is attached; attach one more");
    }
    let advice = advice(subject, at, who);
    format!("requires `{who}`, which is not attached; {advice}")
}

/// No two are attached one of which says that it cannot be beside the other. For each that says so, the first is told, and how
/// many more there are: a thousand of a kind are not as many problems as they are pairs.
pub(super) fn check_incompatible<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let mut told = HashSet::new();
    let mut problems = Vec::new();
    for (at, relation) in said(subject, Verb::Incompatible) {
        let named = subject.members.named(&relation.who);
        let mut others = named.iter().filter(|other| **other != at);
        let count = named.len() - usize::from(named.binary_search(&at).is_ok());
        let untold = others.find(|other| told.insert((at.min(**other), at.max(**other))));
        if let Some(other) = untold {
            let text = incompatible_text(subject, *other, count - 1);
            let kind = ProblemKind::Incompatible;
            problems.push(of_relation(subject, at, relation, kind, text));
        }
    }
    problems
}

fn incompatible_text<L: Loop>(subject: &Subject<'_, L>, other: usize, more: usize) -> String {
    let (name, site) = (
        &subject.resolved.names[other],
        subject.attached[other].site(),
    );
    match more {
        0 => format!("is incompatible with `{name}` ({site}); attach one of the two"),
        _ => format!(
            "is incompatible with `{name}` ({site}), and {more} more; attach either it or those"
        ),
    }
}

/// Who says `verb` of whom.
fn said<'s, L: Loop>(
    subject: &'s Subject<'_, L>,
    verb: Verb,
) -> impl Iterator<Item = (usize, &'s Relation)> {
    let order = subject.resolved.order.iter().copied();
    let all = order.flat_map(|at| {
        let callback = &subject.attached[at];
        let list = callback.about.relations().list.iter();
        list.chain(&callback.relations.list)
            .map(move |relation| (at, relation))
    });
    all.filter(move |(_, relation)| relation.verb == verb)
}

fn of_relation<L: Loop>(
    subject: &Subject<'_, L>,
    at: usize,
    relation: &Relation,
    kind: ProblemKind,
    text: String,
) -> Problem {
    let problem = subject.of_callback(at, kind, text);
    Problem {
        site: relation.site.unwrap_or(problem.site),
        ..problem
    }
}

fn advice<L: Loop>(subject: &Subject<'_, L>, at: usize, who: &Who) -> String {
    let is_meant = |one: &&Registration| match who.named() {
        Named::Type { id, .. } => one.callback_type() == *id,
        Named::Name(name) => one.name() == name,
    };
    match subject.registered().find(is_meant) {
        Some(found) if !found.needs_arguments() => format!(
            "it is registered ({}): write `plan.require(\"{}\")`",
            found.site(),
            found.name()
        ),
        Some(found) => format!("it is registered ({}): attach one", found.site()),
        None => match near(subject, at, who) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "attach one".into(),
        },
    }
}

/// The name that was meant, if nobody has this one: of somebody attached or, failing that, registered.
fn near<'s, L: Loop>(subject: &'s Subject<'_, L>, at: usize, who: &Who) -> Option<&'s str> {
    let Named::Name(name) = who.named() else {
        return None;
    };
    let order = subject.resolved.order.iter();
    let others = order.filter(|other| **other != at);
    let attached = others.map(|other| subject.resolved.names[*other].as_ref());
    let registered = subject.registered().map(Registration::name);
    nearest(name, attached).or_else(|| nearest(name, registered))
}
