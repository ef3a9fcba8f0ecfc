//! Scopes: begin/end pairs that always pair up.

use super::pending_flow::PendingKind;
use super::{Break, Run, Stage};
use crate::loops::{Loop, Role, Scope, ScopeInfo};
use crate::outcome::{Cause, Fault, Origin};
use crate::plan::with_role;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a caught call of a piece of the loop came to.
pub(crate) type Caught<T> = Result<Result<T, Break>, Box<dyn Any + Send>>;

impl<L: Loop> Run<'_, L> {
    /// Fires the scope's begin, runs `body`, fires its end, and catches a leave of this scope: `Ok(None)` says that it was
    /// left. A leave of an outer scope, a stop or a failure is handed on.
    ///
    /// The end is fired whatever `body` answers, but not after a failure: the state may be half-changed then.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; on_force; after_step; } on_run_end; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, || Flow::leave(Relax::STEP));
    /// let mut steps = Vec::new();
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     run.scope(Relax::RUN, |run| {
    ///         steps.push(run.scope(Relax::STEP, |_| Ok("results"))?);
    ///         steps.push(run.scope(Relax::STEP, |run| run.fire(Relax::on_force).map(|()| "results"))?);
    ///         Ok(())
    ///     })?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(steps, [Some("results"), None]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn scope<T>(
        &mut self,
        scope: Scope<L>,
        body: impl FnOnce(&mut Self) -> Result<T, Break>,
    ) -> Result<Option<T>, Break> {
        self.open(scope)?;
        let value = match self.begin_scope(scope) {
            Ok(()) => {
                let caught = catch_unwind(AssertUnwindSafe(|| body(self)));
                self.handle_body(caught)
            }
            Err(_) => None,
        };
        self.close(scope)?;
        Ok(value)
    }

    /// Opens a scope: from here on it will be closed. Refused while something is pending.
    pub(crate) fn open(&mut self, scope: Scope<L>) -> Result<(), Break> {
        self.apply_deferred()?;
        if let Some(around) = self.run_state.open.last()
            && !is_inside::<L>(scope, *around)
        {
            let (name, around) = (scope.info().name(), L::SCOPES[*around].name());
            let cause = Cause::Misplaced(format!(
                "opened the scope {name}, which is not inside of {around}"
            ));
            let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
            return Err(Break::PENDING);
        }
        self.run_state.open.push(scope.index());
        self.run_state.body_is_done = false;
        Ok(())
    }

    pub(crate) fn begin_scope(&mut self, scope: Scope<L>) -> Result<(), Break> {
        let begin = scope.info().begin();
        if self.has_work(begin) && !self.fire_handled(begin) {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Closes the innermost open scope, which is `scope`. `Ok` also where it was left.
    pub(crate) fn close(&mut self, scope: Scope<L>) -> Result<(), Break> {
        let depth = self.run_state.open.len().saturating_sub(1);
        if self.run_state.failure.is_none() {
            self.fire_end(scope.info().end(), depth);
        }
        self.run_state.open.pop();
        if self.run_state.failure.is_some() {
            return Err(Break::PENDING);
        }
        let left = matches!(&self.run_state.pending_flow, Some(pending_flow) if pending_flow.kind == PendingKind::Leave(depth));
        if left {
            self.run_state.resume_firing(self.resolved);
            return Ok(());
        }
        self.check_pending()
    }

    /// Takes in how a piece of the loop ended: an error or a panic of the loop's own is the failure. A value means that it came
    /// to its end.
    pub(crate) fn handle_body<T>(&mut self, caught: Caught<T>) -> Option<T> {
        let cause = match caught {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(broken)) => Cause::Error(broken.into_error()?),
            Err(payload) => Cause::of_panic(payload),
        };
        let _ = self.run_state.fail(Fault::new(Origin::of_loop(), cause));
        None
    }

    /// Fires the end of a scope; before that of the outermost one the loop is told of a stop.
    fn fire_end(&mut self, end: usize, depth: usize) {
        if depth > 0 {
            if self.has_work(end) {
                self.run_end(end);
            }
            return;
        }
        if self.run_state.is_stopping() {
            self.run_last_calls();
            self.fire_stop();
        }
        if self.run_state.failure.is_none() && self.has_work(end) {
            self.run_outermost_end(end);
        }
    }

    fn run_outermost_end(&mut self, end: usize) {
        let before = self.run_state.stage;
        self.run_state.stage = match before {
            Stage::Running => Stage::Ending,
            _ => Stage::Closing,
        };
        self.run_end(end);
        self.run_state.body_is_done = true;
        if self.run_state.failure.is_none() {
            // A loop may open another outermost scope afterwards.
            self.run_state.stage = before;
        }
    }

    /// Runs the handlers of a scope's end, whatever is pending.
    fn run_end(&mut self, end: usize) {
        if self.run_state.slow_path {
            self.run_list(end);
        } else {
            // What they wish is found where the scope closes.
            self.fire_handled(end);
        }
    }

    /// Fires `on_stop` or `on_interrupt`, once, if the run was stopped.
    pub(crate) fn fire_stop(&mut self) {
        if self.run_state.stage != Stage::Running {
            return;
        }
        let Some(pending_flow) = &self.run_state.pending_flow else {
            return;
        };
        let role = match pending_flow.kind {
            PendingKind::Leave(_) => return,
            PendingKind::Stop(_) => Role::Stop,
            PendingKind::Interrupt(_) => Role::Interrupt,
        };
        let stop = pending_flow.as_stop();
        self.run_state.stage = Stage::StopFired;
        if let (Some(stop), Some(at)) = (stop, with_role::<L>(role)) {
            self.frame.view().insert(stop);
            self.run_list(at);
        }
    }
}

/// Whether a scope is declared somewhere inside of another one.
fn is_inside<L: Loop>(scope: Scope<L>, around: usize) -> bool {
    let mut parent = scope.info().parent();
    while let Some(at) = parent {
        if at == around {
            return true;
        }
        parent = L::SCOPES.get(at).and_then(ScopeInfo::parent);
    }
    false
}
