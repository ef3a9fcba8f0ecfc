//! State has one provider: the loop, the run or a callback.

use super::CheckInput;
use crate::callback::{CallbackId, Registration, short_type_name};
use crate::loops::{BreakpointId, BreakpointSet, Declared, Role};
use crate::plan::{Problem, ProblemKind};
use crate::raw::Access;
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// State has one provider: the loop or the run at each breakpoint, or one callback.
pub(crate) fn check_providers(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut problems = declared_twice(input);
    problems.extend(provided_twice(input));
    problems.extend(declared_and_provided(input));
    problems
}

fn declared_twice(input: &CheckInput<'_>) -> Vec<Problem> {
    let all: Vec<&Declared> = input.declared().collect();
    let mut problems = Vec::new();
    for (at, second) in all.iter().enumerate() {
        let same =
            |first: &&&Declared| first.type_id == second.type_id && overlap(first.at, second.at);
        if all[..at].iter().any(|first| same(&first)) {
            let state = short_type_name(second.type_name);
            problems.push(Problem {
                kind: ProblemKind::TwoProviders,
                callback: format!("the loop {}", input.plan.loop_info.name),
                breakpoint: second
                    .at
                    .iter()
                    .next()
                    .map(|at| input.breakpoint(at).name()),
                text: format!(
                    "`{state}` is provided twice; wrap one of the two in a type of its own"
                )
                .into(),
                state: Some(state),
                location: second.location,
            });
        }
    }
    problems
}

fn overlap(one: BreakpointSet, other: BreakpointSet) -> bool {
    one.iter().any(|at| other.contains(at))
}

fn provided_twice(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut firsts: HashMap<TypeId, &HandlerRecord> = HashMap::new();
    let mut problems = Vec::new();
    for (record, access) in provisions(input) {
        match firsts.entry(access.type_id) {
            Entry::Vacant(free) => {
                free.insert(record);
            }
            Entry::Occupied(first) => {
                let text = already_provided(input, first.get(), record);
                problems.push(of_provision(input, record, access, &text));
            }
        }
    }
    problems
}

fn already_provided(
    input: &CheckInput<'_>,
    first: &HandlerRecord,
    second: &HandlerRecord,
) -> String {
    if first.callback == second.callback {
        return format!("which it does already ({}); say it once", first.location);
    }
    let name = &input.plan.resolved.names[first.callback];
    // Two of one type say it in the same place.
    let place = if first.location == second.location {
        format!(
            "attached at {}",
            input.plan.attached[first.callback].added_at
        )
    } else {
        first.location.to_string()
    };
    format!("and so does {name} ({place}); attach one of the two, or give one a type of its own")
}

fn declared_and_provided(input: &CheckInput<'_>) -> Vec<Problem> {
    let declared: HashMap<TypeId, &Declared> = input
        .declared()
        .map(|declared| (declared.type_id, declared))
        .collect();
    let both = provisions(input)
        .filter_map(|(record, access)| Some((record, access, declared.get(&access.type_id)?)));
    both.map(|(record, access, declared)| {
        let text = format!(
            "and so does the loop {} ({}); provide a type of your own",
            input.plan.loop_info.name, declared.location
        );
        of_provision(input, record, access, &text)
    })
    .collect()
}

fn of_provision(
    input: &CheckInput<'_>,
    record: &HandlerRecord,
    access: &Access,
    text: &str,
) -> Problem {
    let state = short_type_name(access.type_name);
    Problem {
        location: record.location,
        state: Some(state.clone()),
        ..input.of_callback(
            record.callback,
            ProblemKind::TwoProviders,
            format!("provides `{state}`, {text}"),
        )
    }
}

/// What callbacks provide, in the order in which they do.
fn provisions<'s>(
    input: &'s CheckInput<'_>,
) -> impl Iterator<Item = (&'s HandlerRecord, &'s Access)> {
    let enter = input.plan.loop_info.with_role(Role::Enter).into_iter();
    let records = enter.flat_map(|enter| input.plan.dispatcher.records(enter));
    records.filter_map(|record| Some((record, record.provides.as_ref()?)))
}

