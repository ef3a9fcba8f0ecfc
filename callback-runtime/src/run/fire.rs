//! Firing a breakpoint. This is the hot path of a run.

use super::{Break, Dispatcher, Run, RunCore};
use crate::callback::{HandlerId, Turn};
use crate::loops::{At, BreakpointId, Loop, Role};
use crate::outcome::{Cause, Fault, Origin};
use crate::raw::{Frame, HandlerStatus, PanicPayload};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers of a breakpoint, in their order. Returns an `Err` after a leave, a stop or a failure; propagate it with `?`.
    ///
    /// Firing a breakpoint without handlers costs two loads and two branches.
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
        // Callers pass constant breakpoints, so that the compiler removes this check.
        if !matches!(at.breakpoint().role(), Role::Inside) {
            return Err(self.core.fail_misplaced(at.id()));
        }
        if !self.core.has_work(at.id()) {
            return Ok(());
        }
        if self.core.fire_handled(at.id()) {
            return Ok(());
        }
        Err(Break::PENDING)
    }
}

impl RunCore<'_> {
    /// Whether firing a breakpoint runs anything: it has handlers, and not all of them wait for a counter.
    #[inline]
    pub(crate) fn has_work(&self, at: BreakpointId) -> bool {
        self.run_state.active.contains(at)
            || (self.run_state.waiting.contains(at) && !self.frame.is_waiting(at))
    }

    /// Fails the run because the loop fires a breakpoint that only a scope or the run may fire.
    #[cold]
    pub(crate) fn fail_misplaced(&mut self, at: BreakpointId) -> Break {
        let breakpoint = &self.loop_info.breakpoints[at];
        let hint = match breakpoint.role() {
            Role::Begin | Role::End => "a scope fires it; open the scope",
            _ => "the run fires it by itself",
        };
        let cause = Cause::Misplaced(format!("fired {breakpoint}: {hint}"));
        let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
        Break::PENDING
    }

    /// Runs the handlers of a breakpoint that has work. Returns whether the loop continues.
    #[inline(never)]
    pub(crate) fn fire_handled(&mut self, at: BreakpointId) -> bool {
        if self.run_state.slow_path {
            return self.fire_slow(at);
        }
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.dispatcher.run(at, &mut self.frame)
        }));
        match ran {
            Ok(HandlerStatus::Continue) => true,
            Ok(status) => self.fire_halted(at, status),
            Err(panic) => self.fire_panicked(at, panic),
        }
    }

    // `fire_halted` and `fire_panicked` handle the reason why a breakpoint halted, and run the rest of its handlers. They are two functions,
    // so that the hot path can pass the arguments in registers.

    #[cold]
    #[inline(never)]
    fn fire_halted(&mut self, at: BreakpointId, status: HandlerStatus) -> bool {
        self.handle_halts(self.halt(at, Ok(status)));
        self.goes_on_after(at)
    }

    #[cold]
    #[inline(never)]
    fn fire_panicked(&mut self, at: BreakpointId, panic: PanicPayload) -> bool {
        self.handle_halts(self.halt(at, Err(panic)));
        !self.run_state.is_interrupted()
    }

    #[cold]
    #[inline(never)]
    fn fire_slow(&mut self, at: BreakpointId) -> bool {
        if self.apply_deferred().is_ok() {
            self.run_list(at);
        }
        self.goes_on_after(at)
    }

    /// Whether the loop goes on after this breakpoint. If a round is complete at it and it is no end of a scope, it is a resume point.
    fn goes_on_after(&mut self, at: BreakpointId) -> bool {
        let breakpoint = &self.loop_info.breakpoints[at];
        if self.run_state.slow_path
            && breakpoint.is_round_end()
            && breakpoint.role() == Role::Inside
        {
            self.resume_after_round();
        }
        !self.run_state.is_interrupted()
    }

    /// Interrupts the run with the deferred flow, if there is one. Returns an `Err` if the run is interrupted.
    pub(crate) fn apply_deferred(&mut self) -> Result<(), Break> {
        self.run_state.apply_deferred();
        self.check_interrupted()
    }

    /// Returns an `Err` if the run is interrupted.
    #[inline]
    pub(crate) fn check_interrupted(&self) -> Result<(), Break> {
        if self.run_state.is_interrupted() {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Runs all handlers of a breakpoint. Returns the handler that failed, if one did.
    pub(crate) fn run_list(&mut self, at: BreakpointId) -> Option<HandlerId> {
        let halt = self.run_from(at, Turn::FIRST).err()?;
        self.handle_halts(halt)
    }

    /// Handles a halt of a breakpoint and runs the rest of its handlers, up to a failure. Returns the handler that failed, if one did.
    #[cold]
    fn handle_halts(&mut self, mut halt: Halt) -> Option<HandlerId> {
        loop {
            let handler = halt.handler;
            if self.handle_halt(halt).is_break() {
                return Some(handler);
            }
            halt = self
                .run_from(handler.breakpoint, handler.turn.next())
                .err()?;
        }
    }

    /// Handles the reason of a halt. Returns `Break` if the run has failed.
    fn handle_halt(&mut self, halt: Halt) -> ControlFlow<()> {
        let Halt { handler, reason } = halt;
        match reason {
            Ok(HandlerStatus::Group) => self.handle_group(handler.breakpoint),
            Ok(HandlerStatus::BackgroundFailure) => {
                self.report_background(self.dispatcher.record(handler).callback)
            }
            Ok(status) => self.handle_status(handler, status),
            Err(panic) => self.report_failure(handler, Cause::of_panic(panic)),
        }
    }

    /// Handles what a handler returned. Returns `Break` if the run has failed.
    pub(crate) fn handle_status(
        &mut self,
        handler: HandlerId,
        status: HandlerStatus,
    ) -> ControlFlow<()> {
        // The conversion of an error and the rule that refuses stops are user code, and may panic.
        let applied = catch_unwind(AssertUnwindSafe(|| {
            if let Some(error) = self.dispatcher.take_error(handler, &mut self.frame) {
                return Err(Cause::Error(error));
            }
            self.apply_status(handler, status)
        }));
        match applied {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(cause)) => self.report_failure(handler, cause),
            Err(panic) => self.fail_at(handler, Cause::of_panic(panic)),
        }
    }

    /// Fails the run because of a handler, whatever the failure policy of its callback.
    pub(crate) fn fail_at(&mut self, handler: HandlerId, cause: Cause) -> ControlFlow<()> {
        let origin = self.origin(handler);
        self.run_state.fail(Fault::new(origin, cause))
    }

    /// Runs the handlers of a breakpoint from the one at `from` on. Returns the halt, if one of them halted the breakpoint.
    fn run_from(&mut self, at: BreakpointId, from: Turn) -> Result<(), Halt> {
        self.frame.clock.is_ending = self.run_state.is_stopping();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.dispatcher.run_from(at, from, &mut self.frame)
        }));
        match ran {
            Ok(HandlerStatus::Continue) => Ok(()),
            reason => Err(self.halt(at, reason)),
        }
    }

    /// Makes the halt of a breakpoint at the handler that ran last.
    fn halt(&self, at: BreakpointId, reason: HaltReason) -> Halt {
        let handler = HandlerId::new(at, self.frame.halted_at);
        Halt { handler, reason }
    }

    /// Runs one handler and handles what it returns.
    pub(crate) fn run_one(&mut self, handler: HandlerId) {
        self.run_caught(handler, |dispatcher, frame| {
            dispatcher.run_one(handler, frame)
        });
    }

    /// Runs a handler if its period demands one more run at the end of the run.
    pub(crate) fn run_if_due_at_end(&mut self, handler: HandlerId) {
        self.run_caught(handler, |dispatcher, frame| {
            dispatcher.run_if_due_at_end(handler, frame)
        });
    }

    /// Runs one handler with `run`, and handles what it returns or its panic.
    fn run_caught(
        &mut self,
        handler: HandlerId,
        run: impl FnOnce(&mut Dispatcher, &mut Frame<'_>) -> HandlerStatus,
    ) {
        let ran = catch_unwind(AssertUnwindSafe(|| run(self.dispatcher, &mut self.frame)));
        match ran {
            Ok(HandlerStatus::Continue) => {}
            reason => {
                let _ = self.handle_halt(Halt { handler, reason });
            }
        }
    }
}

/// The halt of a breakpoint: the handlers after `handler` have not run yet.
struct Halt {
    handler: HandlerId,
    reason: HaltReason,
}

/// The status that the handler returned, or its panic.
type HaltReason = Result<HandlerStatus, PanicPayload>;
