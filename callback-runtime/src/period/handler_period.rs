//! The period of a bound handler: at each visit it decides whether the handler runs.
//!
//! A *visit* is a firing of the handler's breakpoint, at which the dispatcher asks the period.

use super::due::Reasons;
use super::interval::{end_threshold, has_reached};
use super::state::IntervalState;
use super::{Amount, Due, Period, PeriodState, Position, Trigger, TriggerKind, Unit};
use std::sync::Arc;

/// The period of a bound handler, and its progress.
#[derive(Debug, Clone)]
pub(crate) struct HandlerPeriod {
    /// The period as it was declared.
    period: Period,
    /// The short name of the period. Each [`Due`] has it.
    name: Arc<str>,
    /// The progress of the handler. Each visit changes it, and it outlives the run.
    state: PeriodState,
    /// The position at which the run began. [`begin`](Self::begin) sets it.
    began: Position,
    /// The position at which the run ends, in the units for which it is known. [`begin`](Self::begin) sets it.
    totals: Position,
    /// Whether the next visit is the first one, for `first`. [`begin`](Self::begin) sets it, and each visit clears it.
    is_first_visit: bool,
    /// Whether the handler has been visited in this run. [`begin`](Self::begin) clears it, and each visit sets it.
    visited_in_run: bool,
}

/// The calls of runs and dispatchers.
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

    /// Begins a run at `now`. `totals` is the position at which the run ends, in the units for which it is known.
    ///
    /// A handler that was visited in an earlier run is still due for a mark that the loop has crossed since then. A new handler is not due
    /// for marks before `now`. If the loop begins again at 0, so does the handler.
    pub(crate) fn begin(&mut self, now: &Position, totals: &Position) {
        self.state.begin(now);
        self.is_first_visit = !self.state.visited && now.is_beginning();
        self.visited_in_run = false;
        (self.began, self.totals) = (*now, *totals);
    }

    /// Records a visit at `now`. Returns why the handler runs; `None` if it does not run. `is_ending` says that a stop is pending, so that
    /// this may be the last visit.
    pub(crate) fn is_due(&mut self, now: &Position, is_ending: bool) -> Option<Due> {
        if !self.visited_in_run && now.is_behind(&self.began) {
            // The loop has set its counter back since the run began.
            self.state.rewind(now);
            self.is_first_visit = true;
        }
        let (reasons, mut runs) = self.reasons(now, is_ending);
        runs |= reasons.last && !self.state.ran_at(now);
        self.state.visit(now, runs);
        self.visited_in_run = true;
        runs.then(|| Due::new(reasons, &self.name))
    }

    /// Whether the handler must run once more at the end of the run: its period has `last`, it was visited in this run, and it has not run
    /// at the current position.
    pub(crate) fn is_due_at_end(&self, now: &Position) -> bool {
        let is_last = |trigger: &Trigger| trigger.kind == TriggerKind::Last && trigger.allows(now);
        self.visited_in_run && !self.state.ran_at(now) && self.period.triggers.iter().any(is_last)
    }

    /// Records that the handler runs once more at the end of the run, and returns why it does.
    pub(crate) fn run_at_end(&mut self, now: &Position) -> Due {
        self.state.visit(now, true);
        Due::new(Reasons::LAST, &self.name)
    }

    /// Returns the first position at which the handler may be due, if a single unit decides it: not seconds, and no predicate.
    ///
    /// The position is the bits of the counter: a whole number as it is, a real number as `f64::to_bits`. Numbers that are not negative have
    /// the order of their bits. The bits of NaN are greater, so that a counter at NaN lets the visit happen; it is not due.
    pub(crate) fn next_due(&self) -> Option<(Unit, u64)> {
        let unit = self.deciding_unit()?;
        let intervals = self.state.intervals.iter();
        let marks = intervals.filter_map(IntervalState::threshold);
        let end = self.last_due(unit);
        let next = marks.chain(end).map(bits).min().unwrap_or(u64::MAX);
        let is_due_now = self.is_first_visit && self.period.has(&TriggerKind::First);
        Some((unit, if is_due_now { 0 } else { next }))
    }

    /// Returns the units of the period if the handler was visited in this run, and none of them has moved since the run began, so that the
    /// period could not be due. `None` if it could, also because of a predicate, or of `first` or `last`.
    pub(crate) fn still_units(&self, now: &Position) -> Option<Vec<Unit>> {
        let units: Vec<Unit> = self.period.units().collect();
        let is_still = |unit: &Unit| match (self.began.amount(*unit), now.amount(*unit)) {
            (_, None) => true,
            (Some(began), Some(now)) => began == now,
            (None, Some(_)) => false,
        };
        let has_intervals_alone = self.period.intervals().count() == self.period.triggers.len();
        let never = self.visited_in_run && has_intervals_alone && units.iter().all(is_still);
        (never && !units.is_empty()).then_some(units)
    }

    /// The period as it was declared.
    pub(crate) fn declared(&self) -> &Period {
        &self.period
    }

    /// Returns the progress of the handler, for a checkpoint.
    pub(crate) fn state(&self) -> PeriodState {
        self.state.clone()
    }

    /// Continues from `state`; see [`PeriodState::restore`].
    pub(crate) fn restore(&mut self, state: &PeriodState) {
        self.state.restore(state);
    }

    /// Continues from the state of a saved run at the position of that run. Without a state, the handler begins at this position.
    pub(crate) fn continue_at(&mut self, saved: Option<&PeriodState>, now: &Position) {
        match saved {
            Some(saved) => self.restore(saved),
            None => self.state = PeriodState::new(&self.period),
        }
        let totals = self.totals;
        self.begin(now, &totals);
        if self.state.visited {
            // The visits of the saved run are visits of this one, which began where that one did.
            self.visited_in_run = true;
            self.began = Position::new();
        }
    }

    /// Copies the progress of `other`, which has the same period.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.state.copy_from(&other.state);
        (self.began, self.totals) = (other.began, other.totals);
        (self.is_first_visit, self.visited_in_run) = (other.is_first_visit, other.visited_in_run);
    }
}

