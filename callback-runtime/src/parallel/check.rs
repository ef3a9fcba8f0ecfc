//! That who must run in parallel can, and has somebody to run beside.

use super::{ThreadAffinity, may_be_grouped};
use crate::callback::{CallbackId, HandlerId, short_type_name};
use crate::period::Due;
use crate::plan::{PlanCore, Problem, ProblemKind, ProblemText};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashMap;

/// A handler: its breakpoint, and its place there.
impl PlanCore {
    /// Who is to run elsewhere can.
    pub(crate) fn check_parallel(&self) -> Vec<Problem> {
        let order = self.resolved.order.iter().copied();
        let asked: Vec<CallbackId> = order
            .filter(|id| self.attached[*id].parallel.is_some())
            .collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let groupable = self.groupable();
        let handlers = |id: CallbackId| groupable.get(&id).map_or(&[][..], Vec::as_slice);
        let problems = asked
            .iter()
            .map(|id| self.check_callback(*id, handlers(*id)));
        problems.flatten().collect()
    }

    /// `handlers` are those of the callback that can be in a group.
    fn check_callback(&self, id: CallbackId, handlers: &[HandlerId]) -> Vec<Problem> {
        let name = &self.resolved.names[id];
        if let Some((why, hint)) = self.why_callback_stays(id) {
            let text = ProblemText::hinted(format!("cannot run in parallel: {why}"), hint);
            let attached = &self.attached[id];
            let location = attached.parallel.unwrap_or(attached.attached_at);
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
            let found = self.why_handler_stays(record);
            problems.extend(found.map(|(state, why)| Problem {
                kind: ProblemKind::NotParallel,
                callback: name.to_string(),
                breakpoint: Some(self.loop_info.breakpoints[handler.breakpoint].name()),
                state,
                location: record.location,
                text: format!("cannot run in parallel: it {why}").into(),
            }));
        }
        if problems.is_empty() {
            problems.extend(self.find_alone(id, handlers));
        }
        problems
    }

    /// For each callback its handlers that can be in a group.
    fn groupable(&self) -> HashMap<CallbackId, Vec<HandlerId>> {
        let mut groupable: HashMap<CallbackId, Vec<HandlerId>> = HashMap::new();
        for (handler, record) in self.dispatcher.all_records() {
            if may_be_grouped(self.loop_info, handler.breakpoint) {
                groupable.entry(record.callback).or_default().push(handler);
            }
        }
        groupable
    }

    /// Worth knowing: none of its handlers ever runs beside another one.
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
                "its handlers are of the beginning, of the end or of a failure of the run".into()
            }
            None if handlers
                .iter()
                .all(|id| self.dispatcher.records(id.breakpoint).len() == 1) =>
            {
                "there is no other handler where it has one".into()
            }
            None => "those before and behind it run alone, or in an order".into(),
        };
        let text = ProblemText::hinted(
            format!("nobody can run in parallel with it: {why}"),
            "leave `parallel` out, or see `explain()` for who runs where",
        );
        let attached = &self.attached[id];
        let location = attached.parallel.unwrap_or(attached.attached_at);
        let name = &self.resolved.names[id];
        Some(Problem::of_plan(ProblemKind::Alone, name, location, text))
    }

    /// What a handler shares with who stands before or behind it.
    fn shared_with_neighbour(&self, handler: HandlerId) -> Option<String> {
        let list = self.dispatcher.records(handler.breakpoint);
        let (nth, record) = (handler.turn.index(), self.dispatcher.record(handler));
        let before = nth.checked_sub(1).and_then(|nth| list.get(nth));
        let mut others = before.into_iter().chain(list.get(nth + 1));
        others.find_map(|other| {
            let name = &self.resolved.names[other.callback];
            let state = shared_state(record, other)?;
            let breakpoint = self.loop_info.breakpoints[handler.breakpoint].name();
            Some(format!("at {breakpoint} it shares {state} with `{name}`"))
        })
    }

    /// Why no handler of a callback can leave the loop's thread, and what to do.
    fn why_callback_stays(&self, id: CallbackId) -> Option<(&'static str, &'static str)> {
        if self.executor.is_none() {
            return Some((
                "the plan has nobody to run it",
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

    /// Why a handler has to run alone or stay, and the state that this is about.
    fn why_handler_stays(&self, record: &HandlerRecord) -> Option<(Option<String>, String)> {
        let counters = &self.of_loop.counters;
        let writes_counter =
            |access: &Access| counters.iter().any(|reader| reader.of == access.type_id);
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
                "asks for `Due`, which is told to one handler at a time; let another callback ask for it, or leave `parallel` out".into()
            } else if access.kind == AccessKind::Write && writes_counter(access) {
                format!(
                    "writes `{state}`, which the loop counts and periods read; let the loop or another callback write it, or leave `parallel` out"
                )
            } else {
                return None;
            };
            Some((Some(state), why))
        };
        if let Some(found) = record.accesses.iter().find_map(why) {
            return Some(found);
        }
        record.traits.returns_answer.then(|| {
            (
                None,
                "answers more than a flow, and answers are merged in order; let another callback answer, or leave `parallel` out".into(),
            )
        })
    }
}

/// What two handlers cannot have at the same time.
fn shared_state(one: &HandlerRecord, other: &HandlerRecord) -> Option<String> {
    if other.callback == one.callback {
        return None;
    }
    let is_all = |access: &Access| access.kind == AccessKind::Everything;
    if other.accesses.iter().any(is_all) {
        return Some("all it asks for".into());
    }
    let clashes = |access: &Access, other: &Access| {
        access.type_id == other.type_id
            && (access.kind, other.kind) != (AccessKind::Read, AccessKind::Read)
    };
    let mut accesses = one.accesses.iter();
    let access =
        accesses.find(|access| other.accesses.iter().any(|other| clashes(access, other)))?;
    Some(format!("`{}`", short_type_name(access.type_name)))
}
