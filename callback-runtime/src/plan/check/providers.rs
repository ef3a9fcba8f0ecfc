//! Who provides state: the loop, the run or a callback, and nobody beside them.

use super::Subject;
use crate::availability::Declared;
use crate::breakpoint::{Loop, Role};
use crate::callback::short_type_name;
use crate::marks::Marks;
use crate::plan::problem::{Problem, ProblemKind};
use crate::plan::{Placed, with_role};
use crate::raw::Want;
use crate::registry::Registration;
use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// No state has two providers: two of the loop and the run at one breakpoint, or anybody beside a callback.
pub(super) fn check_providers<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let mut problems = declared_twice(subject);
    problems.extend(provided_twice(subject));
    problems.extend(declared_and_provided(subject));
    problems
}

fn declared_twice<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let all: Vec<&Declared> = subject.declared().collect();
    let mut problems = Vec::new();
    for (at, second) in all.iter().enumerate() {
        let same =
            |first: &&&Declared| first.type_id == second.type_id && overlap(first.at, second.at);
        if all[..at].iter().any(|first| same(&first)) {
            let state = short_type_name(second.type_name);
            problems.push(Problem {
                kind: ProblemKind::TwoProviders,
                callback: format!("the loop {}", L::NAME),
                breakpoint: second.at.iter().next().map(|at| L::BREAKPOINTS[at].name()),
                text: format!(
                    "`{state}` is provided twice; wrap one of the two in a type of its own"
                )
                .into(),
                state: Some(state),
                site: second.site,
            });
        }
    }
    problems
}

fn overlap(one: Marks, other: Marks) -> bool {
    one.iter().any(|at| other.has(at))
}

fn provided_twice<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let mut firsts: HashMap<TypeId, &Placed> = HashMap::new();
    let mut problems = Vec::new();
    for (placed, want) in provisions(subject) {
        match firsts.entry(want.type_id) {
            Entry::Vacant(free) => {
                free.insert(placed);
            }
            Entry::Occupied(first) => {
                let text = already_provided(subject, first.get(), placed);
                problems.push(of_provision(subject, placed, want, &text));
            }
        }
    }
    problems
}

fn already_provided<L: Loop>(subject: &Subject<'_, L>, first: &Placed, second: &Placed) -> String {
    if first.instance == second.instance {
        return format!("which it does already ({}); say it once", first.site);
    }
    let name = &subject.resolved.names[first.instance];
    // Two of one type say it in the same place.
    let place = if first.site == second.site {
        format!("attached at {}", subject.attached[first.instance].added_at)
    } else {
        first.site.to_string()
    };
    format!("and so does {name} ({place}); attach one of the two, or give one a type of its own")
}

fn declared_and_provided<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let declared: HashMap<TypeId, &Declared> = subject
        .declared()
        .map(|declared| (declared.type_id, declared))
        .collect();
    let both = provisions(subject)
        .filter_map(|(placed, want)| Some((placed, want, declared.get(&want.type_id)?)));
    both.map(|(placed, want, declared)| {
        let text = format!(
            "and so does the loop {} ({}); provide a type of your own",
            L::NAME,
            declared.site
        );
        of_provision(subject, placed, want, &text)
    })
    .collect()
}

fn of_provision<L: Loop>(
    subject: &Subject<'_, L>,
    placed: &Placed,
    want: &Want,
    text: &str,
) -> Problem {
    let state = short_type_name(want.type_name);
    Problem {
        site: placed.site,
        state: Some(state.clone()),
        ..subject.of_callback(
            placed.instance,
            ProblemKind::TwoProviders,
            format!("provides `{state}`, {text}"),
        )
    }
}

/// What callbacks provide, in the order in which they do.
fn provisions<'s, L: Loop>(
    subject: &'s Subject<'_, L>,
) -> impl Iterator<Item = (&'s Placed, &'s Want)> {
    let entering = with_role::<L>(Role::Enter).and_then(|at| subject.resolved.lists.get(at));
    let placed = entering.into_iter().flatten();
    placed.filter_map(|placed| Some((placed, placed.provides.as_ref()?)))
}

