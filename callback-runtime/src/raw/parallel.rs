//! Groups: handlers of one breakpoint, one after the other in its list, that can be called at the same time.

use super::core::Core;
use super::entries::{EntryList, EntryRecord};
use super::fetch::AccessKind;
use super::frame::{CallContext, Frame, HandlerStatus, IntoError};
use super::handler::CallEntry;
use crate::callback::Turn;
use crate::loops::BreakpointId;
use crate::outcome::{BoxError, Flow};
use crate::parallel::Executor;
use crate::period::Due;
use std::any::{Any, TypeId};
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// One handler of a group, which an [`Executor`] runs on any thread. See there.
pub struct Job<'j> {
    run: &'j mut dyn FnMut(),
}

// SAFETY: `run_all` makes jobs of portable handlers alone: `EntryRecord::is_portable`.
unsafe impl Send for Job<'_> {}

impl Job<'_> {
    /// Runs the handler. It does not panic, and does nothing the second time.
    pub fn run(&mut self) {
        (self.run)();
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

/// The results of the handlers of a group, in the order of their turns.
pub(crate) struct GroupResult {
    pub(crate) results: Vec<(Turn, MemberResult)>,
    /// The executor panicked.
    pub(crate) executor_panic: Option<PanicPayload>,
}

/// The result of one handler of a group. It can be sent to another thread.
pub(crate) enum MemberResult {
    Continue,
    MissingState,
    Flow(Flow),
    Error(BoxError),
    Panicked(PanicPayload),
    /// The conversion of its error panicked.
    Unconverted(PanicPayload),
}

pub(crate) type PanicPayload = Box<dyn Any + Send>;

/// What comes back from another thread is `Send`.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<MemberResult>();
};

impl Core {
    /// Forms groups of the handlers of a breakpoint. The handlers of a group are of different callbacks, and can hold what they ask for at
    /// the same time; `may_join` says whether the plan allows two of them in one group. Returns for each handler its group.
    pub(crate) fn form_groups(
        &mut self,
        breakpoint: BreakpointId,
        may_join: &mut dyn FnMut(Turn, Turn) -> bool,
    ) -> Vec<Option<Range<Turn>>> {
        self.lists[breakpoint].form_groups(may_join)
    }

    /// Calls handlers of one group, in parallel if the executor can and the handlers may leave the thread.
    pub(crate) fn run_parallel(
        &mut self,
        breakpoint: BreakpointId,
        members: &[Turn],
        executor: &dyn Executor,
        frame: &mut Frame<'_>,
    ) -> GroupRun {
        (self.runs_group, frame.context.view.table_mut().runs_group) = (true, true);
        let ran = self.lists[breakpoint].run_parallel(members, executor, frame);
        (self.runs_group, frame.context.view.table_mut().runs_group) = (false, false);
        ran
    }
}

/// The results and the durations of the handlers of a group.
pub(crate) struct GroupRun {
    pub(crate) group_result: GroupResult,
    /// How long the handlers took that ran.
    pub(crate) durations: Vec<(Turn, Duration)>,
}

impl EntryList {
    fn form_groups(
        &mut self,
        may_join: &mut dyn FnMut(Turn, Turn) -> bool,
    ) -> Vec<Option<Range<Turn>>> {
        let mut groups = vec![None; self.len()];
        let mut start = 0;
        for end in 1..=self.len() {
            let joins = |member: usize| {
                self.records[member].is_independent_of(&self.records[end])
                    && may_join(Turn::new(member), Turn::new(end))
            };
            if end < self.len() && (start..end).all(joins) {
                continue;
            }
            let members = &mut self.records[start..end];
            if members.len() > 1 && members.iter().any(|record| record.is_portable) {
                groups[start..end].fill(Some(Turn::new(start)..Turn::new(end)));
                for record in members {
                    record.group = Some(start + 1);
                }
                self.is_grouped = true;
            }
            start = end;
        }
        self.invalidate();
        groups
    }

    fn run_parallel(
        &mut self,
        members: &[Turn],
        executor: &dyn Executor,
        frame: &mut Frame<'_>,
    ) -> GroupRun {
        self.resolve(frame.context.view.table_mut());
        let (mut results, mut runnable) = (Vec::with_capacity(members.len()), Vec::new());
        let group = members
            .first()
            .and_then(|turn| self.records.get(turn.index())?.group);
        for (nth, turn) in members.iter().enumerate() {
            // Each member once, and only members of one group: those that `form_groups` compared.
            if group.is_none()
                || self.records[*turn].group != group
                || members[..nth].contains(turn)
            {
                continue;
            }
            match self.member(*turn, frame) {
                Some(member) => runnable.push(member),
                None => results.push((*turn, MemberResult::MissingState)),
            }
        }
        // SAFETY: different members of one group, resolved for the frame's table, which has what they require. Nothing else uses the table
        // until they are done: if the process exits meanwhile, `Core` and `Table` leak what the jobs use.
        let executor_panic = unsafe { run_all(executor, &mut runnable) };
        let durations = runnable.iter();
        let durations = durations
            .filter_map(|member| Some((member.turn, member.duration?)))
            .collect();
        results.extend(
            runnable
                .into_iter()
                .filter_map(|member| Some((member.turn, member.result?))),
        );
        GroupRun {
            group_result: GroupResult {
                results,
                executor_panic,
            },
            durations,
        }
    }

