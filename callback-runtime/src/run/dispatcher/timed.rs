//! The handlers of a list that have a period.

use super::Machine;
use crate::catch::catch;
use crate::period::{Due, Timing};
use crate::raw::{Code, Erased, Frame, GateMaker, Want};
use std::any::TypeId;

/// Whether a handler with these wants asks why it runs.
pub(super) fn asks_why(wants: &[Want]) -> bool {
    let due = TypeId::of::<Due>();
    wants.iter().any(|want| want.type_id == due)
}

impl<D: ?Sized + Erased> Machine<D> {
    /// Whether the handler at `at` is due. Where it asks why, it finds that in the state.
    pub(crate) fn is_due(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> bool {
        let handler = self.lists[list].handlers.get_mut(at);
        match handler.map(|handler| (handler.asks_why, handler.timing())) {
            None => false,
            Some((_, None)) => true,
            Some((asks_why, Some(timing))) => is_due(timing, asks_why, frame),
        }
    }

    /// All of a list have been asked: they wait until the next of them may be due.
    #[inline(never)]
    pub(super) fn settle(&mut self, list: usize, frame: &mut Frame<'_>) {
        // Why one ran is nothing to those that run whenever their breakpoint fires.
        let _ = frame.view().remove::<Due>();
        // A counter may panic; the handler that asks for it next fails then.
        let soonest = catch(|| self.soonest(list, frame)).unwrap_or_default();
        self.core.wait(list, soonest, frame);
    }

    /// `None` if they wait for different counters, or for what no counter tells.
    fn soonest(&self, list: usize, frame: &Frame<'_>) -> Option<(GateMaker, u64)> {
        let handlers = self.lists[list].handlers.iter();
        let mut soonest = None;
        for timing in handlers.filter_map(|handler| handler.timing.as_ref()) {
            let (unit, next) = timing.waits_for()?;
            let (together, at) = *soonest.get_or_insert((unit, next));
            if together != unit {
                return None;
            }
            soonest = Some((unit, next.min(at)));
        }
        let (unit, next) = soonest?;
        Some((frame.clock.gates(unit)?, next))
    }

    /// Runs one if it is to run once more before the run ends.
    pub(crate) fn run_owed(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> Code {
        frame.halt_at(at);
        let handler = self.lists[list].handlers.get_mut(at);
        let Some(timing) = handler.and_then(|handler| handler.timing()) else {
            return Code::Continue;
        };
        let now = frame.clock.position(frame.table());
        if !timing.is_owed(&now) {
            return Code::Continue;
        }
        let due = timing.catch_up(&now);
        frame.view().insert(due);
        self.run_one(list, at, frame)
    }
}

#[inline(never)]
fn is_due(timing: &mut Timing, asks_why: bool, frame: &mut Frame<'_>) -> bool {
    let now = frame.clock.position(frame.table());
    let due = timing.is_due(&now, frame.clock.is_ending);
    let is_due = due.is_some();
    if let Some(due) = due.filter(|_| asks_why) {
        frame.view().insert(due);
    }
    is_due
}
