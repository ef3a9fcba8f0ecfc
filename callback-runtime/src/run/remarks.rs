//! What the outcome of a run tells beside its ending: handlers that did not run, refused stops, swallowed failures and dropped calls.

use super::{HandlerRecord, RunCore};
use crate::callback::{HandlerId, short_type_name};
use crate::outcome::{MissingState, NeverDue, Remarks, Skipped, catch};
use crate::period::{HandlerPeriod, Position, Unit};

/// How often a handler was skipped, and what it lacked.
#[derive(Debug)]
pub(crate) struct Skips {
    times: u64,
    /// The state that was absent at the first time.
    missing: Vec<MissingState>,
}

impl RunCore<'_> {
    /// Counts a handler that did not run because state that it requires was absent, unless its callback is disabled. A handler of a ready-made
    /// callback is not counted where something has left the scope: it has nothing to do there, as a metric in a batch without a prediction.
    #[cold]
    pub(crate) fn count_skipped(&mut self, handler: HandlerId) {
        let record = self.dispatcher.record(handler);
        let is_ready_made = self.resolved.ready_made[record.callback];
        let has_nothing_to_do = is_ready_made && self.run_state.is_interrupted();
        if has_nothing_to_do || self.run_state.cold.swallowed.has_disabled(record.callback) {
            return;
        }
        if let Some(skips) = self.run_state.cold.skipped.get_mut(&handler) {
            skips.times += 1;
            return;
        }
        let missing = self.missing(record);
        let skips = Skips { times: 1, missing };
        self.run_state.cold.skipped.insert(handler, skips);
    }

    /// Returns the state that a handler requires and that is absent.
    fn missing(&self, record: &HandlerRecord) -> Vec<MissingState> {
        let table = self.frame.table();
        let required = record.accesses.iter().filter(|access| !access.optional);
        let missing = required.filter(|access| !table.holds(access.slot));
        let of_whole_run = &self.resolved.of_whole_run;
        missing
            .map(|access| MissingState::new(access, of_whole_run.contains(&access.type_id)))
            .collect()
    }

    /// Returns what the run did not do, before the exits. A run that did not finish does not tell which periods were never due.
    pub(crate) fn remarks(&mut self, is_finished: bool) -> Remarks {
        Remarks {
            skipped: self.skipped(),
            never_due: if is_finished {
                self.never_due()
            } else {
                Vec::new()
            },
            refused: std::mem::take(&mut self.run_state.cold.refused),
            swallowed: self.run_state.cold.swallowed.report(),
            dropped: self.dropped(),
            of_run: std::mem::take(&mut self.run_state.cold.remarks),
        }
    }

    /// Returns the handlers that did not run because state that they require was absent.
    pub(crate) fn skipped(&self) -> Vec<Skipped> {
        let skipped = self.run_state.cold.skipped.iter();
        skipped
            .map(|(handler, skips)| {
                let (origin, at) = (
                    self.origin(*handler),
                    self.loop_info.breakpoints[handler.breakpoint],
                );
                Skipped::new(origin, at, skips.times, skips.missing.clone())
            })
            .collect()
    }

    /// Returns the handlers whose period could not be due, because no counter of its units has moved in this run.
    fn never_due(&self) -> Vec<NeverDue> {
        let mut never_due = Vec::new();
        // A counter may panic. The run has reported it, if a handler reads the counter.
        let position = || catch(|| self.frame.clock.position(self.frame.table())).ok();
        let is_periodic = !self.resolved.periodic.is_empty();
        let Some(now) = is_periodic.then(position).flatten() else {
            return never_due;
        };
        for at in self.resolved.periodic.iter() {
            for turn in self.dispatcher.turns(at) {
                let handler = HandlerId::new(at, turn);
                let period = self.dispatcher.record(handler).period.as_deref();
                if let Some(why) = period.and_then(|period| self.why_never_due(period, &now)) {
                    let breakpoint = self.loop_info.breakpoints[at];
                    never_due.push(NeverDue::new(self.origin(handler), breakpoint, why));
                }
            }
        }
        never_due
    }

    /// Returns why a period could not be due in a run that ends at `now`. `None` if it was or could have been.
    fn why_never_due(&self, period: &HandlerPeriod, now: &Position) -> Option<String> {
        let still = period.still_units(now)?;
        let texts: Vec<String> = still
            .into_iter()
            .map(|unit| self.still_text(unit, now))
            .collect();
        Some(format!("its period is in {}", texts.join(", and in ")))
    }

    /// Describes a unit whose counter has not moved.
    fn still_text(&self, unit: Unit, now: &Position) -> String {
        let counter = self.frame.clock.counter(unit);
        let name = counter.map_or_else(String::new, |counter| short_type_name(counter.type_name));
        match now.amount(unit) {
            Some(amount) => format!("{unit}, and `{name}` stayed at {amount}"),
            None => format!("{unit}, and no `{name}` is in the state"),
        }
    }
}
