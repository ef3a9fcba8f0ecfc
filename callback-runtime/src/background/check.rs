//! Checks the callbacks that run in the background: whether all their handlers can, whether they are `Send`, and whether their queues
//! have room.

use super::BackgroundSetting;
use crate::callback::{CallbackId, short_type_name};
use crate::loops::Role;
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
    let in_background = in_background(input);
    let mixed = inside(input)
        .filter(|record| !record.can_run_in_background && in_background.contains(&record.callback));
    let mut mixed: Vec<&HandlerRecord> = mixed.collect();
    mixed.sort_by_key(|record| record.rank);
    let problems = mixed.into_iter().map(|record| {
        let changes = changed_state(record).map(|changes| format!("{changes}, and "));
        let text = format!(
            "{}runs at once, but other handlers of its callback run in the background, where no other thread may touch it; bind all of \
             them with `h.on_background`, or this one in a callback of its own",
            changes.unwrap_or_default()
        );
        input.of_handler(record, ProblemKind::Background, text)
    });
    problems.collect()
}

/// Refuses a callback that runs in the background and is not `Send`, or is attached with `plan.add_local(...)`.
pub(crate) fn check_sendable(input: &CheckInput<'_>) -> Vec<Problem> {
    let in_background = in_background(input);
    input.each_callback(|id, attached| {
        if !in_background.contains(&id) || attached.sendable.is_some() {
            return None;
        }
        let (what, hint) = if attached.by_hand {
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
        Some(of_attached(input, id, ProblemText::hinted(what.into(), hint)))
    })
}

/// Refuses `plan.add(...).background(queue)` if no handler of the callback can run in the background, or `queue` is
/// `Background::queue(0)`.
pub(crate) fn check_queues(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut handlers: HashMap<CallbackId, Vec<&HandlerRecord>> = HashMap::new();
    for record in inside(input) {
        let attached = &input.plan.attached[record.callback];
        if matches!(attached.background, BackgroundSetting::Background(_)) {
            handlers.entry(record.callback).or_default().push(record);
        }
    }
    input.each_callback(|id, attached| {
        // A callback without handlers, which it may have chosen, is no problem: it needs no queue.
        let handlers = handlers.get(&id)?;
        if !handlers.iter().any(|record| record.can_run_in_background) {
            return Some(of_attached(
                input,
                id,
                cannot_run_in_background(input, handlers),
            ));
        }
        let has_no_room = attached.background.queue()?.room == 0;
        let hint = "give it room for one call at least: `Background::queue(1)`";
        let text = ProblemText::hinted("its queue in the background has no room".into(), hint);
        has_no_room.then(|| of_attached(input, id, text))
    })
}

/// Returns why none of these handlers can run in the background, and what to write instead.
fn cannot_run_in_background(input: &CheckInput<'_>, handlers: &[&HandlerRecord]) -> ProblemText {
    let change = handlers
        .iter()
        .find_map(|record| Some((record, changed_state(record)?)));
    let what = match change {
        Some((record, changes)) => format!(
            "cannot run in the background: at {} it {changes}, which the loop goes on with",
            input.breakpoint(record.at).name(),
        ),
        None => "cannot run in the background: its handlers are bound to run at once".into(),
    };
    ProblemText::hinted(
        what,
        "only what reads can: write `#[callback(background)]` on its block, or bind its handlers with `h.on_background`",
    )
}

/// Returns what a handler may change through a parameter, in words.
fn changed_state(record: &HandlerRecord) -> Option<String> {
    let mut accesses = record.accesses.iter();
    let access = accesses.find(|access| access.kind != AccessKind::Read)?;
    Some(match access.kind {
        AccessKind::Write => format!("changes `{}`", short_type_name(access.type_name)),
        _ => "may change everything".into(),
    })
}

/// Returns the callbacks that run in the background: those with a handler that can, unless they are attached with `in_loop`.
fn in_background(input: &CheckInput<'_>) -> HashSet<CallbackId> {
    let able = inside(input).filter(|record| record.can_run_in_background);
    let callbacks = able.map(|record| record.callback);
    let stays = |id: &CallbackId| input.plan.attached[*id].background == BackgroundSetting::InLoop;
    callbacks.filter(|id| !stays(id)).collect()
}

/// Returns the handlers of all callbacks, without those for enter and exit.
fn inside<'s>(input: &'s CheckInput<'_>) -> impl Iterator<Item = &'s HandlerRecord> {
    let role = |record: &HandlerRecord| input.breakpoint(record.at).role();
    let handlers = input.handlers();
    handlers.filter(move |record| !matches!(role(record), Role::Enter | Role::Exit))
}

/// Makes a problem with how a callback is attached.
fn of_attached(input: &CheckInput<'_>, id: CallbackId, text: ProblemText) -> Problem {
    Problem {
        location: input.plan.attached[id].added_at,
        ..input.of_callback(id, ProblemKind::Background, text)
    }
}
