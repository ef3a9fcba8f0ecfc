//! Periods that are given where a callback is attached.

use crate::loops::{BreakpointId, BreakpointSet, LoopInfo, Role, ScopeInfo};
use crate::period::Period;

/// A period, and the handlers that it is for.
#[derive(Debug, Clone)]
pub(crate) struct AttachedPeriod {
    target: Target,
    period: Period,
}

/// The handlers of a callback that a period is for.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// Those that can run more than once in a run.
    Inside,
    /// Those at one breakpoint of a loop.
    Breakpoint(&'static LoopInfo, BreakpointId),
}

impl AttachedPeriod {
    /// A period for the handlers that can run more than once in a run.
    pub(crate) fn inside(period: Period) -> Self {
        let target = Target::Inside;
        Self { target, period }
    }

    /// A period for the handlers at one breakpoint.
    pub(crate) fn at(
        loop_info: &'static LoopInfo,
        breakpoint: BreakpointId,
        period: Period,
    ) -> Self {
        let target = Target::Breakpoint(loop_info, breakpoint);
        Self { target, period }
    }

    pub(crate) fn period(&self) -> &Period {
        &self.period
    }

    /// Whether it is for handlers at a breakpoint of the plan's loop.
    fn is_for(&self, loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
        match self.target {
            Target::Inside => can_repeat(loop_info, breakpoint),
            Target::Breakpoint(of, at) => of.type_id == loop_info.type_id && at == breakpoint,
        }
    }

    /// Why it is for none of the handlers of a callback that has them at `handled`, and what to write. `None` where it is for one.
    pub(crate) fn is_idle(&self, loop_info: &LoopInfo, handled: BreakpointSet) -> Option<String> {
        if handled.iter().any(|at| self.is_for(loop_info, at)) {
            return None;
        }
        Some(match self.target {
            Target::Inside => not_inside(loop_info, handled),
            Target::Breakpoint(of, at) if of.type_id == loop_info.type_id => {
                not_there(loop_info, at, handled)
            }
            Target::Breakpoint(of, at) => elsewhere(loop_info, &path(of, at), handled),
        })
    }
}

/// The period that was given last for handlers at a breakpoint.
pub(crate) fn attached_period(
    periods: &[AttachedPeriod],
    loop_info: &LoopInfo,
    breakpoint: BreakpointId,
) -> Option<Period> {
    let mut latest_first = periods.iter().rev();
    let attached = latest_first.find(|period| period.is_for(loop_info, breakpoint))?;
    Some(attached.period.clone())
}

/// Whether a breakpoint is inside of an outermost scope, and not its begin or end.
fn can_repeat(loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
    let breakpoint = &loop_info.breakpoints[breakpoint];
    let scope = breakpoint.scope_id().map(|scope| &loop_info.scopes[scope]);
    match breakpoint.role() {
        Role::Inside => true,
        Role::Begin | Role::End => scope.and_then(ScopeInfo::parent).is_some(),
        _ => false,
    }
}

fn not_inside(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
    let names = names(loop_info, handled);
    let repeats = |at: &BreakpointId| !matches!(loop_info.role(*at), Role::Enter | Role::Exit);
    let first = handled.iter().find(repeats);
    match (names.is_empty(), first) {
        (true, _) => "`every` is for its handlers, and it has none; leave `every` out".to_owned(),
        (_, None) => format!(
            "`every` is for handlers inside of a run, and it has them at {names} alone, once in a run; leave `every` out"
        ),
        (_, Some(first)) => format!(
            "`every` is for handlers inside of a run, and it has them at {names} alone; write `every_at({}, …)`, or leave `every` out",
            path(loop_info, first)
        ),
    }
}

fn not_there(loop_info: &LoopInfo, at: BreakpointId, handled: BreakpointSet) -> String {
    format!(
        "`every_at({}, …)` is for a handler there, and it has none; {}",
        path(loop_info, at),
        instead(loop_info, handled)
    )
}

fn elsewhere(loop_info: &LoopInfo, written: &str, handled: BreakpointSet) -> String {
    format!(
        "`every_at({written}, …)` names a breakpoint of another loop, and this is a plan of {}; {}",
        loop_info.name,
        instead(loop_info, handled)
    )
}

/// What to write for a callback that has handlers at `handled`.
fn instead(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
    match handled.iter().next() {
        None => "it has no handlers: leave it out".to_owned(),
        Some(_) => format!(
            "name where it has one, {}, or leave it out",
            names(loop_info, handled)
        ),
    }
}

fn names(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
    let names = handled.iter().map(|at| loop_info.breakpoints[at].name());
    names.collect::<Vec<_>>().join(", ")
}

/// A breakpoint as it is written in a program.
fn path(loop_info: &LoopInfo, at: BreakpointId) -> String {
    format!("{}::{}", loop_info.name, loop_info.breakpoints[at])
}