/// Who provides what.
pub(super) struct Providers<'s> {
    /// The first of each type.
    by_type: HashMap<TypeId, &'s Placed>,
    /// Where what the loop and the run provide exists.
    declared: HashMap<TypeId, Marks>,
}

impl<'s> Providers<'s> {
    pub(super) fn of<L: Loop>(subject: &'s Subject<'_, L>) -> Self {
        let mut by_type = HashMap::new();
        for (placed, want) in provisions(subject) {
            by_type.entry(want.type_id).or_insert(placed);
        }
        let mut declared: HashMap<TypeId, Marks> = HashMap::new();
        for one in subject.declared() {
            let marks = declared.entry(one.type_id).or_default();
            one.at.iter().for_each(|at| marks.set(at));
        }
        Self { by_type, declared }
    }

    /// Where it exists because the loop or the run provides it.
    pub(super) fn declared_at(&self, type_id: TypeId) -> Marks {
        self.declared.get(&type_id).copied().unwrap_or_default()
    }

    pub(super) fn of_type(&self, type_id: TypeId) -> Option<&'s Placed> {
        self.by_type.get(&type_id).copied()
    }
}

/// Why state that `provider` provides is not there for a handler: its callback is entered before the provider. `None` if it is there.
pub(super) fn too_early<L: Loop>(
    subject: &Subject<'_, L>,
    at: usize,
    placed: &Placed,
    provider: &Placed,
    state: &str,
) -> Option<String> {
    let is_entered = L::BREAKPOINTS[at].role() == Role::Enter;
    (is_entered && placed.rank < provider.rank).then(|| {
        format!(
            "`{state}` does not exist here yet: {} ({}) provides it when it is entered, after this one; \
             write `after({})`, or ask for `Option<&{state}>`",
            subject.resolved.names[provider.instance],
            provider.site,
            to_name(subject, provider.instance)
        )
    })
}

/// How another callback names this one: by its type or, where that has parameters, in quotes.
fn to_name<L: Loop>(subject: &Subject<'_, L>, at: usize) -> String {
    if subject.resolved.generic.contains(&at) {
        format!("{:?}", subject.resolved.names[at])
    } else {
        subject.attached[at].about.type_label().to_owned()
    }
}

/// What to do about state that nobody provides.
pub(super) fn nobody_provides<L: Loop>(
    subject: &Subject<'_, L>,
    want: &Want,
    state: &str,
) -> String {
    if let Some((who, other)) = namesake(subject, state) {
        return format!(
            "nobody provides `{}`; {who} provides another type of that name, `{other}`",
            want.type_name
        );
    }
    let advice = registered(subject, want.type_id)
        .unwrap_or_else(|| "insert one into the state before the run".into());
    format!("nobody provides `{state}`; {advice}, or ask for `Option<&{state}>`")
}

/// Somebody who provides another type of the same short name.
fn namesake<L: Loop>(subject: &Subject<'_, L>, state: &str) -> Option<(String, &'static str)> {
    let is_one = |name: &str| short_type_name(name) == state;
    let declared = subject.declared().map(|declared| declared.type_name);
    let of_loop = declared
        .filter(|name| is_one(name))
        .map(|name| ("the loop".to_owned(), name));
    let provided = provisions(subject).filter(|(_, want)| is_one(want.type_name));
    let of_callbacks = provided.map(|(placed, want)| {
        let name = &subject.resolved.names[placed.instance];
        (name.to_string(), want.type_name)
    });
    of_loop.chain(of_callbacks).next()
}

/// The registered callbacks that would provide it.
fn registered<L: Loop>(subject: &Subject<'_, L>, type_id: TypeId) -> Option<String> {
    let would = subject.registered();
    let would = would.filter(|one| one.would_provide(type_id));
    let told = |one: &Registration| format!("`{}` ({})", one.name(), one.site());
    let would: Vec<String> = would.map(told).collect();
    match would.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is registered and provides it: attach it")),
        several => Some(format!(
            "{} are registered and provide it: attach one of them",
            several.join(" and ")
        )),
    }
}
