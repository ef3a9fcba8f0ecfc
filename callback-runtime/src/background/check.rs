//! Checks the callbacks that run in the background: whether all their handlers can, whether they are `Send`, and whether their queues
//! have room.

use super::{Background, BackgroundSetting};
use crate::callback::{CallbackId, short_type_name};
use crate::loops::{BreakpointId, Role};
use crate::plan::{CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::AccessKind;
use crate::run::HandlerRecord;
use std::collections::{HashMap, HashSet};

/// Refuses a callback of which some handlers run in the background and others in the loop, as
///
/// ```text
/// h.on_background(Fit::on_epoch_end, Self::write);
/// h.on(Fit::on_train_batch_end, Self::count);
/// ```
///
/// Handlers for enter and exit always run in the loop.
pub(crate) fn check_background(input: &CheckInput<'_>) -> Vec<Problem> {
    let in_background = input.in_background();
    let mixed = input
        .inside()
        .filter(|(_, record)| !record.can_run_in_background);
    let mut mixed: Vec<_> = mixed
        .filter(|(_, record)| in_background.contains(&record.callback))
        .collect();
    mixed.sort_by_key(|(_, record)| record.rank);
    mixed
        .into_iter()
        .map(|(breakpoint, record)| {
            let text = format!(
                "{}, but other handlers of its callback run in the background, where no other thread may touch it; bind all of them with \
                 `h.on_background`, or this one in a callback of its own",
                why_in_loop(record)
            );
            input.of_handler(breakpoint, record, ProblemKind::Background, None, text)
        })
        .collect()
}

/// Refuses a callback that runs in the background and is not `Send`, or is attached with `plan.add_local(...)`.
pub(crate) fn check_sendable(input: &CheckInput<'_>) -> Vec<Problem> {
    let in_background = input.in_background();
    let order = input.plan.resolved.order.iter();
    let local = order
        .filter(|id| in_background.contains(id) && input.plan.attached[**id].sendable.is_none());
    local
        .map(|id| {
            let (what, hint) = if input.plan.attached[*id].by_hand {
                (
                    "its handlers run in the background, but attached with `add_local` it stays on the loop's thread",
                    "attach it with `add`, which asks for a type that is `Send`, or say `.in_loop()`",
                )
            } else {
                (
                    "its handlers run in the background, but its type is not `Send`",
                    "make it `Send`, or attach one by hand and say `.in_loop()`",
                )
            };
            input.of_attached(*id, ProblemText::hinted(what.into(), hint))
        })
        .collect()
}

/// Refuses `plan.add(...).background(queue)` if no handler of the callback can run in the background, or `queue` is
/// `Background::queue(0)`.
pub(crate) fn check_queues(input: &CheckInput<'_>) -> Vec<Problem> {
    let order = input.plan.resolved.order.iter();
    let queues = order.filter_map(|id| match input.plan.attached[*id].background {
        BackgroundSetting::Background(queue) => Some((*id, queue)),
        BackgroundSetting::AsDeclared | BackgroundSetting::InLoop => None,
    });
    let queues: Vec<(CallbackId, Background)> = queues.collect();
    if queues.is_empty() {
        return Vec::new();
    }
    let inside = input.inside_by_callback();
    let problems = queues.into_iter().filter_map(|(id, queue)| {
        // A callback without handlers, which it may have chosen, is no problem: it needs no queue.
        let text = queue_problem(input, inside.get(&id)?, queue)?;
        Some(input.of_attached(id, text))
    });
    problems.collect()
}

/// Returns what is wrong with the queue of a callback with these handlers, in words.
fn queue_problem(
    input: &CheckInput<'_>,
    handlers: &[(BreakpointId, &HandlerRecord)],
    queue: Background,
) -> Option<ProblemText> {
    let mut records = handlers.iter().map(|(_, record)| record);
    if !records.any(|record| record.can_run_in_background) {
        return Some(cannot_run_in_background(input, handlers));
    }
    let hint = "give it room for one call at least: `Background::queue(1)`";
    let what = "its queue in the background has no room".into();
    (queue.room() == 0).then(|| ProblemText::hinted(what, hint))
}

/// Returns why no handler of a callback can run in the background, and what to write instead.
fn cannot_run_in_background(
    input: &CheckInput<'_>,
    handlers: &[(BreakpointId, &HandlerRecord)],
) -> ProblemText {
    let writer = handlers.iter().find(|(_, record)| writes(record));
    let what = match writer {
        Some((breakpoint, record)) => format!(
            "cannot run in the background: at {} it {}, which the loop goes on with",
            input.breakpoint(*breakpoint).name(),
            changed(record)
        ),
        None => "cannot run in the background: its handlers are bound to run at once".into(),
    };
    ProblemText::hinted(
        what,
        "only what reads can: write `#[callback(background)]` on its block, or bind its handlers with `h.on_background`",
    )
}

/// Returns why a handler runs in the loop, in words.
fn why_in_loop(record: &HandlerRecord) -> String {
    if writes(record) {
        format!("{}, and runs at once", changed(record))
    } else {
        "runs at once".into()
    }
}

/// Whether a handler may change the state through a parameter.
fn writes(record: &HandlerRecord) -> bool {
    let mut accesses = record.accesses.iter();
    accesses.any(|access| access.kind != AccessKind::Read)
}

/// Returns what a handler changes, in words.
fn changed(record: &HandlerRecord) -> String {
    let changed = record
        .accesses
        .iter()
        .find(|access| access.kind != AccessKind::Read);
    match changed {
        Some(access) if access.kind == AccessKind::Write => {
            format!("changes `{}`", short_type_name(access.type_name))
        }
        Some(_) => "may change everything".into(),
        None => "changes nothing".into(),
    }
}

impl CheckInput<'_> {
    /// Returns the callbacks that run in the background: those with a handler that can, unless they are attached with `in_loop`.
    fn in_background(&self) -> HashSet<CallbackId> {
        let can_run_in_background = self
            .inside()
            .filter(|(_, record)| record.can_run_in_background);
        let callbacks = can_run_in_background.map(|(_, record)| record.callback);
        callbacks
            .filter(|id| self.plan.attached[*id].background != BackgroundSetting::InLoop)
            .collect()
    }

    /// Returns the handlers of each callback, without those for enter and exit.
    fn inside_by_callback(&self) -> HashMap<CallbackId, Vec<(BreakpointId, &HandlerRecord)>> {
        let mut handlers: HashMap<CallbackId, Vec<(BreakpointId, &HandlerRecord)>> = HashMap::new();
        for (breakpoint, record) in self.inside() {
            let of_callback = handlers.entry(record.callback).or_default();
            of_callback.push((breakpoint, record));
        }
        handlers
    }

    /// Returns the handlers of all callbacks, without those for enter and exit.
    fn inside(&self) -> impl Iterator<Item = (BreakpointId, &HandlerRecord)> {
        let is_inside =
            |id: BreakpointId| !matches!(self.breakpoint(id).role(), Role::Enter | Role::Exit);
        self.handlers()
            .filter(move |(breakpoint, _)| is_inside(*breakpoint))
    }

    /// Makes a problem with how a callback is attached.
    fn of_attached(&self, id: CallbackId, text: ProblemText) -> Problem {
        let location = self.plan.attached[id].added_at;
        Problem {
            location,
            ..self.of_callback(id, ProblemKind::Background, text)
        }
    }
}
