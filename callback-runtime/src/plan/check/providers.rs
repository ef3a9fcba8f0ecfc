//! Checks that each type of state has one provider: the loop, the run or a callback.

use super::CheckInput;
use crate::callback::{CallbackId, Registration, short_type_name};
use crate::loops::{BreakpointId, BreakpointSet, Declared, Role};
use crate::plan::{Problem, ProblemKind};
use crate::raw::Access;
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Refuses state that has two providers, as
///
/// ```text
/// plan.add(Metrics);                                        // #[callback(provides(Record))]
/// plan.add(Journal);                                        // #[callback(provides(Record))]
/// plan.expect(|run| run.within::<Loss>(Fit::TRAIN_BATCH));  // `Fit` provides `Loss` already
/// ```
pub(crate) fn check_providers(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut problems = check_declared_twice(input);
    problems.extend(check_provided_twice(input));
    problems.extend(check_declared_and_provided(input));
    problems
}

/// Refuses state that the loop or the run declares twice for one breakpoint.
fn check_declared_twice(input: &CheckInput<'_>) -> Vec<Problem> {
    let all: Vec<&Declared> = input.declared().collect();
    let mut problems = Vec::new();
    for (index, second) in all.iter().enumerate() {
        let same =
            |first: &&&Declared| first.type_id == second.type_id && overlap(first.at, second.at);
        if all[..index].iter().any(|first| same(&first)) {
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
                attached_at: None,
            });
        }
    }
    problems
}

/// Whether two sets have a breakpoint in common.
fn overlap(first: BreakpointSet, second: BreakpointSet) -> bool {
    first.iter().any(|at| second.contains(at))
}

/// Refuses state that two callbacks provide, or one callback twice.
fn check_provided_twice(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut firsts: HashMap<TypeId, &HandlerRecord> = HashMap::new();
    let mut problems = Vec::new();
    for (record, access) in provisions(input) {
        match firsts.entry(access.type_id) {
            Entry::Vacant(entry) => {
                entry.insert(record);
            }
            Entry::Occupied(first) => {
                let text = second_provider_text(input, first.get(), record);
                problems.push(of_provision(input, record, access, &text));
            }
        }
    }
    problems
}

/// Describes the second of two callbacks that provide the same state.
fn second_provider_text(
    input: &CheckInput<'_>,
    first: &HandlerRecord,
    second: &HandlerRecord,
) -> String {
    if first.callback == second.callback {
        return format!("which it does already ({}); say it once", first.location);
    }
    let name = &input.plan.resolved.names[first.callback];
    // Two callbacks of one type declare it at the same location.
    let location = if first.location == second.location {
        format!(
            "attached at {}",
            input.plan.attached[first.callback].added_at
        )
    } else {
        first.location.to_string()
    };
    format!("and so does {name} ({location}); attach one of the two, or give one a type of its own")
}

/// Refuses state that both a callback and the loop provide.
fn check_declared_and_provided(input: &CheckInput<'_>) -> Vec<Problem> {
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

/// Makes the problem of a callback that provides state.
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

/// Returns the state that callbacks provide, in the order in which they are entered.
fn provisions<'s>(
    input: &'s CheckInput<'_>,
) -> impl Iterator<Item = (&'s HandlerRecord, &'s Access)> {
    let enter = input.plan.loop_info.with_role(Role::Enter).into_iter();
    let records = enter.flat_map(|enter| input.plan.dispatcher.records(enter));
    records.filter_map(|record| Some((record, record.provides.as_ref()?)))
}

/// The providers of each type of state.
pub(crate) struct Providers<'s> {
    /// The first callback that provides the type.
    by_type: HashMap<TypeId, &'s HandlerRecord>,
    /// The breakpoints at which the loop or the run provides the type.
    declared: HashMap<TypeId, BreakpointSet>,
}

