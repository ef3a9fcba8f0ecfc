//! Periods that were said where a callback was attached.

use crate::breakpoint::{Breakpoint, Loop, Role, ScopeInfo};
use crate::period::Period;

/// A period, and the handlers that it is for.
#[derive(Debug, Clone)]
pub(super) struct Scheduled {
    /// `None` for all inside of the run.
    at: Option<&'static Breakpoint>,
    period: Period,
}

impl Scheduled {
    pub(super) fn inside(period: Period) -> Self {
        Self { at: None, period }
    }

    pub(super) fn at(at: &'static Breakpoint, period: Period) -> Self {
        Self {
            at: Some(at),
            period,
        }
    }

    /// Whether it is for handlers at `at`.
    pub(super) fn is_for<L: Loop>(&self, at: &Breakpoint) -> bool {
        match self.at {
            Some(place) => place == at,
            None => is_inside::<L>(at),
        }
    }
}

/// What was said last of the handlers at `at`.
pub(super) fn scheduled<L: Loop>(periods: &[Scheduled], at: &Breakpoint) -> Option<Period> {
    let mut said = periods.iter().rev();
    let period = said.find(|scheduled| scheduled.is_for::<L>(at))?;
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
