//! Checks the callbacks that are attached with [`Attachment::parallel`](crate::Attachment::parallel): whether they can run in parallel,
//! and whether another handler can run at the same time.
//!
//! The rules themselves are those of `plan` and of `raw/parallel.rs`; here they are put into words.

use super::{ThreadAffinity, may_be_grouped};
use crate::callback::{CallbackId, HandlerId, short_type_name};
use crate::period::Due;
use crate::plan::{PlanCore, Problem, ProblemKind, ProblemText};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashMap;

impl PlanCore {
    /// Returns the problems of the callbacks that must run in parallel, as after `plan.add_local(Journal::new()).parallel()`.
    pub(crate) fn check_parallel(&self) -> Vec<Problem> {
        let order = self.resolved.order.iter().copied();
        let parallel: Vec<CallbackId> = order
            .filter(|id| self.attached[*id].parallel.is_some())
            .collect();
        if parallel.is_empty() {
            return Vec::new();
        }
        let groupable = self.groupable();
        let handlers = |id: CallbackId| groupable.get(&id).map_or(&[][..], Vec::as_slice);
        let problems = parallel
            .iter()
            .map(|id| self.check_callback(*id, handlers(*id)));
        problems.flatten().collect()
    }

    /// Returns the problems of one callback. `handlers` are its handlers that can be in a group.
    fn check_callback(&self, id: CallbackId, handlers: &[HandlerId]) -> Vec<Problem> {
        let name = &self.resolved.names[id];
        if let Some((why, hint)) = self.why_callback_stays(id) {
            let text = ProblemText::hinted(format!("cannot run in parallel: {why}"), hint);
            let attached = &self.attached[id];
            let location = attached.parallel.unwrap_or(attached.added_at);
            return vec![Problem::of_plan(
                ProblemKind::NotParallel,
                name,
                location,
                text,
            )];
        }
        let mut problems = Vec::new();
        for handler in handlers {
            let record = self.dispatcher.record(*handler);
            let reason = self.why_handler_stays(record);
            problems.extend(reason.map(|(state, why)| Problem {
                kind: ProblemKind::NotParallel,
                callback: name.to_string(),
                breakpoint: Some(self.loop_info.breakpoints[handler.breakpoint].name()),
                state,
                location: record.location,
                attached_at: Some(self.attached[id].added_at),
                text: format!("cannot run in parallel: it {why}").into(),
            }));
        }
        if problems.is_empty() {
            problems.extend(self.find_alone(id, handlers));
        }
        problems
    }

    /// Returns the handlers that can be in a group, by callback.
    fn groupable(&self) -> HashMap<CallbackId, Vec<HandlerId>> {
        let mut groupable: HashMap<CallbackId, Vec<HandlerId>> = HashMap::new();
        for (handler, record) in self.dispatcher.all_records() {
            if may_be_grouped(self.loop_info, handler.breakpoint) {
                groupable.entry(record.callback).or_default().push(handler);
            }
        }
        groupable
    }

    /// Returns a note about a callback whose handlers never run at the same time as another one.
    fn find_alone(&self, id: CallbackId, handlers: &[HandlerId]) -> Option<Problem> {
        let mut records = handlers.iter().map(|id| self.dispatcher.record(*id));
        if records.any(|record| record.group.is_some() || record.queue.is_some()) {
            return None;
        }
        let why = match handlers
            .iter()
            .find_map(|id| self.shared_with_neighbour(*id))
        {
            Some(shared) => shared,
            None if handlers.is_empty() => {
                "its handlers run at the beginning, at the end or after a failure of the run".into()
            }
            None if handlers
                .iter()
                .all(|id| self.dispatcher.records(id.breakpoint).len() == 1) =>
            {
                "there is no other handler at its breakpoints".into()
            }
            None => "the handlers before and after it run alone, or in a declared order".into(),
        };
        let text = ProblemText::hinted(
            format!("no other handler can run in parallel with it: {why}"),
            "leave `parallel` out, or see `explain()` for where each handler runs",
        );
        let attached = &self.attached[id];
        let location = attached.parallel.unwrap_or(attached.added_at);
        let name = &self.resolved.names[id];
        Some(Problem::of_plan(ProblemKind::Alone, name, location, text))
    }

