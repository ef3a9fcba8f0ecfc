//! Groups: handlers of one breakpoint, one behind the other, that have nothing to do with each other and may run at the same time.
//!
//! Whether a group does is decided by the measured times of its handlers, of which a [`Cost`] keeps a mean that follows.

use super::Executor;
use super::cost::Cost;
use crate::failure::Cause;
use crate::period::Timing;
use crate::raw::{Code, Done, Erased, Frame, Payload, Together};
use crate::run::{Bound, Machine};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The groups of a list.
pub(crate) struct Groups {
    /// For each handler the group it is in.
    of: Vec<Option<Range<usize>>>,
    costs: Vec<Cost>,
    /// For the group at hand, from the first of its handlers that has not had its turn.
    verdicts: Vec<Verdict>,
    /// For each handler with a period how it stands once the handler has had its turn: until then it stands as if nothing had asked.
    moved: Vec<Option<Box<Timing>>>,
    /// The group that the verdicts are for.
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

/// The payload of a panic that may never be reported: a panic of its own `drop` is caught.
struct Held(Option<Payload>);

/// How a group runs.
enum Way {
    Together,
    Alone { timed: bool },
    Broken(Payload),
}

impl<D: ?Sized + Erased> Machine<D> {
    /// A list is run from its first handler on.
    pub(crate) fn forget_verdicts(&mut self, list: usize) {
        if let Some(groups) = self
            .lists
            .get_mut(list)
            .and_then(|list| list.groups.as_mut())
        {
            groups.judged = 0..0;
        }
    }

    /// The rest of the group that the handler at `at` is in.
    pub(crate) fn group_at(&self, list: usize, at: usize) -> Option<Range<usize>> {
        let group = self.lists[list].groups.as_ref()?.of.get(at)?.as_ref()?;
        Some(at..group.end)
    }

    /// Runs the rest of a group: up to the first that does not return `Continue`, or all at the same time.
    pub(crate) fn run_group(
        &mut self,
        list: usize,
        group: Range<usize>,
        frame: &mut Frame<'_>,
    ) -> Code {
        let Some(mut groups) = self.lists[list].groups.take() else {
            return Code::Continue;
        };
        // The list keeps its groups, also where a handler that runs alone panics.
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.judge(list, &mut groups, &group, frame);
            match groups.way(group.clone()) {
                Way::Alone { timed } => self.run_one_by_one(list, &mut groups, group, timed, frame),
                Way::Together => self.run_together(list, &mut groups, group, frame),
                Way::Broken(panic) => halt(group.end, Vec::new(), Some(panic), frame),
            }
        }));
        self.lists[list].groups = Some(groups);
        ran.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Asks each whether it is its turn: before any of them runs, and once.
    fn judge(
        &mut self,
        list: usize,
        groups: &mut Groups,
        group: &Range<usize>,
        frame: &mut Frame<'_>,
    ) {
        if groups.judged.end == group.end {
            return;
        }
        for at in group.clone() {
            groups.hold_back(at, &self.lists[list].handlers[at]);
            let asked = catch_unwind(AssertUnwindSafe(|| self.is_due(list, at, frame)));
            groups.move_on(at, &mut self.lists[list].handlers[at]);
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
        list: usize,
        groups: &mut Groups,
        group: Range<usize>,
        timed: bool,
        frame: &mut Frame<'_>,
    ) -> Code {
        for at in group {
            frame.halt_at(at);
            groups.move_on(at, &mut self.lists[list].handlers[at]);
            match std::mem::replace(&mut groups.verdicts[at], Verdict::Waits) {
                Verdict::Waits => continue,
                Verdict::Due => {}
                Verdict::Panicked(mut held) => held.0.take().map_or((), |it| resume_unwind(it)),
            }
            let began = (timed && groups.costs[at].is_timed()).then(Instant::now);
            let code = self.core.call(list, at, frame);
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
        list: usize,
        groups: &mut Groups,
        group: Range<usize>,
        frame: &mut Frame<'_>,
    ) -> Code {
        let (mut done, mut due) = (Vec::new(), Vec::with_capacity(group.len()));
        for at in group.clone() {
            match std::mem::replace(&mut groups.verdicts[at], Verdict::Waits) {
                Verdict::Waits => {}
                Verdict::Due => due.push(at),
                Verdict::Panicked(mut held) => {
                    done.extend(held.0.take().map(|it| (at, Done::Panicked(it))));
                }
            }
        }
        let ran = self
            .core
            .run_together(list, &due, groups.executor.as_ref(), frame);
        ran.took
            .iter()
            .for_each(|(at, took)| groups.costs[*at].note(*took));
        let broken = ran.together.broken;
        done.extend(ran.together.done);
        done.sort_by_key(|(at, _)| *at);
        for at in group.clone() {
            // One that a broken executor left out has not had its turn.
            if broken.is_none() || done.iter().any(|(ran, _)| *ran == at) {
                groups.move_on(at, &mut self.lists[list].handlers[at]);
            }
        }
        halt(group.end, done, broken, frame)
    }
}

/// What is left to handle, for the run. It goes on behind the group.
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
    frame.halt_at(end - 1);
    frame.together = Some(Box::new(Together { done, broken }));
    Code::Several
}

impl Groups {
    pub(crate) fn new(of: Vec<Option<Range<usize>>>, executor: Arc<dyn Executor>) -> Self {
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
    fn hold_back(&mut self, at: usize, handler: &Bound) {
        match (&mut self.moved[at], &handler.timing) {
            (Some(kept), Some(timing)) => kept.stand_as(timing),
            (kept, timing) => kept.clone_from(timing),
        }
    }

    /// Takes turns with what is kept: a verdict moves a period on only when the handler has its turn.
    fn move_on(&mut self, at: usize, handler: &mut Bound) {
        std::mem::swap(&mut self.moved[at], &mut handler.timing);
    }

    /// How to run those of a group whose turn it is.
    fn way(&self, group: Range<usize>) -> Way {
        let is_due = |at: &usize| !matches!(self.verdicts[*at], Verdict::Waits);
        if group.clone().filter(is_due).count() < 2 {
            return Way::Alone { timed: false };
        }
        let pays = |saved| catch_unwind(AssertUnwindSafe(|| self.executor.pays(saved)));
        match pays(Duration::ZERO) {
            Ok(true) => return Way::Together,
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
            Ok(true) => Way::Together,
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
