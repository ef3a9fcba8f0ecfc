//! Firing a breakpoint: the hot path.

use super::{Break, Dispatcher, Run, RunCore};
use crate::callback::{HandlerId, Turn};
use crate::loops::{At, BreakpointId, Loop, Role};
use crate::outcome::{Cause, Fault, Origin};
use crate::raw::{Frame, HandlerStatus, PanicPayload};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers of a breakpoint, in their order. An `Err` is a leave, a stop or a failure: hand it on with `?`.
    ///
    /// Where no handler is at the breakpoint this is two loads and two branches.
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
        // The compiler knows the role of a constant breakpoint, and a program writes no others.
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
    /// Whether a firing runs anything: the breakpoint has handlers, and not all of them wait for a counter.
    #[inline]
    pub(crate) fn has_work(&self, at: BreakpointId) -> bool {
        self.run_state.active.contains(at)
            || (self.run_state.waiting.contains(at) && !self.frame.is_waiting(at))
    }

    /// Fails the run: it fires a breakpoint that only a scope or the run itself may fire.
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

    /// Runs the handlers of a breakpoint that has some. Returns whether the loop goes on.
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

    // Handle why the list of a breakpoint halted, and run the rest of it. Two functions, because the hot path passes what it has in
    // registers.

    #[cold]
    #[inline(never)]
    fn fire_halted(&mut self, at: BreakpointId, status: HandlerStatus) -> bool {
        self.handle_halts(self.halted(at, Ok(status)));
        !self.run_state.is_interrupted()
    }

    #[cold]
    #[inline(never)]
    fn fire_panicked(&mut self, at: BreakpointId, panic: PanicPayload) -> bool {
        self.handle_halts(self.halted(at, Err(panic)));
        !self.run_state.is_interrupted()
    }

    #[cold]
    #[inline(never)]
    fn fire_slow(&mut self, at: BreakpointId) -> bool {
        if self.apply_deferred().is_ok() {
            self.run_list(at);
        }
        !self.run_state.is_interrupted()
    }

    /// Interrupts the run with a flow that was deferred to the next firing.
    pub(crate) fn apply_deferred(&mut self) -> Result<(), Break> {
        self.run_state.apply_deferred();
        self.check_interrupted()
    }

    #[inline]
    pub(crate) fn check_interrupted(&self) -> Result<(), Break> {
        if self.run_state.is_interrupted() {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Runs all handlers of a breakpoint. Returns the handler that failed, if one did.
    pub(crate) fn run_list(&mut self, at: BreakpointId) -> Option<HandlerId> {
        let halted = self.run_from(at, Turn::FIRST).err()?;
        self.handle_halts(halted)
    }

    /// Handles why a list halted and runs the rest of it, up to a failure.
    #[cold]
    fn handle_halts(&mut self, mut halted: Halted) -> Option<HandlerId> {
        loop {
            let handler = halted.handler;
            if self.handle_halt(halted).is_break() {
                return Some(handler);
            }
            halted = self
                .run_from(handler.breakpoint, handler.turn.next())
                .err()?;
        }
    }

    fn handle_halt(&mut self, halted: Halted) -> ControlFlow<()> {
        let Halted { handler, why } = halted;
        match why {
            Ok(HandlerStatus::Group) => self.handle_group(handler.breakpoint),
            Ok(HandlerStatus::BackgroundFailure) => {
                self.report_background(self.dispatcher.record(handler).callback)
            }
            Ok(status) => self.handle_status(handler, status),
            Err(panic) => self.report_failure(handler, Cause::of_panic(panic)),
        }
    }

    pub(crate) fn handle_status(
        &mut self,
        handler: HandlerId,
        status: HandlerStatus,
    ) -> ControlFlow<()> {
        // This calls user code, too: the conversion of an error, and a rule that refuses stops.
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

    /// Fails the run, whatever the callback of the handler may fail.
    pub(crate) fn fail_at(&mut self, handler: HandlerId, cause: Cause) -> ControlFlow<()> {
        let origin = self.origin(handler);
        self.run_state.fail(Fault::new(origin, cause))
    }

    fn run_from(&mut self, at: BreakpointId, from: Turn) -> Result<(), Halted> {
        self.frame.clock.is_ending = self.run_state.is_stopping();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.dispatcher.run_from(at, from, &mut self.frame)
        }));
        match ran {
            Ok(HandlerStatus::Continue) => Ok(()),
            why => Err(self.halted(at, why)),
        }
    }

    fn halted(&self, at: BreakpointId, why: Why) -> Halted {
        let handler = HandlerId::new(at, self.frame.halted_at);
        Halted { handler, why }
    }

    /// Runs one handler.
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

    fn run_caught(
        &mut self,
        handler: HandlerId,
        run: impl FnOnce(&mut Dispatcher, &mut Frame<'_>) -> HandlerStatus,
    ) {
        let ran = catch_unwind(AssertUnwindSafe(|| run(self.dispatcher, &mut self.frame)));
        match ran {
            Ok(HandlerStatus::Continue) => {}
            why => {
                let _ = self.handle_halt(Halted { handler, why });
            }
        }
    }
}

/// The handler that halted its list.
struct Halted {
    handler: HandlerId,
    why: Why,
}

/// What the call returned, or its panic.
type Why = Result<HandlerStatus, PanicPayload>;
