//! What callbacks say of others is met: who is required is there, who is incompatible is not.

use super::Subject;
use crate::breakpoint::Loop;
use crate::plan::problem::{Problem, ProblemKind};
use crate::registry::{Registration, registrations};
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
            let who = &relation.who;
            let text = format!(
                "requires `{who}`, which is not attached; {}",
                advice::<L>(who)
            );
            of_relation(subject, at, relation, ProblemKind::Required, text)
        })
        .collect()
}

/// No two are attached one of which says that it cannot be beside the other.
pub(super) fn check_incompatible<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let mut told = HashSet::new();
    let mut problems = Vec::new();
    for (at, relation) in said(subject, Verb::Incompatible) {
        for other in subject.members.named(&relation.who).iter().copied() {
            if other == at || !told.insert((at.min(other), at.max(other))) {
                continue;
            }
            let text = format!(
                "is incompatible with `{}` ({}); attach one of the two",
                subject.resolved.names[other],
                subject.attached[other].site()
            );
            let kind = ProblemKind::Incompatible;
            problems.push(of_relation(subject, at, relation, kind, text));
        }
    }
    problems
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

fn advice<L: Loop>(who: &Who) -> String {
    let is_meant = |one: &&Registration| {
        one.is_for::<L>()
            && match who.named() {
                Named::Type { id, .. } => one.callback_type() == *id,
                Named::Name(name) => one.name() == name,
            }
    };
    match registrations().into_iter().find(is_meant) {
        Some(found) if !found.needs_arguments() => format!(
            "it is registered ({}): write `plan.require(\"{}\")`",
            found.site(),
            found.name()
        ),
        Some(found) => format!("it is registered ({}): attach one", found.site()),
        None => "attach one".into(),
    }
}
