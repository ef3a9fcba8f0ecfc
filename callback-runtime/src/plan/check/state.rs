//! Checks that the state that handlers require exists at their breakpoints.

use super::CheckInput;
use super::providers::provisions;
use crate::callback::{CallbackId, Registration, short_type_name};
use crate::loops::{BreakpointId, BreakpointSet, Role};
use crate::plan::{INSERT_ADVICE, Problem, ProblemKind};
use crate::raw::Access;
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::{HashMap, HashSet};

/// Refuses a handler that requires state that nothing provides, or that does not exist at its breakpoint, as
///
/// ```text
/// fn on_epoch_end(&self, notes: &String) {}         // nothing inserts a `String`
/// fn on_train_batch_begin(&self, loss: &Loss) {}    // the loss does not exist yet
/// ```
///
/// Of a ready-made callback, one handler is reported for each type: who attaches it did not choose its breakpoints.
pub(crate) fn check_state(input: &CheckInput<'_>) -> Vec<Problem> {
    let providers = Providers::of(input);
    let mut reported = HashSet::new();
    let mut is_new = |record: &HandlerRecord, access: &Access| {
        let is_ready_made = input.plan.attached[record.callback].info.is_ready_made();
        reported.insert((record.callback, access.type_id)) || !is_ready_made
    };
    let mut problems = Vec::new();
    for record in input.handlers() {
        if input.plan.of_run.why_silent(record.at).is_none() {
            let required = record.accesses.iter().filter(|access| !access.optional);
            let absent = required.filter_map(|access| {
                let problem = providers.absent_state(record, access)?;
                is_new(record, access).then_some(problem)
            });
            problems.extend(absent);
        }
    }
    problems
}

/// The providers of each type of state.
struct Providers<'s> {
    input: &'s CheckInput<'s>,
    /// The first handler that provides the type.
    handlers: HashMap<TypeId, &'s HandlerRecord>,
    /// The breakpoints at which the loop or the run provides the type.
    declared: HashMap<TypeId, BreakpointSet>,
}

impl<'s> Providers<'s> {
    fn of(input: &'s CheckInput<'s>) -> Self {
        let mut handlers = HashMap::new();
        for (record, access) in provisions(input) {
            handlers.entry(access.type_id).or_insert(record);
        }
        let mut declared: HashMap<TypeId, BreakpointSet> = HashMap::new();
        for state in input.declared() {
            for at in state.at.iter() {
                declared.entry(state.type_id).or_default().insert(at);
            }
        }
        Self {
            input,
            handlers,
            declared,
        }
    }

    /// Returns the problem of required state that is absent at the breakpoint of a handler; `None` if it is present.
    fn absent_state(&self, record: &HandlerRecord, access: &Access) -> Option<Problem> {
        let declared = self.declared.get(&access.type_id);
        // A loop also removes the state that it provides. So a value that is in the state now need not be there at the breakpoint.
        let is_present = match declared {
            Some(declared) => declared.contains(record.at),
            None => self.input.state.holds(access.slot),
        };
        if is_present {
            return None;
        }
        let state = short_type_name(access.type_name);
        let (kind, text) = match (self.handlers.get(&access.type_id), declared) {
            (Some(provider), _) => {
                let text = entered_too_early(self.input, record, provider, &state)?;
                (ProblemKind::NotHere, text)
            }
            (None, Some(declared)) => {
                let text = exists_elsewhere_text(self.input, &state, *declared);
                (ProblemKind::NotHere, text)
            }
            (None, None) => (
                ProblemKind::Missing,
                missing_text(self.input, access, &state),
            ),
        };
        let problem = self.input.of_handler(record, kind, text);
        Some(problem.with_state(state))
    }
}

/// Describes a handler that is entered before the provider of its state; `None` if the state is present when it runs.
fn entered_too_early(
    input: &CheckInput<'_>,
    record: &HandlerRecord,
    provider: &HandlerRecord,
    state: &str,
) -> Option<String> {
    let is_enter = input.breakpoint(record.at).role() == Role::Enter;
    (is_enter && record.rank < provider.rank).then(|| {
        format!(
            "`{state}` does not exist here yet: {} ({}) provides it when it is entered, after this one; \
             write `after({})`, or ask for `Option<&{state}>`",
            input.name(provider.callback),
            provider.location,
            ref_text(input, provider.callback)
        )
    })
}

/// Returns what to write in `after(...)` to refer to a callback: its type or, if that is generic, its name in quotes.
fn ref_text(input: &CheckInput<'_>, id: CallbackId) -> String {
    let attached = &input.plan.attached[id];
    if attached.functions.is_generic() {
        format!("{:?}", input.name(id))
    } else {
        attached.info.type_label().to_owned()
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
    let places = ranges.into_iter().map(|(first, last)| {
        if first == last {
            format!("at {}", name(first))
        } else {
            format!("from {} to {}", name(first), name(last))
        }
    });
    let places = places.collect::<Vec<_>>().join(" and ");
    format!(
        "`{state}` does not exist here; it exists {places}; move the handler, or ask for `Option<&{state}>`"
    )
}

/// Describes state that nothing provides, with what to write instead.
fn missing_text(input: &CheckInput<'_>, access: &Access, state: &str) -> String {
    if let Some((provider, other)) = provider_of_namesake(input, state) {
        return format!(
            "nothing provides `{}`; {provider} provides another type of that name, `{other}`",
            access.type_name
        );
    }
    let advice = registered_advice(input, access.type_id);
    format!("nothing provides `{state}`; {advice}, or ask for `Option<&{state}>`")
}

/// Returns the provider of another type with the same short name, and the full name of that type.
fn provider_of_namesake<'s>(
    input: &'s CheckInput<'_>,
    state: &str,
) -> Option<(&'s str, &'static str)> {
    let of_loop = input
        .declared()
        .map(|declared| ("the loop", declared.type_name));
    let of_callbacks =
        provisions(input).map(|(record, access)| (input.name(record.callback), access.type_name));
    let mut all = of_loop.chain(of_callbacks);
    all.find(|(_, type_name)| short_type_name(type_name) == state)
}

/// Returns the advice to attach a registered callback that provides a type or, if there is none, to insert a value.
fn registered_advice(input: &CheckInput<'_>, type_id: TypeId) -> String {
    let registered = input.registered();
    let providers = registered.filter(|registration| registration.would_provide(type_id));
    let text = |found: &Registration| format!("`{}` ({})", found.name(), found.location());
    let providers: Vec<String> = providers.map(text).collect();
    match providers.as_slice() {
        [] => INSERT_ADVICE.to_owned(),
        [single] => format!("{single} is registered and provides it: attach it"),
        several => format!(
            "{} are registered and provide it: attach one of them",
            several.join(" and ")
        ),
    }
}
