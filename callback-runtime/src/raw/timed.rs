//! The handlers of a list that have a period.

use super::fetch::Want;
use super::gate::Gate;
use super::list::List;
use super::thunk::{Code, Frame};
use crate::period::{Memory, Position, Timing};
use std::any::TypeId;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl List {
    /// Whether it is the turn of the handler at `at`, of which it is told.
    #[inline]
    pub(super) fn is_due(&mut self, at: usize, frame: &mut Frame<'_>) -> bool {
        let Some(armed) = self.armed.get_mut(at) else {
            return false;
        };
        match &mut armed.timing {
            None => true,
            Some(timing) => is_due(timing, armed.asks_why, frame),
        }
    }

    /// Closes the gate until the next of them may be due.
    #[inline(never)]
    pub(super) fn settle(&mut self, frame: &mut Frame<'_>) {
        if self.aimed != frame.handed.view.table().layout() {
            self.aim(frame.handed.view.table_mut());
        }
        self.gate = self.soonest_if_it_can_be_told(frame).unwrap_or(Gate::OPEN);
        if self.constant.is_empty() {
            frame.clock.wait(self.at, self.gate);
        }
    }

    /// A counter is somebody's code; where it panics, that is told to the handler that asks for it the next time.
    fn soonest_if_it_can_be_told(&self, frame: &Frame<'_>) -> Option<Gate> {
        match catch_unwind(AssertUnwindSafe(|| self.soonest(frame))) {
            Ok(gate) => gate,
            Err(panic) => {
                // Dropping what was thrown may throw again.
                forget(panic);
                None
            }
        }
    }

    /// `None` if they wait for different counters, or for what no counter tells.
    fn soonest(&self, frame: &Frame<'_>) -> Option<Gate> {
        let table = frame.handed.view.table();
        let timings = self.armed.iter().filter_map(|armed| armed.timing.as_ref());
        let mut soonest = None;
        for timing in timings {
            let (unit, next) = timing.waits_for()?;
            let (together, at) = *soonest.get_or_insert((unit, next));
            if together != unit {
                return None;
            }
            soonest = Some((unit, next.min(at)));
        }
        let (unit, next) = soonest?;
        frame.clock.gate(unit, next, table)
    }

    /// A run begins.
    pub(super) fn begin(&mut self, now: &Position, totals: &Position) {
        self.gate = Gate::OPEN;
        let timings = self.armed.iter_mut();
        let timings = timings.filter_map(|armed| armed.timing.as_mut());
        timings.for_each(|timing| timing.begin(now, totals));
    }

    /// Runs one if it is to run once more before the run ends.
    pub(super) fn run_owed(&mut self, at: usize, frame: &mut Frame<'_>) -> Code {
        let armed = self.armed.get_mut(at);
        let Some(timing) = armed.and_then(|armed| armed.timing.as_mut()) else {
            return Code::Continue;
        };
        let now = frame.clock.position(frame.handed.view.table());
        if !timing.is_owed(&now) {
            return Code::Continue;
        }
        let due = timing.catch_up(&now);
        frame.handed.view.insert(due);
        self.run_one(at, frame)
    }

    pub(super) fn memory(&self, at: usize) -> Option<Memory> {
        Some(self.armed.get(at)?.timing.as_ref()?.memory())
    }

    pub(super) fn remember(&mut self, at: usize, memory: &Memory) {
        let armed = self.armed.get_mut(at);
        if let Some(timing) = armed.and_then(|armed| armed.timing.as_mut()) {
            timing.restore(memory);
        }
    }
}

#[inline(never)]
fn is_due(timing: &mut Timing, asks_why: bool, frame: &mut Frame<'_>) -> bool {
    let now = frame.clock.position(frame.handed.view.table());
    let due = timing.is_due(&now, frame.clock.is_ending);
    let is_due = due.is_some();
    if let Some(due) = due.filter(|_| asks_why) {
        frame.handed.view.insert(due);
    }
    is_due
}

pub(super) fn asks<T: 'static>(wants: &[Want]) -> bool {
    wants.iter().any(|want| want.type_id == TypeId::of::<T>())
}
