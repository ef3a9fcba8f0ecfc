//! Scopes: begin/end pairs that always pair up.

use super::wish::What;
use super::{Break, Run, Stage};
use crate::breakpoint::{Loop, Role, Scope, ScopeInfo};
use crate::failure::{Cause, Fault, Origin};
use crate::plan::with_role;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a caught call of a piece of the loop came to.
pub(super) type Caught<T> = Result<Result<T, Break>, Box<dyn Any + Send>>;

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
    ///         steps.push(run.scope(Relax::STEP, |_| Ok("done"))?);
    ///         steps.push(run.scope(Relax::STEP, |run| run.fire(Relax::on_force).map(|()| "done"))?);
    ///         Ok(())
    ///     })?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(steps, [Some("done"), None]);
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
                self.heed_body(caught)
            }
            Err(_) => None,
        };
        self.close(scope)?;
        Ok(value)
    }

    /// Opens a scope: from here on it will be closed. Refused while something is pending.
    pub(super) fn open(&mut self, scope: Scope<L>) -> Result<(), Break> {
        self.go_on()?;
        if let Some(around) = self.course.open.last()
            && !is_inside::<L>(scope, *around)
        {
            let (name, around) = (scope.info().name(), L::SCOPES[*around].name());
            let cause = Cause::Misplaced(format!(
                "opened the scope {name}, which is not inside of {around}"
            ));
            let _ = self.course.fail(Fault::new(Origin::of_loop(), cause));
            return Err(Break::PENDING);
        }
        self.course.open.push(scope.index());
        self.course.is_over = false;
        Ok(())
    }

    pub(super) fn begin_scope(&mut self, scope: Scope<L>) -> Result<(), Break> {
        let begin = scope.info().begin();
        if self.has_work(begin) && !self.fire_handled(begin) {
            return Err(Break::PENDING);
        }
        Ok(())
    }

    /// Closes the innermost open scope, which is `scope`. `Ok` also where it was left.
    pub(super) fn close(&mut self, scope: Scope<L>) -> Result<(), Break> {
        let depth = self.course.open.len().saturating_sub(1);
        if self.course.failure.is_none() {
            self.fire_end(scope.info().end(), depth);
        }
        self.course.open.pop();
        if self.course.failure.is_some() {
            return Err(Break::PENDING);
        }
        let left = matches!(&self.course.wish, Some(wish) if wish.what == What::Leave(depth));
        if left {
            self.course.resume(self.resolved);
            return Ok(());
        }
        self.answer()
    }

    /// Takes in how a piece of the loop ended: an error or a panic of the loop's own is the failure. A value means that it came
    /// to its end.
    pub(super) fn heed_body<T>(&mut self, caught: Caught<T>) -> Option<T> {
        let cause = match caught {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(broken)) => Cause::Error(broken.into_error()?),
            Err(payload) => Cause::of_panic(payload),
        };
        let _ = self.course.fail(Fault::new(Origin::of_loop(), cause));
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
        if self.course.is_stopping() {
            self.catch_up();
            self.tell_stop();
        }
        if self.course.failure.is_none() && self.has_work(end) {
            self.run_outermost_end(end);
        }
    }

    fn run_outermost_end(&mut self, end: usize) {
        let before = self.course.stage;
        self.course.stage = match before {
            Stage::Running => Stage::Ending,
            _ => Stage::Closing,
        };
        self.run_end(end);
        self.course.is_over = true;
        if self.course.failure.is_none() {
            // A loop may open another outermost scope afterwards.
            self.course.stage = before;
        }
    }

    /// Runs the handlers of a scope's end, whatever is pending.
    fn run_end(&mut self, end: usize) {
        if self.course.attention {
            self.run_list(end);
        } else {
            // What they wish is found where the scope closes.
            self.fire_handled(end);
        }
    }

    /// Fires `on_stop` or `on_interrupt`, once, if the run was stopped.
    pub(super) fn tell_stop(&mut self) {
        if self.course.stage != Stage::Running {
            return;
        }
        let Some(wish) = &self.course.wish else {
            return;
        };
        let role = match wish.what {
            What::Leave(_) => return,
            What::Stop(_) => Role::Stop,
            What::Interrupt(_) => Role::Interrupt,
        };
        let stop = wish.as_stop();
        self.course.stage = Stage::Told;
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
