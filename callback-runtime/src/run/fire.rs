//! Firing a breakpoint: the hot path.

use super::heed::origin;
use super::{Break, Run};
use crate::breakpoint::{At, Breakpoint, Loop, Role};
use crate::failure::{Cause, Fault, Origin};
use crate::plan::AnyCallback;
use crate::raw::{Code, Frame};
use crate::run::Machine;
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
    pub(super) fn has_work(&self, at: usize) -> bool {
        self.course.live.has(at) || (self.course.waiting.has(at) && !self.frame.is_waiting(at))
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

    /// Whether the loop can go on: nothing waits to be handed on.
    #[inline(never)]
    pub(super) fn fire_handled(&mut self, at: usize) -> bool {
        if self.course.attention {
            return self.fire_attentively(at);
        }
        let ran = catch_unwind(AssertUnwindSafe(|| self.machine.run(at, &mut self.frame)));
        match ran {
            Ok(Code::Continue) => true,
            Ok(code) => self.fire_halted(at, code),
            Err(payload) => self.fire_panicked(at, payload),
        }
    }

    #[cold]
    #[inline(never)]
    fn fire_halted(&mut self, at: usize, code: Code) -> bool {
        let index = self.frame.halted();
        self.take_in(
            at,
            Halt {
                index,
                why: Ok(code),
            },
        );
        !self.course.pending
    }

    #[cold]
    #[inline(never)]
    fn fire_panicked(&mut self, at: usize, payload: Payload) -> bool {
        let index = self.frame.halted();
        self.take_in(
            at,
            Halt {
                index,
                why: Err(payload),
            },
        );
        !self.course.pending
    }

    /// Where something is pending.
    #[cold]
    #[inline(never)]
    fn fire_attentively(&mut self, at: usize) -> bool {
        if self.go_on().is_ok() {
            self.run_list(at);
        }
        !self.course.pending
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

    /// Runs the handlers of a breakpoint, also where something is pending. Returns the one that failed, which ended it.
    pub(super) fn run_list(&mut self, at: usize) -> Option<usize> {
        let halt = self.call_on(at, 0).err()?;
        self.take_in(at, halt)
    }

    /// Takes in what halted a list, and runs the rest of it, unless it failed.
    #[cold]
    fn take_in(&mut self, at: usize, mut halt: Halt) -> Option<usize> {
        loop {
            let index = halt.index;
            if self.heed_halt(at, halt).is_break() {
                return Some(index);
            }
            halt = self.call_on(at, index + 1).err()?;
        }
    }

    fn heed_halt(&mut self, at: usize, halt: Halt) -> ControlFlow<()> {
        let Halt { index, why } = halt;
        match why {
            Ok(Code::Several) => self.heed_group(at),
            Ok(Code::Late) => self.surface(self.resolved.lists[at][index].instance),
            Ok(code) => self.heed_code(at, index, code),
            Err(panic) => self.blame(at, index, Cause::of_panic(panic)),
        }
    }

    pub(super) fn heed_code(&mut self, at: usize, index: usize, code: Code) -> ControlFlow<()> {
        // Also what takes an answer in may be somebody's code: a conversion of an error, a rule that refuses stops.
        let heeded = catch_unwind(AssertUnwindSafe(|| {
            let Self {
                course,
                resolved,
                frame,
                machine,
            } = self;
            if let Some(error) = machine.take_error(at, index, frame) {
                return Err(Cause::Error(error));
            }
            course.heed::<L>(resolved, at, index, code, frame)
        }));
        match heeded {
            Ok(Ok(())) => ControlFlow::Continue(()),
            Ok(Err(cause)) => self.blame(at, index, cause),
            Err(panic) => self.fail_at(at, index, Cause::of_panic(panic)),
        }
    }

    /// The run fails at a handler, whatever was said of its callback.
    pub(super) fn fail_at(&mut self, at: usize, index: usize, cause: Cause) -> ControlFlow<()> {
        let origin = origin::<L>(self.resolved, at, index);
        self.course.fail(Fault::new(origin, cause))
    }

    /// Calls the handlers of a breakpoint from the one at `from` on.
    fn call_on(&mut self, at: usize, from: usize) -> Result<(), Halt> {
        self.frame.clock.is_ending = self.course.is_stopping();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.machine.run_on(at, from, &mut self.frame)
        }));
        match ran {
            Ok(Code::Continue) => Ok(()),
            why => Err(Halt {
                index: self.frame.halted(),
                why,
            }),
        }
    }

    /// Runs one handler of a breakpoint, for where all run whatever the others answer.
    pub(super) fn run_one(&mut self, at: usize, index: usize) {
        self.run_alone(at, index, |machine, frame| {
            machine.run_one(at, index, frame)
        });
    }

    /// Runs one handler of a breakpoint if its period wants it to run once more.
    pub(super) fn run_owed(&mut self, at: usize, index: usize) {
        self.run_alone(at, index, |machine, frame| {
            machine.run_owed(at, index, frame)
        });
    }

    fn run_alone(
        &mut self,
        at: usize,
        index: usize,
        run: impl FnOnce(&mut Machine<dyn AnyCallback<L>>, &mut Frame<'_>) -> Code,
    ) {
        let ran = catch_unwind(AssertUnwindSafe(|| run(self.machine, &mut self.frame)));
        match ran {
            Ok(Code::Continue) => {}
            why => {
                let _ = self.heed_halt(at, Halt { index, why });
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
type Why = Result<Code, Payload>;

type Payload = Box<dyn Any + Send>;
