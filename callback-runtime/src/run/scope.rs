//! Scopes: begin/end pairs that always pair up.

use super::wish::What;
use super::{Break, Run, Stage};
use crate::breakpoint::{Loop, Role, Scope};
use crate::failure::{Cause, Fault, Origin};
use crate::plan::with_role;

impl<L: Loop> Run<'_, L> {
    /// Fires the scope's begin, runs `body`, fires its end, and catches a leave of this scope: `Ok(None)` says that it was
    /// left. A leave of an outer scope, a stop or a failure is handed on.
    ///
    /// The end is fired whatever `body` answers, but not after a failure: the state may be half-changed then.
    pub fn scope<T>(
        &mut self,
        scope: Scope<L>,
        body: impl FnOnce(&mut Self) -> Result<T, Break>,
    ) -> Result<Option<T>, Break> {
        self.open(scope)?;
        let begun = self.begin_scope(scope);
        let result = begun.and_then(|()| body(self));
        self.close(scope, result)
    }

    /// Opens a scope: from here on it will be closed. Refused while something is pending.
    pub(super) fn open(&mut self, scope: Scope<L>) -> Result<(), Break> {
        self.answer()?;
        self.course.open.push(scope.index());
        Ok(())
    }

    pub(super) fn begin_scope(&mut self, scope: Scope<L>) -> Result<(), Break> {
        let begin = scope.info().begin();
        if self.course.live.has(begin) {
            self.run_list(begin);
        }
        self.answer()
    }

    pub(super) fn close<T>(
        &mut self,
        scope: Scope<L>,
        result: Result<T, Break>,
    ) -> Result<Option<T>, Break> {
        let depth = self.course.open.len() - 1;
        let value = self.heed_break(result);
        if self.course.failure.is_none() {
            self.fire_end(scope.info().end(), depth);
        }
        self.course.open.pop();
        if self.course.failure.is_some() {
            return Err(Break::PENDING);
        }
        let left = matches!(&self.course.wish, Some(wish) if wish.what == What::Leave(depth));
        if left {
            self.course.wish = None;
            self.course.live = self.resolved.live;
            return Ok(None);
        }
        self.answer()?;
        Ok(value)
    }

    /// Notes an error of the loop's own. A value means that the body came to its end.
    pub(super) fn heed_break<T>(&mut self, result: Result<T, Break>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(broken) => {
                if let Some(error) = broken.into_error() {
                    let fault = Fault::new(Origin::of_loop(), Cause::Error(error));
                    let _ = self.course.fail(fault);
                }
                None
            }
        }
    }

    /// Fires the end of a scope; before that of the outermost one the loop is told of a stop.
    fn fire_end(&mut self, end: usize, depth: usize) {
        if depth == 0 {
            self.tell_stop();
            if self.course.failure.is_some() {
                return;
            }
            // A loop may open another outermost scope afterwards, and be stopped in that one.
            let before = std::mem::replace(&mut self.course.stage, Stage::Closing);
            self.run_list(end);
            if self.course.failure.is_none() {
                self.course.stage = before;
            }
        } else {
            self.run_list(end);
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
            self.state.insert(stop);
            self.run_list(at);
        }
    }
}