    /// The handler at `turn`, ready to run. `None` if state that it requires is absent.
    fn member<'l>(&'l self, turn: Turn, frame: &Frame<'l>) -> Option<GroupMember<'l>> {
        let entry = self.resolved_entry(turn, frame.context.view.table())?;
        let record = &self.records[turn];
        Some(GroupMember {
            turn,
            entry,
            into_error: record.into_error.as_ref(),
            // SAFETY: the members of a group can hold what they ask for at the same time, and none of them changes the table itself.
            context: CallContext::of(unsafe { frame.context.view.again() }),
            is_portable: record.is_portable,
            duration: None,
            result: None,
        })
    }
}

impl EntryRecord {
    /// Whether both handlers can be called at the same time.
    fn is_independent_of(&self, other: &Self) -> bool {
        let mut pairs = self
            .accesses
            .iter()
            .flat_map(|access| other.accesses.iter().map(move |it| (access, it)));
        self.callback != other.callback
            && !self.runs_alone()
            && !other.runs_alone()
            && pairs.all(|(access, other)| access.agrees_with(other))
    }

    /// Whether no other handler may run at the same time: this one changes the table itself, or its call is given state of its own.
    fn runs_alone(&self) -> bool {
        let is_everything = |kind: AccessKind| kind == AccessKind::Everything;
        let accesses = |due: TypeId| self.accesses.iter().any(|access| access.type_id == due);
        self.returns_answer
            || accesses(TypeId::of::<Due>())
            || self
                .accesses
                .iter()
                .any(|access| is_everything(access.kind))
    }
}

/// A handler of a group, ready to run.
struct GroupMember<'l> {
    turn: Turn,
    entry: &'l CallEntry,
    into_error: Option<&'l IntoError>,
    /// The context of this call alone.
    context: CallContext<'l>,
    is_portable: bool,
    duration: Option<Duration>,
    result: Option<MemberResult>,
}

impl GroupMember<'_> {
    /// # Safety
    /// What [`Call`](super::handler::Call) requires; and the members of a group can hold what they ask for at the same time.
    unsafe fn run(&mut self) {
        if self.result.is_some() {
            return;
        }
        let (entry, context) = (self.entry, &mut self.context);
        let began = Instant::now();
        // SAFETY: the caller, `run_all`, has what the call asks for.
        let call = AssertUnwindSafe(|| unsafe { (entry.call)(entry, context) });
        let called = catch_unwind(call);
        self.duration = Some(began.elapsed());
        self.result = Some(match called {
            Ok(()) => self.outcome(),
            Err(panic) => MemberResult::Panicked(panic),
        });
    }

    /// The result of the call. An error is converted on the thread where it occurred, because it need not be `Send`.
    fn outcome(&mut self) -> MemberResult {
        let status = self.context.take_status();
        let reply = &mut self.context.reply;
        if let (Some(error), Some(into_error)) = (reply.error.take(), self.into_error) {
            return match catch_unwind(AssertUnwindSafe(|| into_error(error))) {
                Ok(error) => MemberResult::Error(error),
                Err(panic) => MemberResult::Unconverted(panic),
            };
        }
        match (status, reply.flow.take()) {
            (HandlerStatus::MissingState, _) => MemberResult::MissingState,
            (_, Some(flow)) => MemberResult::Flow(flow),
            (_, None) => MemberResult::Continue,
        }
    }
}

/// Runs the members, in parallel if the executor can and they may leave the thread. Returns the panic of the executor.
///
/// # Safety
/// The entries are resolved for the table of the views, which has what they require and which nothing else uses during the call. They
/// can hold what they ask for at the same time, and no two of them are of one callback. Portable members may run on any thread.
unsafe fn run_all(
    executor: &dyn Executor,
    members: &mut [GroupMember<'_>],
) -> Option<PanicPayload> {
    // The loop's thread runs what must stay there, or else the first member.
    let stays = members.iter().any(|member| !member.is_portable);
    let (mut away, mut home) = (Vec::new(), Vec::new());
    for (nth, member) in members.iter_mut().enumerate() {
        let is_away = member.is_portable && (stays || nth > 0);
        // SAFETY: `run_parallel` resolved the entries, and took each member from one group of `form_groups`.
        let run = move || unsafe { member.run() };
        if is_away {
            away.push(run);
        } else {
            home.push(run);
        }
    }
    let mut here = || home.iter_mut().for_each(|run| run());
    let mut jobs: Vec<Job<'_>> = away.iter_mut().map(|run| Job { run }).collect();
    let ran = catch_unwind(AssertUnwindSafe(|| executor.run(&mut jobs, &mut here)));
    if ran.is_ok() {
        // Runs what the executor left out.
        here();
        jobs.iter_mut().for_each(Job::run);
    }
    ran.err()
}
