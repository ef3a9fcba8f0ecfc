//! Firing a breakpoint: the hot path.

use super::{Break, Run};
use crate::breakpoint::{At, Breakpoint, Loop, Role};
use crate::failure::{Cause, Fault, Origin};
use crate::raw::Frame;
use crate::reply::{Answer, Votes};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers of a breakpoint, in their order. An `Err` is a leave, a stop or a failure: hand it on with `?`.
    ///
    /// Where nobody handles the breakpoint this is one load and one branch.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_force; after_step; } } }
    /// let mut state = State::new();
    /// state.insert(0_u32);
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, |count: &mut u32| *count += 1);
    /// let outcome = plan.run(&mut state, |run| {
    ///     run.scope(Relax::STEP, |run| run.fire(Relax::on_force))?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(state.get(), Some(&1_u32));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[inline]
    pub fn fire(&mut self, at: At<L>) -> Result<(), Break> {
        // Of a constant breakpoint, which is every one that is written down, this is known when it is compiled.
        if !matches!(at.breakpoint().role(), Role::Inside) {
            return Err(self.misplaced(at.breakpoint()));
        }
        if !self.course.live.has(at.index()) {
            return Ok(());
        }
        self.fire_handled(at.index())
    }

    /// Runs the handlers of a breakpoint that declares an answer, and returns their merged answer, `None` if nobody gave one.
    /// A stop, or a leave, wins over any answer.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Answer;
    /// # #[derive(Clone, Debug, PartialEq)]
    /// # struct Accept(bool);
    /// # impl Answer for Accept { fn merge(self, other: Self) -> Self { Self(self.0 && other.0) } }
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_update -> Accept; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_update, || Accept(true));
    /// plan.on(Relax::on_update, || Accept(false));
    /// let mut answer = None;
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     answer = run.ask(Relax::on_update)?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(answer, Some(Accept(false)));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ask<A: Answer>(&mut self, at: At<L, A>) -> Result<Option<A>, Break> {
        if !self.course.live.has(at.index()) {
            return Ok(None);
        }
        // A handler may run a plan of its own on this state, that asks for the same answers.
        let aside = self.state.get_mut::<Votes<A>>().and_then(Votes::set_aside);
        let fired = self.fire_handled(at.index());
        // Cleared and not removed: the next votes need no allocation.
        let merged = self.state.get_mut::<Votes<A>>().and_then(Votes::take);
        if let Some(aside) = aside {
            self.state.insert(aside);
        }
        fired.map(|()| merged)
    }

    /// A breakpoint that scopes or the run fire by themselves.
    #[cold]
    pub(super) fn misplaced(&mut self, at: &Breakpoint) -> Break {
        let who = match at.role() {
            Role::Begin | Role::End => "a scope fires it; open the scope",
            _ => "the run fires it by itself",
        };
        let cause = Cause::Misplaced(format!("fired {at}: {who}"));
        let _ = self.course.fail(Fault::new(Origin::of_loop(), cause));
        Break::PENDING
    }

    #[inline(never)]
    fn fire_handled(&mut self, at: usize) -> Result<(), Break> {
        self.go_on()?;
        self.run_list(at);
        self.answer()
    }

    /// Hands on what is pending. The loop goes on: what was wished at the end of its last outermost scope acts now.
    pub(super) fn go_on(&mut self) -> Result<(), Break> {
        if let Some(late) = self.course.late.take() {
            late.raise(&mut self.course.wish);
            self.course.suspend();
        }
        self.answer()
    }

    /// What is pending, as a loop hands it on.
    #[inline]
    pub(super) fn answer(&self) -> Result<(), Break> {
        if self.course.pending {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Runs the handlers of a breakpoint. Returns the one that failed, which ended it.
    #[inline]
    pub(super) fn run_list(&mut self, at: usize) -> Option<usize> {
        self.announce(at);
        let Self {
            machine,
            resolved,
            state,
            sink,
            course,
        } = self;
        // Noted outside of what may unwind: which handler runs.
        let current = Cell::new(0);
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let view = state.reborrow().into_view();
            let mut frame = Frame { view, sink };
            machine.run(at, &current, &mut frame, |index, code, frame| {
                course.heed::<L>(resolved, at, index, code, frame)
            })
        }));
        match ran {
            Ok(ControlFlow::Continue(())) => None,
            Ok(ControlFlow::Break(())) => Some(current.get()),
            Err(payload) => {
                course.fail_by_panic::<L>(resolved, at, current.get(), payload);
                Some(current.get())
            }
        }
    }

    /// Runs one handler of a breakpoint, for where all run whatever the others answer.
    pub(super) fn run_one(&mut self, at: usize, index: usize) {
        self.announce(at);
        let Self {
            machine,
            resolved,
            state,
            sink,
            course,
        } = self;
        let ran = catch_unwind(AssertUnwindSafe(|| {
            let view = state.reborrow().into_view();
            let mut frame = Frame { view, sink };
            let code = machine.run_one(at, index, &mut frame);
            course.heed::<L>(resolved, at, index, code, &mut frame)
        }));
        if let Err(payload) = ran {
            course.fail_by_panic::<L>(resolved, at, index, payload);
        }
    }

    /// Puts the breakpoint into the state, where a handler asks which one it is.
    #[inline]
    fn announce(&mut self, at: usize) {
        if self.resolved.tells && self.resolved.told.has(at) {
            self.state.insert(L::BREAKPOINTS[at]);
        }
    }
}
