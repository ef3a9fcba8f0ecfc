//! How a session calls its run: with what the loop lends, with the loop's mistakes reported, and at its resume points.

use super::{Session, nesting};
use crate::loops::{Loop, Scope};
use crate::outcome::{Cause, quietly};
use crate::record::Record;
use crate::run::Run;
use crate::run::owned_run::OwnedRun;
use crate::state::Ctx;
use std::cell::RefMut;

impl<L: Loop> Session<'_, L> {
    /// Says that the loop marks its resume points itself; see [`Run::resume_by_hand`](crate::Run::resume_by_hand).
    pub fn resume_by_hand(&self) {
        if let Some(mut run) = self.run() {
            run.call(|run| {
                run.resume_by_hand();
            });
        }
    }

    /// Marks a place from which the loop can be resumed; see [`Run::resume_point_with`](crate::Run::resume_point_with). A session with rounds
    /// needs no call, unless it [says otherwise](Self::resume_by_hand).
    #[inline]
    pub fn resume_point_with(&self, prepare: impl FnOnce(&mut Ctx<'_>)) {
        if self.run().is_some_and(|run| run.is_on_slow_path()) {
            self.call(|run| {
                // The loop asks whether it is interrupted before it goes on.
                let _ = run.resume_point_with(prepare);
            });
        }
    }

    /// Returns the run between two calls; `None` if it is in use, which fails the run later.
    pub(in crate::run) fn run(&self) -> Option<RefMut<'_, OwnedRun<L>>> {
        let run = self.run.try_borrow_mut().ok();
        if run.is_none() {
            self.misuse.set(Some(
                "the session was used inside a `with_state`; use the state that it passes",
            ));
        }
        run
    }

    /// Calls `f` with the run while the lent values are in the state. Fails the run instead if the loop has borrowed one of them.
    pub(super) fn call(&self, f: impl FnOnce(&mut Run<'_, L>)) {
        self.report_misuse();
        if let Some(mut run) = self.run() {
            run.call_lending(&self.lent, f);
        }
    }

    pub(super) fn report_misuse(&self) {
        if let Some(what) = self.misuse.take() {
            self.fail_with(Cause::Misplaced(what.to_owned()));
        }
        if let Some(value) = self.lent.borrowed() {
            self.fail_with(Cause::Misplaced(format!(
                "`{value}` is borrowed from the session while handlers run; borrow it inside the innermost `for` loop, and drop it before `fire`"
            )));
        }
    }

    /// Fails the run, unless it has failed already: a loop repeats its mistake in each round.
    pub(super) fn fail_with(&self, cause: Cause) {
        if let Some(mut run) = self.run()
            && !run.has_failed()
        {
            run.fail(cause);
        }
    }

    /// Notes the record of a round that ends. One that `break` ends is cut short if it has fewer values than the one before.
    pub(super) fn end_round(&self, by_break: bool) {
        self.with_state(|mut state| {
            if let Some(record) = state.get_mut::<Record>() {
                let len = record.iter().count();
                if by_break && len < self.round_len.get().max(1) {
                    record.cut_short();
                }
                self.round_len.set(len);
            }
        });
    }

    /// Whether a panic of the loop is under way.
    fn panicked(&self) -> bool {
        std::thread::panicking() && !self.began_in_panic
    }

    /// Begins an outermost scope, which ends with the session.
    pub(super) fn begin_outermost(&self, scope: Scope<L>) {
        self.call(|run| {
            // If a handler interrupts the run, the session has no rounds.
            let _ = nesting::begin_outermost(&mut run.core, scope.id());
        });
    }

    /// Opens the outermost scope of a saved run whose loop has no round left: no scope inside has opened it, and the session ends it.
    pub(super) fn reopen_outermost(&self) {
        self.call(|run| {
            let run = &mut run.core;
            if let Some(scope) = run.run_state.outermost_to_reopen() {
                run.run_state.end_saved_rounds(true);
                // The session ends, whatever interrupts the run.
                let _ = nesting::begin_outermost(run, scope);
            }
        });
    }

    /// Ends the scope that was opened at this depth.
    pub(super) fn end(&self, depth: usize) {
        if self.panicked() {
            self.fail_with(Cause::Panic("the loop panicked".into()));
        }
        self.call(|run| nesting::end(&mut run.core, depth));
    }
}

impl<L: Loop> Drop for Session<'_, L> {
    fn drop(&mut self) {
        let panicked = self.panicked();
        let run = self.run.get_mut();
        if !run.is_under_way() {
            return;
        }
        if !panicked {
            run.interrupt("the session was dropped before it was finished");
        } else if !run.has_failed() {
            run.fail(Cause::Panic("the loop panicked".into()));
        }
        let outcome = run.end(&self.lent);
        quietly(|| tracing::debug!(%outcome, "a session was dropped before it was finished"));
    }
}
