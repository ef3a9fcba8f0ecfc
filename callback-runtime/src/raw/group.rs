//! Groups: handlers of one breakpoint, one behind the other, that have nothing to do with each other and may run at the same time.
//!
//! Whether a group does is decided by what its handlers were measured to take, of which a [`Cost`] keeps a mean that follows.

use super::cost::Cost;
use super::fetch::Need;
use super::list::{Armed, List};
use super::spread::{Done, Payload, Together, Work, spread};
use super::straight::Mark;
use super::thunk::{Code, Frame, Handed};
use super::timed::asks;
use crate::executor::Executor;
use crate::failure::Cause;
use crate::period::{Due, Timing};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The groups of a list.
pub(super) struct Groups {
    /// For each handler the group it is in.
    of: Vec<Option<Range<usize>>>,
    costs: Vec<Cost>,
    /// What is known of the group at hand, from the first of its handlers that has not had its turn.
    verdicts: Vec<Verdict>,
    /// For each handler with a period how it stands once the handler has had its turn: until then it stands as if nobody had asked.
    moved: Vec<Option<Box<Timing>>>,
    /// Whose verdicts these are.
    judged: Range<usize>,
    executor: Arc<dyn Executor>,
}

/// Whether it is a handler's turn.
enum Verdict {
    Waits,
    Due,
    /// Its period panicked.
    Panicked(Held),
}

/// The payload of a panic that may never be told: what its own `drop` panics with is caught.
struct Held(Option<Payload>);

/// How a group runs.
enum Way {
    Together { timed: bool },
    Alone { timed: bool },
    Broken(Payload),
}