impl<'s> Providers<'s> {
    pub(crate) fn of(input: &'s CheckInput<'_>) -> Self {
        let mut by_type = HashMap::new();
        for (record, access) in provisions(input) {
            by_type.entry(access.type_id).or_insert(record);
        }
        let mut declared: HashMap<TypeId, BreakpointSet> = HashMap::new();
        for state in input.declared() {
            let breakpoints = declared.entry(state.type_id).or_default();
            state.at.iter().for_each(|at| breakpoints.insert(at));
        }
        Self { by_type, declared }
    }

    /// Returns the breakpoints at which the loop or the run provides a type.
    pub(crate) fn declared_at(&self, type_id: TypeId) -> BreakpointSet {
        self.declared.get(&type_id).copied().unwrap_or_default()
    }

    /// Returns the handler that provides a type.
    pub(crate) fn of_type(&self, type_id: TypeId) -> Option<&'s HandlerRecord> {
        self.by_type.get(&type_id).copied()
    }
}

/// Describes a handler that is entered before the provider of its state; `None` if the state is present when it runs.
pub(crate) fn entered_too_early(
    input: &CheckInput<'_>,
    at: BreakpointId,
    record: &HandlerRecord,
    provider: &HandlerRecord,
    state: &str,
) -> Option<String> {
    let is_enter = input.breakpoint(at).role() == Role::Enter;
    (is_enter && record.rank < provider.rank).then(|| {
        format!(
            "`{state}` does not exist here yet: {} ({}) provides it when it is entered, after this one; \
             write `after({})`, or ask for `Option<&{state}>`",
            input.plan.resolved.names[provider.callback],
            provider.location,
            ref_text(input, provider.callback)
        )
    })
}

/// Returns what to write in `after(...)` to refer to a callback: its type or, if that is generic, its name in quotes.
fn ref_text(input: &CheckInput<'_>, id: CallbackId) -> String {
    if input.plan.resolved.generic.contains(&id) {
        format!("{:?}", input.plan.resolved.names[id])
    } else {
        input.plan.attached[id].info.type_label().to_owned()
    }
}

/// Describes state that nothing provides, with what to write instead.
pub(crate) fn missing_text(input: &CheckInput<'_>, access: &Access, state: &str) -> String {
    if let Some((provider, other)) = provider_of_namesake(input, state) {
        return format!(
            "nothing provides `{}`; {provider} provides another type of that name, `{other}`",
            access.type_name
        );
    }
    let advice = registered_advice(input, access.type_id)
        .unwrap_or_else(|| "insert one into the state before the run".into());
    format!("nothing provides `{state}`; {advice}, or ask for `Option<&{state}>`")
}

/// Returns the provider of another type with the same short name, and the full name of that type.
fn provider_of_namesake(input: &CheckInput<'_>, state: &str) -> Option<(String, &'static str)> {
    let is_namesake = |name: &str| short_type_name(name) == state;
    let declared = input.declared().map(|declared| declared.type_name);
    let of_loop = declared
        .filter(|name| is_namesake(name))
        .map(|name| ("the loop".to_owned(), name));
    let provided = provisions(input).filter(|(_, access)| is_namesake(access.type_name));
    let of_callbacks = provided.map(|(record, access)| {
        let name = &input.plan.resolved.names[record.callback];
        (name.to_string(), access.type_name)
    });
    of_loop.chain(of_callbacks).next()
}

/// Returns the advice to attach a registered callback that provides a type, if there is one.
fn registered_advice(input: &CheckInput<'_>, type_id: TypeId) -> Option<String> {
    let registered = input.registered();
    let providers = registered.filter(|registration| registration.would_provide(type_id));
    let text = |found: &Registration| format!("`{}` ({})", found.name(), found.location());
    let providers: Vec<String> = providers.map(text).collect();
    match providers.as_slice() {
        [] => None,
        [single] => Some(format!("{single} is registered and provides it: attach it")),
        several => Some(format!(
            "{} are registered and provide it: attach one of them",
            several.join(" and ")
        )),
    }
}
