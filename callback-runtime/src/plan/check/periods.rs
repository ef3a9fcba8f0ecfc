//! Periods: what they say can be meant, the loop counts their units, and they come due in this run.

use super::Subject;
use crate::breakpoint::{Loop, Role};
use crate::period::{Due, Period, Timing, Unit};
use crate::plan::Placed;
use crate::plan::problem::{Problem, ProblemKind};
use std::any::TypeId;

/// What a period says can be meant.
pub(super) fn check_periods<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let timed = subject.handlers().filter_map(with_period);
    let mut problems = Vec::new();
    for (at, placed, period) in timed {
        let mut texts = period.problems();
        texts.extend(uncounted(subject, period));
        if matches!(L::BREAKPOINTS[at].role(), Role::Enter | Role::Exit) {
            texts.push("runs once in a run and cannot have a period; leave `every` out".into());
        }
        let kind = ProblemKind::Setting;
        problems.extend(
            texts
                .into_iter()
                .map(|text| subject.of_handler(at, placed, kind, None, text)),
        );
    }
    problems
}

/// Who asks why it runs has a period.
pub(super) fn check_due<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let asks = |placed: &Placed| {
        let mut wants = placed.wants.iter();
        wants.any(|want| want.type_id == TypeId::of::<Due>())
    };
    let untimed = subject
        .handlers()
        .filter(|(_, placed)| placed.period.is_none());
    untimed
        .filter(|(_, placed)| asks(placed))
        .map(|(at, placed)| {
            let text = "`Due` exists only where a handler has a period; give it one with `every`";
            let state = Some("Due".into());
            subject.of_handler(at, placed, ProblemKind::NotHere, state, text.into())
        })
        .collect()
}

/// What is scheduled comes due in this run. A note: short runs that go on one another are as good as a long one.
pub(super) fn check_dues<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let start = subject.start();
    let totals = subject.of_run.totals();
    let timed = subject.handlers().filter_map(with_period);
    let never = timed.filter_map(|(at, placed, period)| {
        let why = Timing::new(period.clone())
            .can_fire(&start, &totals)
            .err()?;
        Some(subject.of_handler(at, placed, ProblemKind::NeverRuns, None, why))
    });
    never.collect()
}

fn with_period((at, placed): (usize, &Placed)) -> Option<(usize, &Placed, &Period)> {
    Some((at, placed, placed.period.as_ref()?))
}

/// The units of a period that the loop does not count.
fn uncounted<L: Loop>(subject: &Subject<'_, L>, period: &Period) -> Vec<String> {
    let mut counted: Vec<Unit> = subject
        .of_loop
        .counters()
        .iter()
        .map(|it| it.unit)
        .collect();
    counted.push(Unit::Seconds);
    counted.sort();
    let units = period.units().filter(|unit| !counted.contains(unit));
    let names: Vec<&str> = counted.iter().map(|unit| unit.word()).collect();
    units
        .map(|unit| {
            format!(
                "its period is in {unit}, which {} does not count; it counts {}",
                L::NAME,
                names.join(", ")
            )
        })
        .collect()
}