/// The providers of state.
pub(crate) struct Providers<'s> {
    /// The first of each type.
    by_type: HashMap<TypeId, &'s HandlerRecord>,
    /// Where what the loop and the run provide exists.
    declared: HashMap<TypeId, BreakpointSet>,
}

impl<'s> Providers<'s> {
    pub(crate) fn of(input: &'s CheckInput<'_>) -> Self {
        let mut by_type = HashMap::new();
        for (record, access) in provisions(input) {
            by_type.entry(access.type_id).or_insert(record);
        }
        let mut declared: HashMap<TypeId, BreakpointSet> = HashMap::new();
        for one in input.declared() {
            let breakpoints = declared.entry(one.type_id).or_default();
            one.at.iter().for_each(|at| breakpoints.insert(at));
        }
        Self { by_type, declared }
    }

    /// Where it exists because the loop or the run provides it.
    pub(crate) fn declared_at(&self, type_id: TypeId) -> BreakpointSet {
        self.declared.get(&type_id).copied().unwrap_or_default()
    }

    pub(crate) fn of_type(&self, type_id: TypeId) -> Option<&'s HandlerRecord> {
        self.by_type.get(&type_id).copied()
    }
}

/// Why state that `provider` provides is absent for a handler: its callback is entered before the provider. `None` if it is present.
pub(crate) fn too_early(
    input: &CheckInput<'_>,
    at: BreakpointId,
    record: &HandlerRecord,
    provider: &HandlerRecord,
    state: &str,
) -> Option<String> {
    let is_entered = input.breakpoint(at).role() == Role::Enter;
    (is_entered && record.rank < provider.rank).then(|| {
        format!(
            "`{state}` does not exist here yet: {} ({}) provides it when it is entered, after this one; \
             write `after({})`, or ask for `Option<&{state}>`",
            input.plan.resolved.names[provider.callback],
            provider.location,
            to_name(input, provider.callback)
        )
    })
}

/// How another callback names this one: by its type or, where that has parameters, in quotes.
fn to_name(input: &CheckInput<'_>, id: CallbackId) -> String {
    if input.plan.resolved.generic.contains(&id) {
        format!("{:?}", input.plan.resolved.names[id])
    } else {
        input.plan.attached[id].info.type_label().to_owned()
    }
}

/// What to write if nothing provides state.
pub(crate) fn no_provider(input: &CheckInput<'_>, access: &Access, state: &str) -> String {
    if let Some((callback_ref, other)) = namesake(input, state) {
        return format!(
            "no callback provides `{}`; {callback_ref} provides another type of that name, `{other}`",
            access.type_name
        );
    }
    let advice = registered(input, access.type_id)
        .unwrap_or_else(|| "insert one into the state before the run".into());
    format!("no callback provides `{state}`; {advice}, or ask for `Option<&{state}>`")
}

/// A provider of another type with the same short name.
fn namesake(input: &CheckInput<'_>, state: &str) -> Option<(String, &'static str)> {
    let is_one = |name: &str| short_type_name(name) == state;
    let declared = input.declared().map(|declared| declared.type_name);
    let of_loop = declared
        .filter(|name| is_one(name))
        .map(|name| ("the loop".to_owned(), name));
    let provided = provisions(input).filter(|(_, access)| is_one(access.type_name));
    let of_callbacks = provided.map(|(record, access)| {
        let name = &input.plan.resolved.names[record.callback];
        (name.to_string(), access.type_name)
    });
    of_loop.chain(of_callbacks).next()
}

/// The registered callbacks that would provide it.
fn registered(input: &CheckInput<'_>, type_id: TypeId) -> Option<String> {
    let would = input.registered();
    let would = would.filter(|one| one.would_provide(type_id));
    let message = |one: &Registration| format!("`{}` ({})", one.name(), one.location());
    let would: Vec<String> = would.map(message).collect();
    match would.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is registered and provides it: attach it")),
        several => Some(format!(
            "{} are registered and provide it: attach one of them",
            several.join(" and ")
        )),
    }
}
