//! A period while its handler runs.

use super::due::Reasons;
use super::interval::{has_reached, reached_from};
use super::state::IntervalState;
use super::{Amount, Due, Period, PeriodState, Position, Trigger, TriggerKind, Unit};
use std::sync::Arc;

/// A handler's period while it runs.
#[derive(Debug, Clone)]
pub(crate) struct HandlerPeriod {
    period: Period,
    /// The period's short name, which each [`Due`] has.
    name: Arc<str>,
    state: PeriodState,
    began: Position,
    totals: Position,
    /// Whether the next visit is the first of all.
    is_first_visit: bool,
    visited_in_run: bool,
}

/// What runs and dispatchers call.
impl HandlerPeriod {
    pub(crate) fn new(period: Period) -> Self {
        Self {
            name: period.short().into(),
            state: PeriodState::new(&period),
            period,
            began: Position::new(),
            totals: Position::new(),
            is_first_visit: true,
            visited_in_run: false,
        }
    }

    /// Begins a run at `now`. `totals` is where it ends, for the units whose end is known. A mark that this handler has not seen yet is
    /// still due; for a handler that remembers nothing, past marks are not. In a loop that begins again, the handler does, too.
    pub(crate) fn begin(&mut self, now: &Position, totals: &Position) {
        self.state.begin(now);
        self.is_first_visit = !self.state.visited && now.is_beginning();
        self.visited_in_run = false;
        (self.began, self.totals) = (*now, *totals);
    }

    /// Whether the handler runs at this visit; moves on. `ending`: a stop is pending, so that this may be the last visit.
    pub(crate) fn is_due(&mut self, now: &Position, ending: bool) -> Option<Due> {
        if !self.visited_in_run && now.is_behind(&self.began) {
            // The loop has set its counter back since the run began.
            self.state.go_back(now);
            self.is_first_visit = true;
        }
        let reasons = self.reasons(now, ending);
        let again = self.state.ran_at(now);
        let runs = reasons.runs_handler() || (reasons.last && !again);
        self.state.visit(now, runs);
        self.visited_in_run = true;
        runs.then(|| Due::new(reasons, &self.name))
    }

    /// Whether a handler with `last` must run once more at the end of a run: it was visited in this run, and has not run at the current
    /// position.
    pub(crate) fn is_due_at_end(&self, now: &Position) -> bool {
        let last = |trigger: &Trigger| trigger.kind == TriggerKind::Last && trigger.allows(now);
        self.visited_in_run && !self.state.ran_at(now) && self.period.triggers.iter().any(last)
    }

    /// Records the run of the handler at the end of the run.
    pub(crate) fn run_at_end(&mut self, now: &Position) -> Due {
        self.state.visit(now, true);
        Due::new(Reasons::LAST, &self.name)
    }

    /// The first position at which the handler may be due, if one unit decides it alone: no seconds, no predicate. The position is given as
    /// the bits of the counter there: whole numbers as they are, real ones by `f64::to_bits`, because numbers that are not negative
    /// have the order of their bits. NaN has greater bits: there the handler is asked, and is not due.
    pub(crate) fn next_due(&self) -> Option<(Unit, u64)> {
        let unit = self.only_unit()?;
        let marks = self.state.intervals.iter().filter_map(IntervalState::reach);
        let end = self.end_of(unit);
        let soonest = marks.chain(end).map(bits).min().unwrap_or(u64::MAX);
        let at_once = self.is_first_visit && self.period.has(&TriggerKind::First);
        Some((unit, if at_once { 0 } else { soonest }))
    }

    /// The period as it was declared.
    pub(crate) fn declared(&self) -> &Period {
        &self.period
    }

    pub(crate) fn state(&self) -> PeriodState {
        self.state.clone()
    }

    pub(crate) fn restore(&mut self, state: &PeriodState) {
        self.state.restore(state);
    }

    /// From now on stands where `other` does, of the same period.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.state.copy_from(&other.state);
        (self.began, self.totals) = (other.began, other.totals);
        (self.is_first_visit, self.visited_in_run) = (other.is_first_visit, other.visited_in_run);
    }

    /// Whether the handler may be due in a run from `start` to `totals`; if not, why, and what to write. A run that continues an earlier
    /// one is not refused for marks before its start.
    pub(crate) fn can_fire(&self, start: &Position, totals: &Position) -> Result<(), String> {
        self.period.can_fire(start, totals)
    }
}

/// How a visit is evaluated.
impl HandlerPeriod {
    fn reasons(&mut self, now: &Position, ending: bool) -> Reasons {
        let first = std::mem::take(&mut self.is_first_visit);
        let last = ending || self.is_at_end(now);
        let mut interval = self.state.intervals.iter_mut();
        let mut reasons = Reasons::default();
        for trigger in &self.period.triggers {
            // An interval moves on also if a predicate refuses the mark.
            let says = match &trigger.kind {
                TriggerKind::Interval(_) => interval
                    .next()
                    .is_some_and(|interval| interval.crosses(now)),
                TriggerKind::Predicate(predicate) => predicate.holds(now),
                TriggerKind::First => first,
                TriggerKind::Last => last,
            };
            if says && trigger.allows(now) {
                reasons.add(&trigger.kind);
            }
        }
        reasons
    }

    /// Whether the run ends here according to its totals: all of them are reached, and the units of the period are among them. A period of
    /// steps cannot know its last visit in a loop that knows only the number of epochs.
    fn is_at_end(&self, now: &Position) -> bool {
        let mut own = self.period.units().filter(|unit| *unit != Unit::Seconds);
        let known = own.all(|unit| self.totals.amount(unit).is_some());
        let mut any = false;
        let ended = self.totals.counted().all(|(unit, end)| {
            any = true;
            now.amount(unit).is_none_or(|now| has_reached(now, end))
        });
        any && known && ended
    }

    /// The one unit by which alone this is decided.
    fn only_unit(&self) -> Option<Unit> {
        let looks = |trigger: &Trigger| {
            matches!(trigger.kind, TriggerKind::Predicate(_)) || !trigger.only.is_empty()
        };
        let mut units = self.period.units();
        let unit = units.next().filter(|unit| *unit != Unit::Seconds)?;
        // Bits compare only with those of the same kind.
        let fits = [self.began, self.totals].into_iter().all(|place| {
            let amount = place.amount(unit);
            amount.is_none_or(|amount| amount.whole().is_some() == unit.is_whole())
        });
        let alone = units.next().is_none() && !self.period.triggers.iter().any(looks);
        (fits && alone).then_some(unit)
    }

    /// Where `last` may be due, if that is asked for and known.
    fn end_of(&self, unit: Unit) -> Option<Amount> {
        let end = self.totals.amount(unit)?;
        let soonest = match end {
            Amount::Real(end) => Amount::Real(reached_from(end)),
            Amount::Whole(_) => end,
        };
        self.period.has(&TriggerKind::Last).then_some(soonest)
    }
}

/// The bits of a counter at `amount`. A negative amount counts as 0.
fn bits(amount: Amount) -> u64 {
    match amount {
        Amount::Whole(whole) => whole,
        Amount::Real(real) => real.max(0.0).to_bits(),
    }
}
