//! Opening and ending the scopes of a session, each inside the one around it.

use crate::loops::ScopeId;
use crate::outcome::{Cause, Fault, Origin};
use crate::run::{Break, RunCore};

/// Opens a scope, and the outermost scope around it if none is open. Returns the number of open scopes, or `None` if its handlers ended it.
pub(super) fn open(run: &mut RunCore<'_>, scope: ScopeId) -> Option<usize> {
    if run.run_state.open.is_empty() {
        let outermost = run.loop_info.outermost(scope);
        if outermost != scope {
            begin_outermost(run, outermost).ok()?;
        }
    }
    run.open(scope).ok()?;
    let depth = run.run_state.open.len();
    if run.begin_scope(scope).is_err() {
        // The loop asks whether the run is interrupted.
        let _ = run.close(scope);
        return None;
    }
    Some(depth)
}

/// Begins an outermost scope. The `Err` says that its handlers interrupt the run.
pub(super) fn begin_outermost(run: &mut RunCore<'_>, scope: ScopeId) -> Result<(), Break> {
    run.open(scope)?;
    run.begin_scope(scope)
}

/// Ends the scope that was opened as the one at `depth`. Fails the run if a scope inside it is open.
pub(super) fn end(run: &mut RunCore<'_>, depth: usize) {
    let open = &run.run_state.open;
    if let Some([scope, .., innermost]) = open.get(depth.saturating_sub(1)..) {
        let name = |scope: &ScopeId| run.loop_info.scopes[*scope].name();
        let what = format!(
            "ended the scope {} before {}, which is inside it",
            name(scope),
            name(innermost)
        );
        let fault = Fault::new(Origin::of_loop(), Cause::Misplaced(what));
        let _ = run.run_state.fail(fault);
    }
    while run.run_state.open.len() >= depth.max(1) {
        let Some(innermost) = run.run_state.open.last().copied() else {
            return;
        };
        let _ = run.close(innermost);
    }
}