/// The evaluation of a visit.
impl HandlerPeriod {
    /// Returns the triggers that fire at `now`, and whether one of them is not `last`. Lets the intervals move on.
    fn reasons(&mut self, now: &Position, is_ending: bool) -> (Reasons, bool) {
        let is_first = std::mem::take(&mut self.is_first_visit);
        let is_last = is_ending || self.is_at_end(now);
        let mut intervals = self.state.intervals.iter_mut();
        let (mut reasons, mut runs) = (Reasons::NONE, false);
        for trigger in &self.period.triggers {
            // An interval moves on even if a predicate refuses the mark.
            let fires = match &trigger.kind {
                TriggerKind::Interval(_) => intervals.next().is_some_and(|next| next.crosses(now)),
                TriggerKind::Predicate(predicate) => predicate.holds(now),
                TriggerKind::First => is_first,
                TriggerKind::Last => is_last,
            };
            if fires && trigger.allows(now) {
                reasons.add(&trigger.kind);
                runs |= trigger.kind != TriggerKind::Last;
            }
        }
        (reasons, runs)
    }

    /// Whether the loop has reached all totals of the run, and the totals include the units of the period. A period of steps cannot know its
    /// last visit if only the total of epochs is known.
    fn is_at_end(&self, now: &Position) -> bool {
        let mut units = self.period.units().filter(|unit| *unit != Unit::Seconds);
        let has_end = |(unit, end): (Unit, Amount)| {
            now.amount(unit)
                .is_none_or(|amount| has_reached(amount, end))
        };
        self.totals.counted().next().is_some()
            && units.all(|unit| self.totals.amount(unit).is_some())
            && self.totals.counted().all(has_end)
    }

    /// Returns the unit that alone decides when the handler is due. `None` for several units, for seconds, and for predicates.
    fn deciding_unit(&self) -> Option<Unit> {
        let has_predicate = |trigger: &Trigger| {
            matches!(trigger.kind, TriggerKind::Predicate(_)) || !trigger.only.is_empty()
        };
        let mut units = self.period.units();
        let unit = units.next().filter(|unit| *unit != Unit::Seconds)?;
        // The bits of a whole number cannot be compared with those of a real one.
        let comparable = [self.began, self.totals].into_iter().all(|position| {
            let amount = position.amount(unit);
            amount.is_none_or(|amount| amount.whole().is_some() == unit.is_whole())
        });
        let decides = units.next().is_none() && !self.period.triggers.iter().any(has_predicate);
        (comparable && decides).then_some(unit)
    }

    /// Returns the first position at which `last` may be due. `None` if the period does not have `last`, or the end is not known.
    fn last_due(&self, unit: Unit) -> Option<Amount> {
        let end = self.totals.amount(unit)?;
        let first = match end {
            Amount::Real(end) => Amount::Real(end_threshold(end)),
            Amount::Whole(_) => end,
        };
        self.period.has(&TriggerKind::Last).then_some(first)
    }
}

/// Returns the bits of a counter at `amount`. A negative amount counts as 0.
fn bits(amount: Amount) -> u64 {
    match amount {
        Amount::Whole(whole) => whole,
        Amount::Real(real) => real.max(0.0).to_bits(),
    }
}
