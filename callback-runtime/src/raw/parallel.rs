//! Groups of handlers of one breakpoint, which follow each other in its list and can be called at the same time.
//!
//! `parallel/dispatch.rs` decides when a group runs in parallel, and [`Executor`] on which threads; both can change without this file.

use super::core::Core;
use super::entries::{EntryList, EntryRecord};
use super::fetch::{Access, AccessKind};
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

/// One handler of a group, which an [`Executor`] runs on any thread.
pub struct Job<'j> {
    /// Runs the handler at the first call.
    run: &'j mut dyn FnMut(),
}

// SAFETY: `run_all`, which makes the jobs, takes only handlers with `EntryRecord::is_portable`, which `Core::bind` establishes.
unsafe impl Send for Job<'_> {}

impl Job<'_> {
    /// Runs the handler. Does not panic, and does nothing at the second call.
    pub fn run(&mut self) {
        (self.run)();
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

/// How a group ran.
pub(crate) struct GroupResult {
    /// The results of the handlers, in the order of their turns.
    pub(crate) results: Vec<(Turn, MemberResult)>,
    /// The panic of the executor, if it panicked. Some handlers may have no result then.
    pub(crate) executor_panic: Option<PanicPayload>,
}

/// The result of one handler of a group. It is `Send`, because the handler may have run on another thread.
pub(crate) enum MemberResult {
    /// The handler returned normally, with nothing for the run to do.
    Continue,
    /// The handler did not run, because state that it requires is absent.
    MissingState,
    /// The handler returned a flow.
    Flow(Flow),
    /// The handler returned an error.
    Error(BoxError),
    /// The handler panicked.
    Panicked(PanicPayload),
    /// The handler returned an error whose conversion panicked.
    ConversionPanicked(PanicPayload),
}

pub(crate) type PanicPayload = Box<dyn Any + Send>;

/// Checks that the results of other threads are `Send`.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<MemberResult>();
};

impl Core {
    /// Forms groups of the handlers of a breakpoint, and returns the group of each handler. The handlers of a group belong to different
    /// callbacks, and their accesses are compatible. `may_join` says whether two handlers may be in one group apart from that.
    pub(crate) fn form_groups(
        &mut self,
        breakpoint: BreakpointId,
        may_join: &mut dyn FnMut(Turn, Turn) -> bool,
    ) -> Vec<Option<Range<Turn>>> {
        self.lists[breakpoint].form_groups(may_join)
    }

    /// Calls handlers of one group of a breakpoint. Those that are portable run at the same time, as far as the executor can.
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

/// How a group ran, and how long.
pub(crate) struct GroupRun {
    pub(crate) group_result: GroupResult,
    /// How long each handler that ran took.
    pub(crate) durations: Vec<(Turn, Duration)>,
}

impl EntryList {
    /// Forms groups that are as long as possible, from the first entry on. See [`Core::form_groups`].
    pub(super) fn form_groups(
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
                let group = Turn::new(start)..Turn::new(end);
                for record in members {
                    record.group = Some(group.start);
                }
                groups[start..end].fill(Some(group));
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
        for (index, turn) in members.iter().enumerate() {
            // Only different entries of one group: `form_groups` checked that these can run at the same time.
            if group.is_none()
                || self.records[*turn].group != group
                || members[..index].contains(turn)
            {
                continue;
            }
            match self.prepare(*turn, frame) {
                Some(member) => runnable.push(member),
                None => results.push((*turn, MemberResult::MissingState)),
            }
        }
        // SAFETY: the loop above takes different entries of one group, and `prepare` those that are resolved for the frame's table, which
        // has what they require. `frame` borrows the table until they are done. If a handler exits the process, the `Drop` of `Core` and
        // that of `Table` leak what the other threads use.
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

    /// Prepares the call of an entry. `None` if state that it requires is absent.
    fn prepare<'l>(&'l self, turn: Turn, frame: &Frame<'l>) -> Option<GroupMember<'l>> {
        let entry = self.resolved_entry(turn, frame.context.view.table())?;
        let record = &self.records[turn];
        Some(GroupMember {
            turn,
            entry,
            into_error: record.into_error.as_ref(),
            // SAFETY: `form_groups` put only entries into one group that are independent: their accesses are compatible, and none
            // of them changes the table itself.
            context: CallContext::of(unsafe { frame.context.view.duplicate() }),
            is_portable: record.is_portable,
            duration: None,
            result: None,
        })
    }
}

impl EntryRecord {
    /// Whether both entries can be called at the same time.
    fn is_independent_of(&self, other: &Self) -> bool {
        let mut pairs = self
            .accesses
            .iter()
            .flat_map(|mine| other.accesses.iter().map(move |theirs| (mine, theirs)));
        self.callback != other.callback
            && !self.runs_alone()
            && !other.runs_alone()
            && pairs.all(|(mine, theirs)| mine.is_compatible_with(theirs))
    }

