//! Periods that were said where a callback was attached.

use crate::loops::{Breakpoint, BreakpointSet, Loop, Role, ScopeInfo};
use crate::period::Period;
use std::any::TypeId;

/// A period, and the handlers that it is for.
#[derive(Debug, Clone)]
pub(crate) struct AttachedPeriod {
    /// `None` for all inside of the run.
    at: Option<LoopBreakpoint>,
    period: Period,
}

/// A breakpoint, and the loop that it is of: loops of the same name are not the same.
#[derive(Debug, Clone, Copy)]
struct LoopBreakpoint {
    of: TypeId,
    at: &'static Breakpoint,
}

impl AttachedPeriod {
    pub(crate) fn inside(period: Period) -> Self {
        Self { at: None, period }
    }

    pub(crate) fn at<L: Loop>(at: &'static Breakpoint, period: Period) -> Self {
        let of = TypeId::of::<L>();
        Self {
            at: Some(LoopBreakpoint { of, at }),
            period,
        }
    }

    /// What it says, wherever that is.
    pub(crate) fn period(&self) -> &Period {
        &self.period
    }

    /// Whether it is for handlers at `at`.
    fn is_for<L: Loop>(&self, at: &Breakpoint) -> bool {
        match self.at {
            Some(breakpoint) => breakpoint.is_of::<L>() && breakpoint.at == at,
            None => is_inside::<L>(at),
        }
    }

    /// Why it is for none of the handlers that a callback has at `places`, if it is not, and what to write.
    pub(crate) fn is_idle<L: Loop>(&self, places: BreakpointSet) -> Option<String> {
        let mut handled = places.iter().filter_map(|at| L::BREAKPOINTS.get(at));
        if handled.any(|at| self.is_for::<L>(at)) {
            return None;
        }
        Some(match self.at {
            Some(breakpoint) if breakpoint.is_of::<L>() => not_there::<L>(breakpoint.at, places),
            Some(breakpoint) => elsewhere::<L>(breakpoint.at, places),
            None => not_inside::<L>(places),
        })
    }
}

impl LoopBreakpoint {
    fn is_of<L: Loop>(self) -> bool {
        self.of == TypeId::of::<L>()
    }
}

/// What was said last of the handlers at `at`.
pub(crate) fn attached_period<L: Loop>(
    periods: &[AttachedPeriod],
    at: &Breakpoint,
) -> Option<Period> {
    let mut said = periods.iter().rev();
    let period = said.find(|attached| attached.is_for::<L>(at))?;
    Some(period.period.clone())
}

/// Whether a breakpoint is neither at the beginning nor at the end of a run.
fn is_inside<L: Loop>(at: &Breakpoint) -> bool {
    let scope = at.scope().and_then(|index| L::SCOPES.get(index));
    match at.role() {
        Role::Inside => true,
        Role::Begin | Role::End => scope.and_then(ScopeInfo::parent).is_some(),
        _ => false,
    }
}

fn not_inside<L: Loop>(places: BreakpointSet) -> String {
    let its = named::<L>(places.iter());
    let repeats = |at: &usize| !matches!(L::BREAKPOINTS[*at].role(), Role::Enter | Role::Exit);
    let first = places.iter().find(repeats);
    match (its.is_empty(), first) {
        (true, _) => "`every` is for its handlers, and it has none; leave `every` out".to_owned(),
        (_, None) => format!(
            "`every` is for handlers inside of a run, and it has them at {its} alone, once in a run; leave `every` out"
        ),
        (_, Some(first)) => format!(
            "`every` is for handlers inside of a run, and it has them at {its} alone; write `every_at({}, …)`, or leave `every` out",
            path::<L>(&L::BREAKPOINTS[first])
        ),
    }
}

fn not_there<L: Loop>(at: &Breakpoint, places: BreakpointSet) -> String {
    format!(
        "`every_at({}, …)` is for a handler there, and it has none; {}",
        path::<L>(at),
        instead::<L>(places)
    )
}

fn elsewhere<L: Loop>(at: &Breakpoint, places: BreakpointSet) -> String {
    format!(
        "`every_at({}::{at}, …)` names a breakpoint of another loop, and this is a plan of {}; {}",
        at.loop_name(),
        L::NAME,
        instead::<L>(places)
    )
}

/// What can be written where it has handlers at `places`.
fn instead<L: Loop>(places: BreakpointSet) -> String {
    match places.iter().next() {
        None => "it has no handlers: leave it out".to_owned(),
        Some(_) => format!(
            "name where it has one, {}, or leave it out",
            named::<L>(places.iter())
        ),
    }
}

fn named<L: Loop>(places: impl Iterator<Item = usize>) -> String {
    let names: Vec<&str> = places.map(|at| L::BREAKPOINTS[at].name()).collect();
    names.join(", ")
}

/// As it is written in a program.
fn path<L: Loop>(at: &Breakpoint) -> String {
    format!("{}::{at}", L::NAME)
}
