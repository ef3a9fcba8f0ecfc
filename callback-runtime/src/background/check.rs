//! What runs in the background can run there.

use super::{Background, BackgroundSetting};
use crate::callback::{CallbackId, short_type_name};
use crate::loops::{BreakpointId, Role};
use crate::plan::{CheckInput, Problem, ProblemKind, ProblemText};
use crate::raw::AccessKind;
use crate::run::HandlerRecord;
use std::collections::{HashMap, HashSet};

/// The handlers of a callback all run in the background or none, but for enter and exit.
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
        .map(|(at, record)| {
            let text = format!(
                "{}, but other handlers of its callback run in the background, where nobody else may touch it; bind all of them with \
                 `h.on_background`, or this one in a callback of its own",
                why_at_once(record)
            );
            input.of_handler(at, record, ProblemKind::Background, None, text)
        })
        .collect()
}

/// A callback that runs in the background may be sent there.
pub(crate) fn check_sendable(input: &CheckInput<'_>) -> Vec<Problem> {
    let in_background = input.in_background();
    let order = input.plan.resolved.order.iter();
    let stuck = order
        .filter(|at| in_background.contains(at) && input.plan.attached[**at].sendable.is_none());
    stuck
        .map(|at| {
            let (what, hint) = if input.plan.attached[*at].by_hand {
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
            input.of_attached(*at, ProblemText::hinted(what.into(), hint))
        })
        .collect()
}

/// A queue is that of a callback in the background, and has room.
pub(crate) fn check_queues(input: &CheckInput<'_>) -> Vec<Problem> {
    let order = input.plan.resolved.order.iter();
    let said = order.filter_map(|at| match input.plan.attached[*at].background {
        BackgroundSetting::Background(queue) => Some((*at, queue)),
        BackgroundSetting::AsDeclared | BackgroundSetting::InLoop => None,
    });
    let said: Vec<(CallbackId, Background)> = said.collect();
    if said.is_empty() {
        return Vec::new();
    }
    let inside = input.inside_by_callback();
    let wrong = said.into_iter().filter_map(|(at, queue)| {
        // One that chose to have no handlers needs no queue, and is none to blame.
        let text = wrong_queue(input, inside.get(&at)?, queue)?;
        Some(input.of_attached(at, text))
    });
    wrong.collect()
}

/// What is wrong with the queue of a callback with these handlers.
fn wrong_queue(
    input: &CheckInput<'_>,
    its: &[(BreakpointId, &HandlerRecord)],
    queue: Background,
) -> Option<ProblemText> {
    if !its.iter().any(|(_, record)| record.can_run_in_background) {
        return Some(cannot_run_in_background(input, its));
    }
    let hint = "give it room for one call at least: `Background::queue(1)`";
    let what = "its queue in the background has no room".into();
    (queue.room() == 0).then(|| ProblemText::hinted(what, hint))
}

/// Why a callback for which a queue was set has nothing to put there, and what to write.
fn cannot_run_in_background(
    input: &CheckInput<'_>,
    its: &[(BreakpointId, &HandlerRecord)],
) -> ProblemText {
    let changes = |record: &HandlerRecord| {
        record
            .accesses
            .iter()
            .any(|access| access.kind != AccessKind::Read)
    };
    let writer = its.iter().find(|(_, record)| changes(record));
    let what = match writer {
        Some((at, record)) => format!(
            "cannot run in the background: at {} it {}, which the loop goes on with",
            input.breakpoint(*at).name(),
            changed(record)
        ),
        None => "cannot run in the background: its handlers are bound to run at once".into(),
    };
    ProblemText::hinted(
        what,
        "only what reads can: write `#[callback(background)]` on its block, or bind its handlers with `h.on_background`",
    )
}

fn why_at_once(record: &HandlerRecord) -> String {
    let changes = record
        .accesses
        .iter()
        .any(|access| access.kind != AccessKind::Read);
    if changes {
        format!("{}, and runs at once", changed(record))
    } else {
        "runs at once".into()
    }
}

/// What a handler changes, in words.
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
    /// The callbacks with handlers that can run in the background, and are to.
    fn in_background(&self) -> HashSet<CallbackId> {
        let can_run_in_background = self
            .inside()
            .filter(|(_, record)| record.can_run_in_background);
        let instances = can_run_in_background.map(|(_, record)| record.callback);
        instances
            .filter(|at| self.plan.attached[*at].background != BackgroundSetting::InLoop)
            .collect()
    }

    /// The handlers of each callback, but for enter and exit.
    fn inside_by_callback(&self) -> HashMap<CallbackId, Vec<(BreakpointId, &HandlerRecord)>> {
        let mut handlers: HashMap<CallbackId, Vec<(BreakpointId, &HandlerRecord)>> = HashMap::new();
        for (at, record) in self.inside() {
            let its = handlers.entry(record.callback).or_default();
            its.push((at, record));
        }
        handlers
    }

    /// The handlers of all callbacks, but for enter and exit.
    fn inside(&self) -> impl Iterator<Item = (BreakpointId, &HandlerRecord)> {
        let is_inside =
            |at: BreakpointId| !matches!(self.breakpoint(at).role(), Role::Enter | Role::Exit);
        self.handlers().filter(move |(at, _)| is_inside(*at))
    }

    /// A problem with how a callback is attached.
    fn of_attached(&self, at: CallbackId, text: ProblemText) -> Problem {
        let location = self.plan.attached[at].added_at;
        Problem {
            location,
            ..self.of_callback(at, ProblemKind::Background, text)
        }
    }
}
