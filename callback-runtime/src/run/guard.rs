//! A run as a value, for engines that own the loop.

use super::Break;
use super::lent::Lent;
use super::owned_run::OwnedRun;
use crate::loops::{At, Loop, Role, Scope};
use crate::outcome::{Answer, BoxError, Cause, Outcome, quietly};
use crate::plan::{Plan, PlanError};
use crate::state::State;
use std::fmt;

/// A run that owns its plan and its state, and ends when it is finished or dropped. It is for engines that own the loop and call an
/// observer, such as a solver.
///
/// The engine begins and ends scopes itself. The end of the run ends the scopes that are still open, innermost first.
///
/// ```
/// use callbacks::Guard;
/// use callbacks::prelude::*;
/// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
///
/// /// An observer that a solver calls once per iteration.
/// struct Observer(Guard<Relax>);
///
/// impl Observer {
///     /// Returns whether the solver continues.
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
    run: OwnedRun<L>,
    /// The number of scopes that were begun while the run was interrupted. Neither their begin nor their end is fired.
    unopened: usize,
}

impl<L: Loop> Plan<L> {
    /// Checks the plan, enters every callback, and returns the run as a value. If the plan has problems it is dropped; call
    /// [`check`](Self::check) first to keep it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let guard = Plan::<Fit>::new().start(State::new())?;
    /// // … an engine fires its breakpoints …
    /// let (_plan, _state, outcome) = guard.finish();
    /// assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn start(self, state: State) -> Result<Guard<L>, PlanError> {
        let run = OwnedRun::start(self, state, &Lent::default())?;
        Ok(Guard { run, unopened: 0 })
    }
}

impl<L: Loop> Guard<L> {
    /// Runs the handlers of a breakpoint, like [`Run::fire`](crate::Run::fire). After an `Err` the engine must stop, or end the scope that was left.
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
        if is_inside
            && self
                .run
                .run_state()
                .is_some_and(|run| run.is_idle_at(at.id()))
        {
            return Ok(());
        }
        self.run.call(|run| run.fire(at))
    }

    /// Runs the handlers of a breakpoint that declares an answer, like [`Run::ask`](crate::Run::ask).
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
        self.run.call(|run| run.ask(at))
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
        // The next call of `fire` returns the error.
        let _ = self.run.call(|run| run.note(broken));
    }

    /// Opens a scope and fires its begin. Call [`end`](Self::end) for it even if this returns an `Err`. While a leave, a stop or a failure is
    /// pending, neither the begin nor the end of the scope is fired.
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
        let (is_open, begun) = self.run.call(|run| match run.core.open(scope.id()) {
            Ok(()) => (true, run.core.begin_scope(scope.id())),
            Err(interrupted) => (false, Err(interrupted)),
        });
        self.unopened += usize::from(!is_open);
        begun
    }

    /// Ends the innermost open scope; does nothing if none is open. Returns `Ok` after a leave of that scope, and an `Err` if the engine must
    /// end an outer scope, too.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
    /// let mut guard = Plan::<Relax>::new().start(State::new())?;
    /// guard.begin(Relax::RUN).unwrap();
    /// guard.begin(Relax::STEP).unwrap();
    /// assert!(guard.end().is_ok());
    /// // `finish` ends `RUN`, which is still open.
    /// let (_plan, _state, outcome) = guard.finish();
    /// assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn end(&mut self) -> Result<(), Break> {
        if let Some(unopened) = self.unopened.checked_sub(1) {
            self.unopened = unopened;
            return self.run.call(|run| run.core.check_interrupted());
        }
        self.run.call(|run| {
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
        self.run.state.ctx()
    }

    /// Ends the open scopes, exits every callback, and returns the plan, the state and the outcome.
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
        let outcome = self.run.end(&Lent::default());
        let (plan, state) = self.run.take_parts();
        (plan, state, outcome)
    }
}

impl<L: Loop> Drop for Guard<L> {
    fn drop(&mut self) {
        if self.run.is_under_way() {
            if std::thread::panicking() {
                self.run.fail(Cause::Panic("the engine panicked".into()));
            }
            let outcome = self.run.end(&Lent::default());
            quietly(|| tracing::debug!(%outcome, "a guard was dropped before it was finished"));
        }
    }
}

impl<L: Loop> fmt::Debug for Guard<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard of {:?}", self.run.plan)
    }
}
