//! Periods that an attachment sets: `plan.add(…).every(…)` and `plan.add(…).every_at(…)`.

use crate::loops::{BreakpointId, BreakpointSet, LoopInfo, Role, ScopeInfo};
use crate::period::Period;

/// A period that an attachment sets, and the handlers that it applies to.
#[derive(Debug, Clone)]
pub(crate) struct AttachedPeriod {
    target: Target,
    period: Period,
}

/// The handlers of a callback that a period applies to.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// The handlers that can run more than once in a run.
    Repeating,
    /// The handlers at one breakpoint of a loop.
    Breakpoint(&'static LoopInfo, BreakpointId),
}

impl AttachedPeriod {
    /// Sets the period of the handlers that can run more than once in a run.
    pub(crate) fn repeating(period: Period) -> Self {
        let target = Target::Repeating;
        Self { target, period }
    }

    /// Sets the period of the handlers at one breakpoint.
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

    /// Whether the period applies to handlers at a breakpoint of the plan's loop.
    fn applies_to(&self, loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
        match self.target {
            Target::Repeating => can_repeat(loop_info, breakpoint),
            Target::Breakpoint(target_loop, at) => {
                target_loop.type_id == loop_info.type_id && at == breakpoint
            }
        }
    }

    /// Returns why the period applies to none of the callback's handlers, which are at `handled`, and what to write. `None` if it applies to
    /// one.
    pub(crate) fn why_idle(&self, loop_info: &LoopInfo, handled: BreakpointSet) -> Option<String> {
        if handled.iter().any(|at| self.applies_to(loop_info, at)) {
            return None;
        }
        Some(match self.target {
            Target::Repeating => no_repeating_handler(loop_info, handled),
            Target::Breakpoint(target_loop, at) if target_loop.type_id == loop_info.type_id => {
                no_handler_at(loop_info, at, handled)
            }
            Target::Breakpoint(target_loop, at) => {
                of_another_loop(loop_info, &path(target_loop, at), handled)
            }
        })
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

fn no_handler_at(loop_info: &LoopInfo, at: BreakpointId, handled: BreakpointSet) -> String {
    format!(
        "`every_at({}, …)` is for a handler there, and it has none; {}",
        path(loop_info, at),
        advice(loop_info, handled)
    )
}

fn of_another_loop(loop_info: &LoopInfo, written: &str, handled: BreakpointSet) -> String {
    format!(
        "`every_at({written}, …)` names a breakpoint of another loop, and this is a plan of {}; {}",
        loop_info.name,
        advice(loop_info, handled)
    )
}

/// Returns what to write for a callback that has handlers at `handled`.
fn advice(loop_info: &LoopInfo, handled: BreakpointSet) -> String {
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

/// Returns the path of a breakpoint in a program: `Fit::on_epoch_end`.
fn path(loop_info: &LoopInfo, at: BreakpointId) -> String {
    format!("{}::{}", loop_info.name, loop_info.breakpoints[at])
}
