//! Handlers of one breakpoint, one behind the other, that can be called at the same time.

use super::core::Core;
use super::entries::{Bound, Entries};
use super::fetch::Need;
use super::frame::{Code, Frame, Handed, IntoError};
use super::owned::Erased;
use super::thunk::Entry;
use crate::failure::BoxError;
use crate::flow::Flow;
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

// SAFETY: `run_all` makes jobs of portable handlers alone: `Bound::is_portable`.
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

/// What the handlers of a group came to, in their order.
pub(crate) struct Together {
    pub(crate) done: Vec<(usize, Done)>,
    /// The executor panicked.
    pub(crate) broken: Option<Payload>,
}

/// What a handler came to: nothing of it is bound to the thread on which it ran.
pub(crate) enum Done {
    Continue,
    Absent,
    Raised(Flow),
    Failed(BoxError),
    Panicked(Payload),
    /// The conversion of its error panicked.
    Unconverted(Payload),
}

pub(crate) type Payload = Box<dyn Any + Send>;

/// What comes back from another thread is `Send`.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Done>();
};

impl<D: ?Sized + Erased> Core<D> {
    /// Forms groups of the handlers of `list`. Handlers of one group are of different callbacks, and can hold what they ask for at the
    /// same time; `may_join` says what else is needed of two of them. Returns for each handler its group.
    pub(crate) fn form_groups(
        &mut self,
        list: usize,
        may_join: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Vec<Option<Range<usize>>> {
        self.lists[list].form_groups(may_join)
    }

    /// Calls handlers of one group of `list`, at the same time as far as the executor can and they may leave the thread.
    pub(crate) fn run_together(
        &mut self,
        list: usize,
        members: &[usize],
        executor: &dyn Executor,
        frame: &mut Frame<'_>,
    ) -> GroupRun {
        (self.runs_group, frame.handed.view.table_mut().runs_group) = (true, true);
        let ran = self.lists[list].run_together(members, executor, frame);
        (self.runs_group, frame.handed.view.table_mut().runs_group) = (false, false);
        ran
    }
}

/// What became of the handlers of a group.
pub(crate) struct GroupRun {
    pub(crate) together: Together,
    /// How long those took that ran.
    pub(crate) took: Vec<(usize, Duration)>,
}

impl Entries {
    fn form_groups(
        &mut self,
        may_join: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Vec<Option<Range<usize>>> {
        let mut groups = vec![None; self.len()];
        let mut start = 0;
        for at in 1..=self.len() {
            let joins = |member: usize| {
                self.bound[member].is_apart(&self.bound[at]) && may_join(member, at)
            };
            if at < self.len() && (start..at).all(joins) {
                continue;
            }
            if at - start > 1 && self.bound[start..at].iter().any(|bound| bound.is_portable) {
                groups[start..at].fill(Some(start..at));
                self.bound[start..at]
                    .iter_mut()
                    .for_each(|bound| bound.group = Some(start + 1));
                self.is_grouped = true;
            }
            start = at;
        }
        self.aim_again();
        groups
    }

    fn run_together(
        &mut self,
        members: &[usize],
        executor: &dyn Executor,
        frame: &mut Frame<'_>,
    ) -> GroupRun {
        self.aim(frame.handed.view.table_mut());
        let (mut done, mut works) = (Vec::with_capacity(members.len()), Vec::new());
        let group = members.first().and_then(|at| self.bound.get(*at)?.group);
        for (nth, at) in members.iter().enumerate() {
            // Each of one group, and once: what `form_groups` looked at.
            if group.is_none() || self.bound[*at].group != group || members[..nth].contains(at) {
                continue;
            }
            match self.work(*at, frame) {
                Some(work) => works.push(work),
                None => done.push((*at, Done::Absent)),
            }
        }
        // SAFETY: different members of one group, aimed at the frame's table, which meets what they need. Nothing else uses it until they
        // are done: where the process exits meanwhile, `Core` and `Table` leak what the jobs use.
        let broken = unsafe { run_all(executor, &mut works) };
        let took = works.iter().filter_map(|work| Some((work.at, work.took?)));
        let took = took.collect();
        done.extend(
            works
                .into_iter()
                .filter_map(|work| Some((work.at, work.done?))),
        );
        done.sort_by_key(|(at, _)| *at);
        GroupRun {
            together: Together { done, broken },
            took,
        }
    }

    /// `None` if what the handler requires is absent.
    fn work<'l>(&'l self, at: usize, frame: &Frame<'l>) -> Option<Work<'l>> {
        let entry = self.aimed_entry(at, frame.handed.view.table())?;
        let bound = &self.bound[at];
        Some(Work {
            at,
            entry,
            into_error: bound.into_error.as_ref(),
            // SAFETY: handlers of one group use what they can hold at the same time, and none of them changes the table itself.
            handed: Handed::of(unsafe { frame.handed.view.again() }),
            is_portable: bound.is_portable,
            took: None,
            done: None,
        })
    }
}

impl Bound {
    /// Whether both can be called at the same time.
    fn is_apart(&self, other: &Self) -> bool {
        let mut pairs = self
            .wants
            .iter()
            .flat_map(|want| other.wants.iter().map(move |it| (want, it)));
        self.instance != other.instance
            && !self.is_single()
            && !other.is_single()
            && pairs.all(|(want, other)| want.agrees_with(other))
    }

