//! Periods: what they say can be meant, the loop counts their units, and they come due in this run.

use super::Subject;
use crate::breakpoint::{Breakpoint, Loop, Role};
use crate::callback::short_type_name;
use crate::marks::Marks;
use crate::period::{Due, Period, Timing, Unit};
use crate::plan::problem::{Problem, ProblemKind};
use crate::plan::{Placed, Text};
use crate::raw::{Need, Want};
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

/// What was said where a callback was attached is said of one of its handlers. What it says is looked at all the same.
pub(super) fn check_idle<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let order = subject.resolved.order.iter();
    let known = order.filter_map(|at| Some((*at, *subject.resolved.handled.get(at)?)));
    known
        .flat_map(|(at, places)| idle(subject, at, places))
        .collect()
}

fn idle<L: Loop>(subject: &Subject<'_, L>, at: usize, places: Marks) -> Vec<Problem> {
    let attached = &subject.attached[at];
    let mut texts = Vec::new();
    for scheduled in &attached.periods {
        if let Some(why) = scheduled.is_idle::<L>(places) {
            texts.push(why);
            texts.extend(scheduled.period().problems());
        }
    }
    let problem = |text| Problem {
        // Where it was said, and not where the callback is written.
        site: attached.added_at,
        ..subject.of_callback(at, ProblemKind::Setting, Text::plain(text))
    };
    texts.into_iter().map(problem).collect()
}

/// What only the run changes is asked for to be read.
pub(super) fn check_read_only<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let changed = subject.handlers().flat_map(|(at, placed)| {
        let wants = placed.wants.iter().filter(|want| of_the_run(want));
        wants.map(move |want| (at, placed, short_type_name(want.type_name)))
    });
    changed
        .map(|(at, placed, state)| {
            let text =
                format!("asks for `&mut {state}`, which only the run changes; ask for `&{state}`");
            subject.of_handler(at, placed, ProblemKind::ReadOnly, Some(state), text)
        })
        .collect()
}

/// Whether it is to change what the run says of itself.
fn of_the_run(want: &Want) -> bool {
    let of_the_run = [TypeId::of::<Due>(), TypeId::of::<Breakpoint>()];
    want.need == Need::Write && of_the_run.contains(&want.type_id)
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
