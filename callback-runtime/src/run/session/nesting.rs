//! Opening and ending the scopes of a session, each inside the one around it.

use crate::callback::Location;
use crate::loops::{At, Loop, Role, ScopeId};
use crate::outcome::{Cause, Fault, Origin};
use crate::run::{Break, Run, RunCore};

/// Opens a scope, and the outermost scope around it if none is open. Returns the number of open scopes, or `None` if its handlers ended it.
pub(super) fn open(run: &mut RunCore<'_>, scope: ScopeId, caller: Location) -> Option<usize> {
    if run.run_state.open.is_empty() {
        let outermost = run.loop_info.outermost(scope);
        if outermost != scope {
            begin_outermost(run, outermost).ok()?;
        }
    }
    let placed = check_place(run, scope, caller);
    placed.map_err(|what| fail(run, what)).ok()?;
    run.open(scope).ok()?;
    let depth = run.run_state.open.len();
    if run.begin_scope(scope).is_err() {
        // The loop asks whether the run is interrupted.
        let _ = run.close(scope);
        return None;
    }
    Some(depth)
}

/// Fires a breakpoint of the innermost open scope. Fails the run if it belongs to another scope.
pub(super) fn fire<L: Loop>(
    run: &mut Run<'_, L>,
    at: At<L>,
    caller: Location,
) -> Result<(), Break> {
    let breakpoint = at.breakpoint();
    let place = breakpoint.scope_id();
    if breakpoint.role() == Role::Inside && place != innermost(&run.core) {
        let scope = place.map_or("the run", |scope| run.core.loop_info.scopes[scope].name());
        let what =
            format!("fired {breakpoint} outside of {scope} ({caller}); fire it inside of {scope}");
        fail(&mut run.core, what);
        return Err(Break::PENDING);
    }
    run.fire(at)
}

/// Whether the innermost open scope is the one directly around `scope`. The error says what the loop has to do.
fn check_place(run: &RunCore<'_>, scope: ScopeId, caller: Location) -> Result<(), String> {
    let (parent, innermost) = (run.loop_info.scopes[scope].parent_id(), innermost(run));
    let Some(around) = innermost.filter(|_| innermost != parent) else {
        return Ok(());
    };
    let name = |scope: ScopeId| run.loop_info.scopes[scope].name();
    let (name_of_scope, around_name) = (name(scope), name(around));
    let is_inside = scope != around && run.loop_info.is_same_or_inside(scope, around);
    Err(match parent.filter(|_| is_inside) {
        Some(parent) => format!(
            "opened the scope {name_of_scope} directly inside of {around_name} ({caller}); open {} around it",
            name(parent)
        ),
        None => format!(
            "opened the scope {name_of_scope} while {around_name} is open ({caller}); end {around_name} first"
        ),
    })
}

fn innermost(run: &RunCore<'_>) -> Option<ScopeId> {
    run.run_state.open.last().copied()
}

fn fail(run: &mut RunCore<'_>, what: String) {
    let fault = Fault::new(Origin::of_loop(), Cause::Misplaced(what));
    let _ = run.run_state.fail(fault);
}

/// Begins an outermost scope. The `Err` says that its handlers interrupt the run.
pub(super) fn begin_outermost(run: &mut RunCore<'_>, scope: ScopeId) -> Result<(), Break> {
    run.open(scope)?;
    run.begin_scope(scope)
}

/// Ends the scope that was opened as the one at `depth`. Fails the run if a scope inside it is open.
pub(super) fn end(run: &mut RunCore<'_>, depth: usize) {
    if let Some([scope, .., inner]) = run.run_state.open.get(depth.saturating_sub(1)..) {
        let name = |scope: &ScopeId| run.loop_info.scopes[*scope].name();
        let (outer, inner) = (name(scope), name(inner));
        fail(
            run,
            format!(
                "ended the scope {outer} before {inner}, which is inside it; end {inner} first"
            ),
        );
    }
    while run.run_state.open.len() >= depth.max(1) {
        let Some(innermost) = innermost(run) else {
            return;
        };
        let _ = run.close(innermost);
    }
}
