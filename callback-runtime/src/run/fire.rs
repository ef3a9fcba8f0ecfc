//! Firing a breakpoint: the hot path.

use super::reply::origin;
use super::{Break, Run};
use crate::loops::{At, Breakpoint, Loop, Role};
use crate::outcome::{Cause, Fault, Origin};
use crate::plan::AnyCallback;
use crate::raw::{Frame, HandlerStatus};
use crate::run::Dispatcher;
use std::any::Any;
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
        // Of a constant breakpoint, which is every one that is written down, this is known when it is compiled.
        if !matches!(at.breakpoint().role(), Role::Inside) {
            return Err(self.misplaced(at.breakpoint()));
        }
        if !self.has_work(at.index()) {
            return Ok(());
        }
        if self.fire_handled(at.index()) {
            return Ok(());
        }
        Err(Break::PENDING)
    }

    /// Whether anybody runs at a breakpoint: it has handlers, and not all of them wait for a counter.
    #[inline]
    pub(crate) fn has_work(&self, at: usize) -> bool {
        self.run_state.active.has(at)
            || (self.run_state.waiting.has(at) && !self.frame.is_waiting(at))
    }

    /// A breakpoint that scopes or the run fire by themselves.
    #[cold]
    pub(crate) fn misplaced(&mut self, at: &Breakpoint) -> Break {
        let hint = match at.role() {
            Role::Begin | Role::End => "a scope fires it; open the scope",
            _ => "the run fires it by itself",
        };
        let cause = Cause::Misplaced(format!("fired {at}: {hint}"));
        let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
        Break::PENDING
    }

    /// Whether the loop can go on: nothing waits to be handed on.
    #[inline(never)]
    pub(crate) fn fire_handled(&mut self, at: usize) -> bool {
        if self.run_state.slow_path {
            return self.fire_slow(at);
        }
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.dispatcher.run(at, &mut self.frame)
        }));
        match ran {
            Ok(HandlerStatus::Continue) => true,
            Ok(status) => self.fire_halted(at, status),
            Err(payload) => self.fire_panicked(at, payload),
        }
    }

    #[cold]
    #[inline(never)]
    fn fire_halted(&mut self, at: usize, status: HandlerStatus) -> bool {
        let index = self.frame.halted();
        self.handle_halts(
            at,
            Halt {
                index,
                why: Ok(status),
            },
        );
        !self.run_state.has_pending
    }

    #[cold]
    #[inline(never)]
    fn fire_panicked(&mut self, at: usize, payload: PanicPayload) -> bool {
        let index = self.frame.halted();
        self.handle_halts(
            at,
            Halt {
                index,
                why: Err(payload),
            },
        );
        !self.run_state.has_pending
    }

    /// Where something is pending.
    #[cold]
    #[inline(never)]
    fn fire_slow(&mut self, at: usize) -> bool {
        if self.apply_deferred().is_ok() {
            self.run_list(at);
        }
        !self.run_state.has_pending
    }

    /// Hands on what is pending. The loop goes on: what was wished at the end of its last outermost scope acts now.
    pub(crate) fn apply_deferred(&mut self) -> Result<(), Break> {
        if let Some(deferred) = self.run_state.deferred.take() {
            deferred.raise(&mut self.run_state.pending_flow);
            self.run_state.stop_firing();
        }
        self.check_pending()
    }

    /// What is pending, as a loop hands it on.
    #[inline]
    pub(crate) fn check_pending(&self) -> Result<(), Break> {
        if self.run_state.has_pending {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Runs the handlers of a breakpoint, also where something is pending. Returns the one that failed, which ended it.
    pub(crate) fn run_list(&mut self, at: usize) -> Option<usize> {
        let halt = self.call_from(at, 0).err()?;
        self.handle_halts(at, halt)
    }

    /// Takes in what halted a list, and runs the rest of it, unless it failed.
    #[cold]
    fn handle_halts(&mut self, at: usize, mut halt: Halt) -> Option<usize> {
        loop {
            let index = halt.index;
            if self.handle_halt(at, halt).is_break() {
                return Some(index);
            }
            halt = self.call_from(at, index + 1).err()?;
        }
    }

    fn handle_halt(&mut self, at: usize, halt: Halt) -> ControlFlow<()> {
        let Halt { index, why } = halt;
        match why {
            Ok(HandlerStatus::Group) => self.handle_group(at),
            Ok(HandlerStatus::BackgroundFailure) => {
                self.report_background(self.resolved.lists[at][index].instance)
            }
            Ok(status) => self.handle_status(at, index, status),
            Err(panic) => self.report_failure(at, index, Cause::of_panic(panic)),
        }
    }

    pub(crate) fn handle_status(
        &mut self,
        at: usize,
        index: usize,
        status: HandlerStatus,
    ) -> ControlFlow<()> {
        // Also what takes an answer in may be somebody's code: a conversion of an error, a rule that refuses stops.
        let heeded = catch_unwind(AssertUnwindSafe(|| {
            let Self {
                run_state,
                resolved,
                frame,
                dispatcher,
            } = self;
            if let Some(error) = dispatcher.take_error(at, index, frame) {
                return Err(Cause::Error(error));
            }
            run_state.apply_status::<L>(resolved, at, index, status, frame)
        }));
        match heeded {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(cause)) => self.report_failure(at, index, cause),
            Err(panic) => self.fail_at(at, index, Cause::of_panic(panic)),
        }
    }

    /// The run fails at a handler, whatever was said of its callback.
    pub(crate) fn fail_at(&mut self, at: usize, index: usize, cause: Cause) -> ControlFlow<()> {
        let origin = origin::<L>(self.resolved, at, index);
        self.run_state.fail(Fault::new(origin, cause))
    }

    /// Calls the handlers of a breakpoint from the one at `from` on.
    fn call_from(&mut self, at: usize, from: usize) -> Result<(), Halt> {
        self.frame.clock.is_ending = self.run_state.is_stopping();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.dispatcher.run_on(at, from, &mut self.frame)
        }));
        match ran {
            Ok(HandlerStatus::Continue) => Ok(()),
            why => Err(Halt {
                index: self.frame.halted(),
                why,
            }),
        }
    }

    /// Runs one handler of a breakpoint, for where all run whatever the others answer.
    pub(crate) fn run_one(&mut self, at: usize, index: usize) {
        self.run_caught(at, index, |dispatcher, frame| {
            dispatcher.run_one(at, index, frame)
        });
    }

    /// Runs one handler of a breakpoint if its period wants it to run once more.
    pub(crate) fn run_if_due_at_end(&mut self, at: usize, index: usize) {
        self.run_caught(at, index, |dispatcher, frame| {
            dispatcher.run_if_due_at_end(at, index, frame)
        });
    }

    fn run_caught(
        &mut self,
        at: usize,
        index: usize,
        run: impl FnOnce(&mut Dispatcher<dyn AnyCallback<L>>, &mut Frame<'_>) -> HandlerStatus,
    ) {
        let ran = catch_unwind(AssertUnwindSafe(|| run(self.dispatcher, &mut self.frame)));
        match ran {
            Ok(HandlerStatus::Continue) => {}
            why => {
                let _ = self.handle_halt(at, Halt { index, why });
            }
        }
    }
}

/// A handler that did not just go on.
struct Halt {
    index: usize,
    why: Why,
}

/// Its code, or its panic.
type Why = Result<HandlerStatus, PanicPayload>;

type PanicPayload = Box<dyn Any + Send>;