    /// Returns what a handler shares with the handler before or after it, in words.
    fn shared_with_neighbour(&self, handler: HandlerId) -> Option<String> {
        let list = self.dispatcher.records(handler.breakpoint);
        let (index, record) = (handler.turn.index(), self.dispatcher.record(handler));
        let before = index.checked_sub(1).and_then(|index| list.get(index));
        let mut neighbours = before.into_iter().chain(list.get(index + 1));
        neighbours.find_map(|neighbour| {
            let name = &self.resolved.names[neighbour.callback];
            let state = shared_state(record, neighbour)?;
            let breakpoint = self.loop_info.breakpoints[handler.breakpoint].name();
            Some(format!("at {breakpoint} it shares {state} with `{name}`"))
        })
    }

    /// Returns why no handler of a callback can leave the loop's thread, and what to write instead. `None` if one can.
    fn why_callback_stays(&self, id: CallbackId) -> Option<(&'static str, &'static str)> {
        if self.executor.is_none() {
            return Some((
                "the plan has no executor",
                "give the plan one with `executor`, or leave `parallel` out",
            ));
        }
        match self.attached[id].affinity {
            ThreadAffinity::Anywhere => None,
            ThreadAffinity::Closure => Some((
                "it is a closure, which stays on the loop's thread",
                "write a callback and attach it with `add`, or leave `parallel` out",
            )),
            ThreadAffinity::Discovered => Some((
                "it was discovered, and stays on the loop's thread",
                "attach it with `add`, or leave `parallel` out",
            )),
            ThreadAffinity::Local => Some((
                "it is attached with `add_local`",
                "attach it with `add`, for which its type must be `Send`, or leave `parallel` out",
            )),
        }
    }

    /// Returns why a handler must run alone or on the loop's thread, after the state that is the reason, if one is. It refuses, for example,
    /// `fn on_epoch_end(&self, ctx: Ctx<'_>)`.
    fn why_handler_stays(&self, record: &HandlerRecord) -> Option<(Option<String>, String)> {
        let counters = &self.of_loop.counters;
        let writes_counter = |access: &Access| {
            counters
                .iter()
                .any(|reader| reader.type_id == access.type_id)
        };
        let why = |access: &Access| {
            let state = short_type_name(access.type_name);
            let why = if access.kind == AccessKind::Everything {
                "asks for `Ctx`, which is everything; ask for the state it uses".into()
            } else if access.local {
                let (word, plain) = if access.kind == AccessKind::Read {
                    ("Local", "&")
                } else {
                    ("LocalMut", "&mut ")
                };
                format!(
                    "asks for `{word}<{state}>`, which stays on the loop's thread; ask for `{plain}{state}`, for which it must be `Send` and \
                     `Sync`, or leave `parallel` out"
                )
            } else if access.type_id == TypeId::of::<Due>() {
                "asks for `Due`, which is set for one handler at a time; let another callback ask for it, or leave `parallel` out".into()
            } else if access.kind == AccessKind::Write && writes_counter(access) {
                format!(
                    "writes `{state}`, which the loop counts and periods read; let the loop or another callback write it, or leave `parallel` out"
                )
            } else {
                return None;
            };
            Some((Some(state), why))
        };
        if let Some(reason) = record.accesses.iter().find_map(why) {
            return Some(reason);
        }
        record.traits.returns_answer.then(|| {
            (
                None,
                "answers more than a flow, and answers are merged in order; let another callback answer, or leave `parallel` out".into(),
            )
        })
    }
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
        mine.type_id == theirs.type_id
            && (mine.kind, theirs.kind) != (AccessKind::Read, AccessKind::Read)
    };
    let mut accesses = record.accesses.iter();
    let access = accesses.find(|mine| {
        let mut theirs = neighbour.accesses.iter();
        theirs.any(|theirs| clashes(mine, theirs))
    })?;
    Some(format!("`{}`", short_type_name(access.type_name)))
}
