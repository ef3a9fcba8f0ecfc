//! Periods that an attachment sets: `plan.add(…).every(…)` and `plan.add(…).every_at(…)`.

use crate::loops::{BreakpointId, BreakpointSet, LoopInfo, Role, ScopeInfo};
use crate::period::Period;

/// A period that an attachment sets, and the handlers that it applies to.
#[derive(Debug, Clone)]
pub(crate) struct AttachedPeriod {
    pub(crate) period: Period,
    /// The breakpoint of a loop at which it applies. `None` if it applies to the handlers that can run more than once in a run.
    pub(crate) at: Option<(&'static LoopInfo, BreakpointId)>,
}

impl AttachedPeriod {
    /// Whether the period applies to handlers at a breakpoint of the plan's loop.
    fn applies_to(&self, loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
        match self.at {
            None => can_repeat(loop_info, breakpoint),
            Some((of_loop, at)) => of_loop.type_id == loop_info.type_id && at == breakpoint,
        }
    }

    /// Returns why the period applies to none of the callback's handlers, which are at `handled`, and what to write. `None` if it applies to
    /// one.
    pub(crate) fn why_idle(&self, loop_info: &LoopInfo, handled: BreakpointSet) -> Option<String> {
        if handled.iter().any(|at| self.applies_to(loop_info, at)) {
            return None;
        }
        let Some((of_loop, at)) = self.at else {
            return Some(no_repeating_handler(loop_info, handled));
        };
        let why = if of_loop.type_id == loop_info.type_id {
            "is for a handler there, and it has none".to_owned()
        } else {
            let name = loop_info.name;
            format!("names a breakpoint of another loop, and this is a plan of {name}")
        };
        let (path, advice) = (path(of_loop, at), advice(loop_info, handled));
        Some(format!("`every_at({path}, …)` {why}; {advice}"))
    }
}

/// Returns the period of the handlers at a breakpoint: of several that apply, the one that was set last.
pub(crate) fn attached_period(
    periods: &[AttachedPeriod],
    loop_info: &LoopInfo,
    breakpoint: BreakpointId,
) -> Option<Period> {
    let mut latest_first = periods.iter().rev();
    let attached = latest_first.find(|period| period.applies_to(loop_info, breakpoint))?;
    Some(attached.period.clone())
}

/// Whether a breakpoint can fire more than once in a run: it is inside an outermost scope, and is not the begin or end of that scope.
fn can_repeat(loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
    let breakpoint = &loop_info.breakpoints[breakpoint];
    let scope = breakpoint.scope_id().map(|scope| &loop_info.scopes[scope]);
    match breakpoint.role() {
        Role::Inside => true,
        Role::Begin | Role::End => scope.and_then(ScopeInfo::parent).is_some(),
        _ => false,
    }
}

fn no_repeating_handler(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
    let names = names(loop_info, handled);
    if names.is_empty() {
        return "`every` is for its handlers, and it has none; leave `every` out".to_owned();
    }
    let repeats = |at: &BreakpointId| !matches!(loop_info.role(*at), Role::Enter | Role::Exit);
    let advice = match handled.iter().find(repeats) {
        None => ", once in a run; leave `every` out".to_owned(),
        Some(first) => {
            let path = path(loop_info, first);
            format!("; write `every_at({path}, …)`, or leave `every` out")
        }
    };
    format!("`every` is for handlers inside of a run, and it has them at {names} alone{advice}")
}

/// Returns what to write for a callback that has handlers at `handled`.
fn advice(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
    match names(loop_info, handled).as_str() {
        "" => "it has no handlers: leave it out".to_owned(),
        names => format!("name where it has one, {names}, or leave it out"),
    }
}

fn names(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
    let names = handled.iter().map(|at| loop_info.breakpoints[at].name());
    names.collect::<Vec<_>>().join(", ")
}

/// Returns the path of a breakpoint in a program: `Fit::on_epoch_end`.
fn path(loop_info: &LoopInfo, at: BreakpointId) -> String {
    format!("{}::{}", loop_info.name, loop_info.breakpoints[at])
}
