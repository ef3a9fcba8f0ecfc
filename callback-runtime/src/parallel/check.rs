//! Checks the callbacks that are attached with [`Attachment::parallel`](crate::Attachment::parallel): whether they can run in parallel,
//! and whether another handler can run at the same time.
//!
//! The rules themselves are those of `plan` and of `raw/parallel.rs`; here they are put into words.

use super::may_be_grouped;
use crate::callback::{CallbackId, HandlerId, short_type_name};
use crate::period::Due;
use crate::plan::{Attached, CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashMap;

/// Refuses a callback that must run in parallel and cannot, as after `plan.add_local(Journal::new()).parallel()`, and notes one that no
/// other handler can run in parallel with.
pub(crate) fn check_parallel(input: &CheckInput<'_>) -> Vec<Problem> {
    // The handlers of each callback that can be in a group.
    let mut groupable: HashMap<CallbackId, Vec<HandlerId>> = HashMap::new();
    for (handler, record) in input.plan.dispatcher.all_records() {
        let is_parallel = input.plan.attached[record.callback].parallel.is_some();
        if is_parallel && may_be_grouped(input.plan.loop_info, record.at) {
            groupable.entry(record.callback).or_default().push(handler);
        }
    }
    input.each_callback(|id, attached| {
        let Some(location) = attached.parallel else {
            return Vec::new();
        };
        let problem = |kind, what: String, hint: &str| {
            let text = ProblemText::hinted(what, hint);
            Problem::of_plan(kind, input.name(id), location, text)
        };
        if let Some((why, hint)) = why_callback_stays(input, attached) {
            let what = format!("cannot run in parallel: {why}");
            return Vec::from([problem(ProblemKind::NotParallel, what, hint)]);
        }
        let handlers = groupable.get(&id).map_or(&[][..], Vec::as_slice);
        let records = handlers.iter().map(|id| input.plan.dispatcher.record(*id));
        let mut problems: Vec<Problem> = records
            .filter_map(|record| check_handler(input, record))
            .collect();
        if problems.is_empty() {
            problems.extend(why_alone(input, handlers).map(|why| {
                let what = format!("no other handler can run in parallel with it: {why}");
                let hint = "leave `parallel` out, or see `explain()` for where each handler runs";
                problem(ProblemKind::Alone, what, hint)
            }));
        }
        problems
    })
}

/// Returns why no handler of a callback can leave the loop's thread, and what to write instead. `None` if one can.
fn why_callback_stays(
    input: &CheckInput<'_>,
    attached: &Attached,
) -> Option<(&'static str, &'static str)> {
    Some(if input.plan.executor.is_none() {
        (
            "the plan has no executor",
            "give the plan one with `executor`, or leave `parallel` out",
        )
    } else if attached.portable().is_some() {
        return None;
    } else if attached.functions.is_closure {
        (
            "it is a closure, which stays on the loop's thread",
            "write a callback and attach it with `add`, or leave `parallel` out",
        )
    } else if attached.by_hand {
        (
            "it is attached with `add_local`",
            "attach it with `add`, for which its type must be `Send`, or leave `parallel` out",
        )
    } else {
        (
            "it was discovered, and stays on the loop's thread",
            "attach it with `add`, or leave `parallel` out",
        )
    })
}

/// Refuses a handler that must run alone or on the loop's thread, such as `fn on_epoch_end(&self, ctx: Ctx<'_>)`.
fn check_handler(input: &CheckInput<'_>, record: &HandlerRecord) -> Option<Problem> {
    let problem = |why: &str| {
        let text = format!("cannot run in parallel: it {why}");
        input.of_handler(record, ProblemKind::NotParallel, text)
    };
    for access in &record.accesses {
        let state = short_type_name(access.type_name);
        if let Some(why) = why_access_stays(input, access, &state) {
            return Some(problem(&why).with_state(state));
        }
    }
    let why = "answers more than a flow, and answers are merged in order; let another callback answer, or leave `parallel` out";
    record.traits.returns_answer.then(|| problem(why))
}

/// Returns why a handler with this access must run alone or on the loop's thread.
fn why_access_stays(input: &CheckInput<'_>, access: &Access, state: &str) -> Option<String> {
    let mut counters = input.plan.of_loop.counters.iter();
    Some(if access.kind == AccessKind::Everything {
        "asks for `Ctx`, which is everything; ask for the state it uses".into()
    } else if access.local {
        let (word, plain) = match access.kind {
            AccessKind::Read => ("Local", "&"),
            _ => ("LocalMut", "&mut "),
        };
        format!(
            "asks for `{word}<{state}>`, which stays on the loop's thread; ask for `{plain}{state}`, for which it must be `Send` and \
             `Sync`, or leave `parallel` out"
        )
    } else if access.type_id == TypeId::of::<Due>() {
        "asks for `Due`, which is set for one handler at a time; let another callback ask for it, or leave `parallel` out".into()
    } else if access.kind == AccessKind::Write
        && counters.any(|reader| reader.type_id == access.type_id)
    {
        format!(
            "writes `{state}`, which the loop counts and periods read; let the loop or another callback write it, or leave `parallel` out"
        )
    } else {
        return None;
    })
}

/// Returns why the handlers of a callback never run at the same time as another one. `None` if one of them may.
fn why_alone(input: &CheckInput<'_>, handlers: &[HandlerId]) -> Option<String> {
    let dispatcher = &input.plan.dispatcher;
    let mut records = handlers.iter().map(|id| dispatcher.record(*id));
    if records.any(|record| record.group.is_some() || record.queue.is_some()) {
        return None;
    }
    let mut shared = handlers
        .iter()
        .filter_map(|id| shared_with_neighbour(input, *id));
    if let Some(shared) = shared.next() {
        return Some(shared);
    }
    let is_alone = |id: &HandlerId| dispatcher.records(id.breakpoint).len() == 1;
    let why = if handlers.is_empty() {
        "its handlers run at the beginning, at the end or after a failure of the run"
    } else if handlers.iter().all(is_alone) {
        "there is no other handler at its breakpoints"
    } else {
        "the handlers before and after it run alone, or in a declared order"
    };
    Some(why.to_owned())
}

/// Returns what a handler shares with the handler before or after it, in words.
fn shared_with_neighbour(input: &CheckInput<'_>, handler: HandlerId) -> Option<String> {
    let list = input.plan.dispatcher.records(handler.breakpoint);
    let (before, rest) = list.split_at(handler.turn.index());
    let (record, after) = rest.split_first()?;
    let mut neighbours = before.last().into_iter().chain(after.first());
    neighbours.find_map(|neighbour| {
        let state = shared_state(record, neighbour)?;
        let (at, name) = (
            input.breakpoint(record.at).name(),
            input.name(neighbour.callback),
        );
        Some(format!("at {at} it shares {state} with `{name}`"))
    })
}

/// Returns the state that keeps `record` from running at the same time as its neighbour, in words.
fn shared_state(record: &HandlerRecord, neighbour: &HandlerRecord) -> Option<String> {
    if neighbour.callback == record.callback {
        return None;
    }
    let is_everything = |access: &Access| access.kind == AccessKind::Everything;
    if neighbour.accesses.iter().any(is_everything) {
        return Some("everything it asks for".into());
    }
    let clashes = |mine: &Access, theirs: &Access| {
        let kinds = (mine.kind, theirs.kind);
        mine.type_id == theirs.type_id && kinds != (AccessKind::Read, AccessKind::Read)
    };
    let mut accesses = record.accesses.iter();
    let access =
        accesses.find(|mine| neighbour.accesses.iter().any(|other| clashes(mine, other)))?;
    Some(format!("`{}`", short_type_name(access.type_name)))
}