impl List {
    /// Cuts the list into groups. Two handlers are in one only if `may_join` says so, they are of two callbacks, and what they ask
    /// for can be held together; nobody is in one with who stirs the state, answers, or asks why it runs. Returns for each handler
    /// its group.
    pub(super) fn cut(
        &mut self,
        executor: Arc<dyn Executor>,
        may_join: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Vec<Option<Range<usize>>> {
        let mut of = vec![None; self.entries.len()];
        let mut start = 0;
        for at in 1..=self.entries.len() {
            let joins = |other| self.are_apart(other, at) && may_join(other, at);
            if at < self.entries.len() && (start..at).all(joins) {
                continue;
            }
            let portable = (start..at).any(|member| self.armed[member].traits.is_portable);
            if at - start > 1 && portable {
                of[start..at].fill(Some(start..at));
            }
            start = at;
        }
        if of.iter().any(Option::is_some) {
            self.set_groups(Box::new(Groups::new(of.clone(), executor)));
        }
        of
    }

    /// Whether two handlers can run at the same time.
    fn are_apart(&self, one: usize, other: usize) -> bool {
        let (first, second) = (&self.armed[one], &self.armed[other]);
        let mut pairs = first
            .wants
            .iter()
            .flat_map(|want| second.wants.iter().map(move |it| (want, it)));
        first.instance != second.instance
            && !first.is_single()
            && !second.is_single()
            && pairs.all(|(want, other)| want.agrees_with(other))
    }

    /// A list is run from its first handler on.
    pub(super) fn forget_verdicts(&mut self) {
        if let Some(groups) = &mut self.groups {
            groups.judged = 0..0;
        }
    }

    /// The rest of the group that the handler at `at` is in.
    pub(super) fn group_at(&self, at: usize) -> Option<Range<usize>> {
        let group = self.groups.as_ref()?.of.get(at)?.as_ref()?;
        Some(at..group.end)
    }

    /// Runs the rest of a group, up to the first that does not just go on or all at the same time.
    pub(super) fn run_group(&mut self, group: Range<usize>, frame: &mut Frame<'_>) -> Code {
        let Some(mut groups) = self.groups.take() else {
            return Code::Continue;
        };
        // Nothing but a handler that runs alone can panic between this and the end of it, and the list keeps its groups then.
        self.judge(&mut groups, &group, frame);
        let way = groups.way(group.clone());
        let ran = catch_unwind(AssertUnwindSafe(|| match way {
            Way::Alone { timed } => self.run_one_by_one(&mut groups, group, timed, frame),
            Way::Together { timed } => self.run_together(&mut groups, group, timed, frame),
            Way::Broken(panic) => halt(group.end, Vec::new(), Some(panic), frame),
        }));
        self.groups = Some(groups);
        ran.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Asks each whether it is its turn: before any of them runs, and once.
    fn judge(&mut self, groups: &mut Groups, group: &Range<usize>, frame: &mut Frame<'_>) {
        if groups.judged.end == group.end {
            return;
        }
        for at in group.clone() {
            groups.hold_back(at, &mut self.armed[at]);
            let asked = catch_unwind(AssertUnwindSafe(|| self.is_due(at, frame)));
            groups.move_on(at, &mut self.armed[at]);
            groups.verdicts[at] = match asked {
                Ok(true) => Verdict::Due,
                Ok(false) => Verdict::Waits,
                Err(panic) => Verdict::Panicked(Held(Some(panic))),
            };
        }
        groups.judged = group.clone();
    }

    fn run_one_by_one(
        &mut self,
        groups: &mut Groups,
        group: Range<usize>,
        timed: bool,
        frame: &mut Frame<'_>,
    ) -> Code {
        for at in group {
            frame.mark = Mark::at(at);
            groups.move_on(at, &mut self.armed[at]);
            match std::mem::replace(&mut groups.verdicts[at], Verdict::Waits) {
                Verdict::Waits => continue,
                Verdict::Due => {}
                Verdict::Panicked(mut held) => held.0.take().map_or((), |it| resume_unwind(it)),
            }
            let began = (timed && groups.costs[at].is_timed()).then(Instant::now);
            let code = self.run_at(at, frame);
            if let Some(began) = began.filter(|_| code != Code::Absent) {
                groups.costs[at].note(began.elapsed());
            }
            if code != Code::Continue {
                return code;
            }
        }
        Code::Continue
    }

    fn run_together(
        &mut self,
        groups: &mut Groups,
        group: Range<usize>,
        timed: bool,
        frame: &mut Frame<'_>,
    ) -> Code {
        self.aim_at(frame);
        let mut done = Vec::with_capacity(group.len());
        let mut works = Vec::with_capacity(group.len());
        for at in group.clone() {
            match std::mem::replace(&mut groups.verdicts[at], Verdict::Waits) {
                Verdict::Waits => {}
                Verdict::Panicked(mut held) => {
                    done.extend(held.0.take().map(|it| (at, Done::Panicked(it))));
                }
                Verdict::Due => match self.work(at, frame) {
                    Some(work) => works.push(Work {
                        is_timed: timed && groups.costs[at].is_timed(),
                        ..work
                    }),
                    None => done.push((at, Done::Absent)),
                },
            }
        }
        // SAFETY: aimed at the frame's table, which has what they need, and which nobody uses until they are done; `cut` saw to it
        // that they are apart, and those that say so may run anywhere.
        let broken = unsafe { spread(groups.executor.as_ref(), &mut works) };
        for work in works {
            if let Some(took) = work.took {
                groups.costs[work.at].note(took);
            }
            done.extend(work.done.map(|done| (work.at, done)));
        }
        done.sort_by_key(|(at, _)| *at);
        for at in group.clone() {
            // Whom a broken executor left out has not had its turn.
            if broken.is_none() || done.iter().any(|(ran, _)| *ran == at) {
                groups.move_on(at, &mut self.armed[at]);
            }
        }
        halt(group.end, done, broken, frame)
    }

    /// `None` if what it requires is absent.
    fn work<'l>(&'l self, at: usize, frame: &Frame<'l>) -> Option<Work<'l>> {
        let armed = &self.armed[at];
        frame.handed.view.table().meets(&armed.needs).then(|| Work {
            at,
            entry: &self.entries[at],
            into_error: armed.into_error.as_ref(),
            // SAFETY: of one group, which are apart; the table itself is not changed until they are done.
            handed: Handed::of(unsafe { frame.handed.view.again() }),
            is_portable: armed.traits.is_portable,
            is_timed: false,
            took: None,
            done: None,
        })
    }
}

/// What is left to look at, for the run to take in. It goes on behind the group.
fn halt(
    end: usize,
    done: Vec<(usize, Done)>,
    broken: Option<Payload>,
    frame: &mut Frame<'_>,
) -> Code {
    let all_went_on = done.iter().all(|(_, done)| matches!(done, Done::Continue));
    if all_went_on && broken.is_none() {
        return Code::Continue;
    }
    frame.mark = Mark::at(end - 1);
    frame.together = Some(Box::new(Together { done, broken }));
    Code::Several
}

impl Armed {
    /// Whether nobody may run at the same time.
    fn is_single(&self) -> bool {
        let everything = self.wants.iter().any(|want| want.need == Need::Everything);
        everything || self.traits.answers || asks::<Due>(&self.wants)
    }
}

impl Groups {
    fn new(of: Vec<Option<Range<usize>>>, executor: Arc<dyn Executor>) -> Self {
        Self {
            costs: vec![Cost::default(); of.len()],
            verdicts: of.iter().map(|_| Verdict::Waits).collect(),
            moved: of.iter().map(|_| None).collect(),
            of,
            judged: 0..0,
            executor,
        }
    }

    /// Keeps how a handler's period stands.
    fn hold_back(&mut self, at: usize, armed: &mut Armed) {
        match (&mut self.moved[at], &armed.timing) {
            (Some(kept), Some(timing)) => kept.stand_as(timing),
            (kept, timing) => kept.clone_from(timing),
        }
    }

    /// Takes turns with what is kept: a verdict moves a period on only when the handler has its turn.
    fn move_on(&mut self, at: usize, armed: &mut Armed) {
        std::mem::swap(&mut self.moved[at], &mut armed.timing);
    }

    /// How to run those of a group whose turn it is.
    fn way(&self, group: Range<usize>) -> Way {
        let is_due = |at: &usize| !matches!(self.verdicts[*at], Verdict::Waits);
        if group.clone().filter(is_due).count() < 2 {
            return Way::Alone { timed: false };
        }
        let pays = |saved| catch_unwind(AssertUnwindSafe(|| self.executor.pays(saved)));
        match pays(Duration::ZERO) {
            Ok(true) => return Way::Together { timed: false },
            Ok(false) => {}
            Err(panic) => return Way::Broken(panic),
        }
        let (mut sum, mut longest) = (Duration::ZERO, Duration::ZERO);
        for at in group.filter(is_due) {
            let Some(known) = self.costs[at].known() else {
                return Way::Alone { timed: true };
            };
            (sum, longest) = (sum + known, longest.max(known));
        }
        match pays(sum.saturating_sub(longest)) {
            Ok(true) => Way::Together { timed: true },
            Ok(false) => Way::Alone { timed: true },
            Err(panic) => Way::Broken(panic),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(panic) = self.0.take() {
            drop(Cause::of_panic(panic));
        }
    }
}
