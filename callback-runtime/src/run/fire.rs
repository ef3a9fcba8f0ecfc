//! Firing a breakpoint: the hot path, and what handlers answer.

use super::wish::{What, Wish};
use super::{Break, Course, Run, Stage};
use crate::breakpoint::{At, Loop};
use crate::failure::{Cause, Failure, Fault, Origin};
use crate::flow::Flow;
use crate::outcome::Stop;
use crate::plan::Resolved;
use crate::raw::{Code, Frame, Sink};
use crate::reply::{Answer, Votes};
use std::cell::Cell;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Refused stops are kept up to this number: a stopper that asks at every batch must not fill the memory.
const REFUSED_KEPT: usize = 100;

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers of a breakpoint, in their order. An `Err` is a leave, a stop or a failure: hand it on with `?`.
    ///
    /// Where nobody handles the breakpoint this is one load and one branch.
    #[inline]
    pub fn fire<A>(&mut self, at: At<L, A>) -> Result<(), Break> {
        if !self.course.live.has(at.index()) {
            return Ok(());
        }
        self.fire_handled(at.index())
    }

    /// Runs the handlers of a breakpoint that declares an answer, and returns their merged answer, `None` if nobody gave one.
    /// The single answers are in the state until the next one, as [`Votes`].
    pub fn ask<A: Answer>(&mut self, at: At<L, A>) -> Result<Option<A>, Break> {
        if let Some(votes) = self.state.get_mut::<Votes<A>>() {
            votes.clear();
        }
        self.fire(at)?;
        Ok(self.state.get::<Votes<A>>().and_then(|votes| votes.merged().cloned()))
    }

    #[inline(never)]
    fn fire_handled(&mut self, at: usize) -> Result<(), Break> {
        if self.is_pending() {
            return Err(Break::PENDING);
        }
        self.run_list(at);
        self.answer()
    }

    /// Whether a leave, a stop or a failure waits to be handed on.
    pub(super) fn is_pending(&self) -> bool {
        self.course.failure.is_some() || self.course.wish.is_some()
    }

    pub(super) fn answer(&self) -> Result<(), Break> {
        if self.is_pending() {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Runs all handlers of a breakpoint. The first error or panic ends the list.
    pub(super) fn run_list(&mut self, at: usize) {
        let all = 0..self.machine.len(at);
        self.run_some(at, all);
    }

    /// Runs some handlers of a breakpoint. Returns the one that failed, which ended it.
    pub(super) fn run_some(&mut self, at: usize, which: Range<usize>) -> Option<usize> {
        let current = Cell::new(which.start);

        if self.resolved.told.has(at) {
            self.state.insert(L::BREAKPOINTS[at]);
        }
        let Self {
            machine,
            resolved,
            state,
            course,
        } = self;
        let mut sink = std::mem::take(&mut course.sink);
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let mut frame = Frame {
                view: state.reborrow().into_view(),
                sink: &mut sink,
            };
            machine.run(at, which, &current, &mut frame, |index, code, frame| {
                course.heed::<L>(resolved, at, index, code, frame.sink)
            })
        }));
        course.sink = sink;
        match ran {
            Ok(ControlFlow::Continue(())) => None,
            Ok(ControlFlow::Break(())) => Some(current.get()),
            Err(payload) => {
                let origin = origin::<L>(resolved, at, current.get());
                let _ = course.fail(Fault::new(origin, Cause::of_panic(payload)));
                Some(current.get())
            }
        }
    }
}

/// Who runs in a list.
fn origin<L: Loop>(resolved: &Resolved, at: usize, index: usize) -> Origin {
    let placed = &resolved.lists[at][index];
    let name = resolved.names[placed.instance].clone();
    Origin::handler(name, L::BREAKPOINTS[at], placed.site)
}

impl Course {
    /// Takes in what a handler answered.
    #[cold]
    fn heed<L: Loop>(
        &mut self,
        resolved: &Resolved,
        at: usize,
        index: usize,
        code: Code,
        sink: &mut Sink,
    ) -> ControlFlow<()> {
        match code {
            Code::Continue => return ControlFlow::Continue(()),
            Code::Absent => {
                *self.skipped.entry((at, index)).or_insert(0) += 1;
                return ControlFlow::Continue(());
            }
            Code::Raised | Code::Failed => {}
        }
        let origin = origin::<L>(resolved, at, index);
        if let Some(error) = sink.error.take() {
            return self.fail(Fault::new(origin, Cause::Error(error)));
        }
        match sink.flow.take() {
            Some(flow) if self.stage == Stage::Running => self.wish::<L>(flow, origin),
            _ => ControlFlow::Continue(()),
        }
    }

    fn wish<L: Loop>(&mut self, flow: Flow, origin: Origin) -> ControlFlow<()> {
        let what = match flow {
            Flow::Continue => return ControlFlow::Continue(()),
            Flow::Interrupt(reason) => What::Interrupt(reason.into_owned()),
            Flow::Stop(reason) => What::Stop(reason.into_owned()),
            Flow::Leave(left) => {
                let index = left.index_in::<L>();
                let open = |scope: &usize| Some(*scope) == index;
                match self.open.iter().rposition(open) {
                    None => {
                        return self.fail(Fault::new(origin, Cause::NotOpen(left.to_string())));
                    }
                    // Were it a leave, it would be a way round what refuses stops.
                    Some(0) => What::Stop(format!("left {left}")),
                    Some(depth) => What::Leave(depth),
                }
            }
        };
        match (&what, &self.holding) {
            (What::Stop(reason), Some(because)) => {
                tracing::info!(%origin, reason, because, "a stop is refused");
                if self.refused.len() < REFUSED_KEPT {
                    self.refused.push(Stop::new(origin, format!("{reason} (refused: {because})")));
                }
            }
            _ => {
                Wish { what, origin }.raise(&mut self.wish);
                self.live = crate::marks::Marks::ALL;
            }
        }
        ControlFlow::Continue(())
    }

    /// Notes that something went wrong; the first is the failure, later ones are attached to it.
    pub(super) fn fail(&mut self, fault: Fault) -> ControlFlow<()> {
        tracing::error!(%fault, "the run fails");
        match &mut self.failure {
            Some(failure) => failure.attach(Failure::new(fault)),
            None => self.failure = Some(Failure::new(fault)),
        }
        self.live = crate::marks::Marks::ALL;
        ControlFlow::Break(())
    }
}
