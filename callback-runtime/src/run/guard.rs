//! A run as a value, for engines that own the loop.

use super::{Break, Run, RunCore, RunState};
use crate::loops::{At, Loop, Role, Scope};
use crate::outcome::{Answer, BoxError, Cause, Fault, Origin, Outcome, quietly};
use crate::plan::{Plan, PlanError};
use crate::state::{AsState, State};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A run that owns its plan and state, and ends when it is finished or dropped. It is for engines that own the loop and call back,
/// such as a solver with an observer.
///
/// The engine begins and ends scopes by hand. Scopes that are still open when the run ends are ended then, innermost first.
///
/// ```
/// use callbacks::Guard;
/// use callbacks::prelude::*;
/// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
///
/// /// PendingKind a solver calls once per iteration.
/// struct Observer(Guard<Relax>);
///
/// impl Observer {
///     /// Whether to go on.
///     fn observe(&mut self, cost: f64) -> bool {
///         self.0.state().insert(cost);
///         self.0.begin(Relax::STEP).is_ok() && self.0.end().is_ok()
///     }
/// }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::after_step, |cost: Option<&f64>| match cost {
///     Some(cost) if *cost < 0.1 => Flow::stop("small enough"),
///     _ => Flow::Continue,
/// });
/// let mut observer = Observer(plan.start(State::new())?);
/// observer.0.begin(Relax::RUN).unwrap();
/// let costs = [0.5, 0.2, 0.05, 0.01];
/// assert_eq!(costs.iter().take_while(|cost| observer.observe(**cost)).count(), 2);
/// let (_plan, _state, outcome) = observer.0.finish();
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("small enough"));
/// # Ok::<(), PlanError>(())
/// ```
pub struct Guard<L: Loop> {
    plan: Plan<L>,
    state: State,
    run_state: RunState,
    /// How many scopes were begun while something was pending: their begin was not fired, nor is their end.
    unopened: usize,
    /// A handler runs: where it exits the process, and the guard is in a thread-local, the guard is dropped inside of the call.
    is_inside: bool,
    ended: bool,
}

impl<L: Loop> Plan<L> {
    /// Checks the plan, enters every callback, and returns the run as a value. An error drops the plan; call [`check`](Self::check) first
    /// to keep it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let guard = Plan::<Fit>::new().start(State::new())?;
    /// // … an engine fires its breakpoints …
    /// let (_plan, _state, outcome) = guard.finish();
    /// assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start(mut self, mut state: State) -> Result<Guard<L>, PlanError> {
        self.core.prepare(state.as_table())?;
        let mut run = RunCore::begin(self.core.run_parts(), state.ctx());
        // The first firing reports an interruption.
        let _ = run.enter();
        let run_state = run.into_run_state();
        Ok(Guard {
            plan: self,
            state,
            run_state,
            unopened: 0,
            is_inside: false,
            ended: false,
        })
    }
}

impl<L: Loop> Guard<L> {
    /// Runs the handlers of a breakpoint, like [`Run::fire`]. On an `Err` the engine stops, or leaves a scope.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, |count: &mut u32| *count += 1);
    /// let mut state = State::new();
    /// state.insert(0_u32);
    /// let mut guard = plan.start(state)?;
    /// assert!(guard.fire(Relax::on_force).is_ok());
    /// assert_eq!(guard.state().get(), Some(&1_u32));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[inline]
    pub fn fire(&mut self, at: At<L>) -> Result<(), Break> {
        let is_inside = matches!(at.breakpoint().role(), Role::Inside);
        let run_state = &self.run_state;
        if is_inside && !run_state.active.contains(at.id()) && !run_state.waiting.contains(at.id())
        {
            return Ok(());
        }
        self.with(|run| run.fire(at))
    }