    /// Whether no other one may run at the same time: it changes the table itself, or something is put there for it alone.
    fn is_single(&self) -> bool {
        let is_everything = |need: Need| need == Need::Everything;
        let wants = |due: TypeId| self.wants.iter().any(|want| want.type_id == due);
        self.answers
            || wants(TypeId::of::<Due>())
            || self.wants.iter().any(|want| is_everything(want.need))
    }
}

/// A handler of a group that is to run.
struct Work<'l> {
    at: usize,
    entry: &'l Entry,
    into_error: Option<&'l IntoError>,
    /// Its own: no other handler has it.
    handed: Handed<'l>,
    is_portable: bool,
    took: Option<Duration>,
    done: Option<Done>,
}

impl Work<'_> {
    /// # Safety
    /// What [`Call`](super::thunk::Call) asks for; and the works of one group ask for what can be held at the same time.
    unsafe fn run(&mut self) {
        if self.done.is_some() {
            return;
        }
        let (entry, handed) = (self.entry, &mut self.handed);
        let began = Instant::now();
        // SAFETY: the caller, `run_all`, has what the call asks for.
        let call = AssertUnwindSafe(|| unsafe { (entry.call)(entry, handed) });
        let called = catch_unwind(call);
        self.took = Some(began.elapsed());
        self.done = Some(match called {
            Ok(()) => self.outcome(),
            Err(panic) => Done::Panicked(panic),
        });
    }

    /// An error is converted where it arose: it need not be one that may go elsewhere.
    fn outcome(&mut self) -> Done {
        let code = self.handed.take_code();
        let sink = &mut self.handed.sink;
        if let (Some(error), Some(into_error)) = (sink.error.take(), self.into_error) {
            return match catch_unwind(AssertUnwindSafe(|| into_error(error))) {
                Ok(error) => Done::Failed(error),
                Err(panic) => Done::Unconverted(panic),
            };
        }
        match (code, sink.flow.take()) {
            (Code::Absent, _) => Done::Absent,
            (_, Some(flow)) => Done::Raised(flow),
            (_, None) => Done::Continue,
        }
    }
}

/// Runs all of them, at the same time as far as the executor can and they may, and returns its panic.
///
/// # Safety
/// The entries are aimed at the table of the views, which meets what they need and which nothing else uses meanwhile; what they ask
/// for can be held at the same time, and no two of them are of one callback. Those that are portable may run on any thread.
unsafe fn run_all(executor: &dyn Executor, works: &mut [Work<'_>]) -> Option<Payload> {
    // The loop's thread has something to do: what must stay there, or else the first of all.
    let stays = works.iter().any(|work| !work.is_portable);
    let (mut away, mut home) = (Vec::new(), Vec::new());
    for (nth, work) in works.iter_mut().enumerate() {
        let is_away = work.is_portable && (stays || nth > 0);
        // SAFETY: `run_together` aimed the entries, and took each of its works from one group of `form_groups`.
        let run = move || unsafe { work.run() };
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
        // What the executor left out.
        here();
        jobs.iter_mut().for_each(Job::run);
    }
    ran.err()
}