    /// Whether no other entry may run at the same time: this one changes the table itself, or reads the [`Due`] that the run inserts for
    /// one handler at a time.
    fn runs_alone(&self) -> bool {
        let due = TypeId::of::<Due>();
        let needs_table =
            |access: &Access| access.type_id == due || access.kind == AccessKind::Everything;
        self.returns_answer || self.accesses.iter().any(needs_table)
    }
}

/// An entry of a group whose call is prepared.
struct GroupMember<'l> {
    turn: Turn,
    entry: &'l CallEntry,
    /// Converts the handler's error; `None` for a handler that returns none.
    into_error: Option<&'l IntoError>,
    /// The context of this call alone.
    context: CallContext<'l>,
    /// Whether the call may run on another thread than the loop's.
    is_portable: bool,
    /// How long the call took; `None` until it has returned.
    duration: Option<Duration>,
    /// The result of the call; `None` until it has returned.
    result: Option<MemberResult>,
}

impl GroupMember<'_> {
    /// Calls the entry, unless it was called before.
    ///
    /// # Safety
    /// The contract of [`EntryPoint`](super::handler::EntryPoint) for the entry. Members that run at the same time are independent:
    /// [`EntryRecord::is_independent_of`]. If the member is not portable, this is the loop's thread.
    unsafe fn run(&mut self) {
        if self.result.is_some() {
            return;
        }
        let (entry, context) = (self.entry, &mut self.context);
        let began = Instant::now();
        // SAFETY: the caller, `run_all`, has the contract of `EntryPoint`.
        let call = AssertUnwindSafe(|| unsafe { (entry.call)(entry, context) });
        let called = catch_unwind(call);
        self.duration = Some(began.elapsed());
        self.result = Some(match called {
            Ok(()) => self.outcome(),
            Err(panic) => MemberResult::Panicked(panic),
        });
    }

    /// Returns the result of the call. It converts the error on the thread of the call, because the handler's own error need not be `Send`.
    fn outcome(&mut self) -> MemberResult {
        let status = self.context.take_status();
        let reply = &mut self.context.reply;
        if let (Some(error), Some(into_error)) = (reply.error.take(), self.into_error) {
            return match catch_unwind(AssertUnwindSafe(|| into_error(error))) {
                Ok(error) => MemberResult::Error(error),
                Err(panic) => MemberResult::ConversionPanicked(panic),
            };
        }
        match (status, reply.flow.take()) {
            (HandlerStatus::MissingState, _) => MemberResult::MissingState,
            (_, Some(flow)) => MemberResult::Flow(flow),
            (_, None) => MemberResult::Continue,
        }
    }
}

/// Runs all members, and returns the panic of the executor. The portable ones run at the same time, as far as the executor can.
///
/// # Safety
/// The parameter pointers of the entries are valid for the table of their contexts. The values that they require are there, and nothing
/// else uses the table while this runs. Any two members are independent: [`EntryRecord::is_independent_of`]. The portable ones may run
/// on any thread.
unsafe fn run_all(
    executor: &dyn Executor,
    members: &mut [GroupMember<'_>],
) -> Option<PanicPayload> {
    // The loop's thread runs the members that are not portable. If all are portable it runs the first one, because it would only wait.
    let any_stays = members.iter().any(|member| !member.is_portable);
    let (mut on_executor, mut on_loop) = (Vec::new(), Vec::new());
    for (index, member) in members.iter_mut().enumerate() {
        let may_leave = member.is_portable && (any_stays || index > 0);
        // SAFETY: the caller, `EntryList::run_parallel`, resolved the entries and took them from one group, whose members `form_groups`
        // found independent. A member that is not portable is in `on_loop`, which only this thread runs.
        let run = move || unsafe { member.run() };
        if may_leave {
            on_executor.push(run);
        } else {
            on_loop.push(run);
        }
    }
    let mut here = || on_loop.iter_mut().for_each(|run| run());
    let mut jobs: Vec<Job<'_>> = on_executor.iter_mut().map(|run| Job { run }).collect();
    let ran = catch_unwind(AssertUnwindSafe(|| executor.run(&mut jobs, &mut here)));
    if ran.is_ok() {
        // These do nothing but what the executor left out.
        here();
        jobs.iter_mut().for_each(Job::run);
    }
    ran.err()
}