    /// Runs the handlers of a breakpoint that declares an answer, like [`Run::ask`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Answer;
    /// # #[derive(Clone, Debug, PartialEq)]
    /// # struct Accept(bool);
    /// # impl Answer for Accept { fn merge(self, other: Self) -> Self { Self(self.0 && other.0) } }
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_update -> Accept; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_update, || Accept(false));
    /// let mut guard = plan.start(State::new())?;
    /// assert_eq!(guard.ask(Relax::on_update).unwrap(), Some(Accept(false)));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ask<A: Answer>(&mut self, at: At<L, A>) -> Result<Option<A>, Break> {
        self.with(|run| run.ask(at))
    }

    /// Fails the run with an error of the engine. The ends of the open scopes are not fired.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } error => on_error; } }
    /// let mut guard = Plan::<Relax>::new().start(State::new())?;
    /// guard.fail("the solver diverged");
    /// assert!(guard.fire(Relax::before_step).is_err());
    /// let (_plan, _state, outcome) = guard.finish();
    /// assert!(outcome.failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fail(&mut self, error: impl Into<BoxError>) {
        let broken = Break::from(error.into());
        // The next firing reports the interruption.
        let _ = self.with(|run| run.note(broken));
    }

    /// Opens a scope and fires its begin. Whatever the answer, [`end`](Self::end) belongs to it: a scope that was begun while a
    /// leave, a stop or a failure was pending is ended without either being fired.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::leave(Relax::STEP));
    /// let mut guard = plan.start(State::new())?;
    /// assert!(guard.begin(Relax::RUN).is_ok());
    /// assert!(guard.begin(Relax::STEP).is_err());
    /// assert!(guard.end().is_ok());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn begin(&mut self, scope: Scope<L>) -> Result<(), Break> {
        let (is_open, begun) = self.with(|run| match run.core.open(scope.id()) {
            Ok(()) => (true, run.core.begin_scope(scope.id())),
            Err(pending) => (false, Err(pending)),
        });
        self.unopened += usize::from(!is_open);
        begun
    }

    /// Ends the innermost open scope; does nothing if none is open. Returns `Ok` also for a scope that was left, and `Err` if the engine
    /// must end an outer scope, too.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
    /// let mut guard = Plan::<Relax>::new().start(State::new())?;
    /// guard.begin(Relax::RUN).unwrap();
    /// guard.begin(Relax::STEP).unwrap();
    /// assert!(guard.end().is_ok());
    /// // PendingKind is still open is ended with the guard.
    /// let (_plan, _state, outcome) = guard.finish();
    /// assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn end(&mut self) -> Result<(), Break> {
        if let Some(unopened) = self.unopened.checked_sub(1) {
            self.unopened = unopened;
            return self.with(|run| run.core.check_interrupted());
        }
        self.with(|run| {
            let Some(scope) = run.core.run_state.open.last().copied() else {
                return Ok(());
            };
            run.core.close(scope)
        })
    }

    /// The state of the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut guard = Plan::<Fit>::new().start(State::new())?;
    /// guard.state().insert(LearningRate::new(0.1));
    /// assert_eq!(guard.state().get::<LearningRate>().map(LearningRate::get), Some(0.1));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state(&mut self) -> crate::Ctx<'_> {
        self.state.ctx()
    }

    /// Ends the open scopes, exits every callback, and returns plan, state and outcome.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut state = State::new();
    /// state.insert(1_u32);
    /// let guard = Plan::<Fit>::new().start(state)?;
    /// let (plan, state, outcome) = guard.finish();
    /// assert_eq!((plan.names().len(), state.get(), outcome.is_finished()), (0, Some(&1_u32), true));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn finish(mut self) -> (Plan<L>, State, Outcome) {
        let outcome = self.end_all();
        let plan = std::mem::take(&mut self.plan);
        let state = std::mem::take(&mut self.state);
        (plan, state, outcome)
    }

    fn end_all(&mut self) -> Outcome {
        while !self.run_state.open.is_empty() {
            // A break is for this loop, which ends every scope anyway.
            let _ = self.end();
        }
        self.ended = true;
        self.is_inside = true;
        self.view().core.end()
    }

    /// The run. It takes the run state, which the caller puts back.
    fn view(&mut self) -> Run<'_, L> {
        let run_state = std::mem::take(&mut self.run_state);
        let core = RunCore::of(self.plan.core.run_parts(), self.state.ctx(), run_state);
        Run::of(core)
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut Run<'_, L>) -> T) -> T {
        self.is_inside = true;
        let mut run = self.view();
        let acted = catch_unwind(AssertUnwindSafe(|| act(&mut run)));
        self.run_state = run.into_run_state();
        self.is_inside = false;
        acted.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl<L: Loop> Drop for Guard<L> {
    fn drop(&mut self) {
        if !self.ended && !self.is_inside {
            if std::thread::panicking() {
                // The engine panicked: the state may be half-changed, so that no end of a scope is fired.
                let cause = Cause::Panic("the engine panicked".into());
                let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
            }
            let outcome = self.end_all();
            quietly(|| tracing::debug!(%outcome, "a guard was dropped before it was finished"));
        }
    }
}

impl<L: Loop> fmt::Debug for Guard<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard of {:?}", self.plan)
    }
}
