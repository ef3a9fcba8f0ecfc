//! The handlers of a list that have a period.

use crate::outcome::catch;
use crate::period::{Due, HandlerPeriod};
use crate::raw::{Access, Erased, Frame, GateFactory, HandlerStatus};
use crate::run::Dispatcher;
use std::any::TypeId;

/// Whether a handler with these wants asks why it runs.
pub(crate) fn asks_why(accesses: &[Access]) -> bool {
    let due = TypeId::of::<Due>();
    accesses.iter().any(|access| access.type_id == due)
}

impl<D: ?Sized + Erased> Dispatcher<D> {
    /// Whether the handler at `at` is due. Where it asks why, it finds that in the state.
    pub(crate) fn is_due(&mut self, list: usize, at: usize, frame: &mut Frame<'_>) -> bool {
        let handler = self.lists[list].handlers.get_mut(at);
        match handler.map(|handler| (handler.asks_why, handler.period())) {
            None => false,
            Some((_, None)) => true,
            Some((asks_why, Some(period))) => is_due(period, asks_why, frame),
        }
    }

    /// All of a list have been asked: they wait until the next of them may be due.
    #[inline(never)]
    pub(crate) fn close_gate(&mut self, list: usize, frame: &mut Frame<'_>) {
        // Why one ran is nothing to those that run whenever their breakpoint fires.
        let _ = frame.view().remove::<Due>();
        // A counter may panic; the handler that asks for it next fails then.
        let soonest = catch(|| self.soonest(list, frame)).unwrap_or_default();
        self.core.wait(list, soonest, frame);
    }

    /// `None` if they wait for different counters, or for what no counter tells.
    fn soonest(&self, list: usize, frame: &Frame<'_>) -> Option<(GateFactory, u64)> {
        let handlers = self.lists[list].handlers.iter();
        let mut soonest = None;
        for period in handlers.filter_map(|handler| handler.period.as_ref()) {
            let (unit, next) = period.next_due()?;
            let (group_result, at) = *soonest.get_or_insert((unit, next));
            if group_result != unit {
                return None;
            }
            soonest = Some((unit, next.min(at)));
        }
        let (unit, next) = soonest?;
        Some((frame.clock.gates(unit)?, next))
    }

    /// Runs one if it is to run once more before the run ends.
    pub(crate) fn run_if_due_at_end(
        &mut self,
        list: usize,
        at: usize,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        frame.halt_at(at);
        let handler = self.lists[list].handlers.get_mut(at);
        let Some(period) = handler.and_then(|handler| handler.period()) else {
            return HandlerStatus::Continue;
        };
        let now = frame.clock.position(frame.table());
        if !period.is_due_at_end(&now) {
            return HandlerStatus::Continue;
        }
        let due = period.run_at_end(&now);
        frame.view().insert(due);
        self.run_one(list, at, frame)
    }
}

#[inline(never)]
fn is_due(period: &mut HandlerPeriod, asks_why: bool, frame: &mut Frame<'_>) -> bool {
    let now = frame.clock.position(frame.table());
    let due = period.is_due(&now, frame.clock.is_ending);
    let is_due = due.is_some();
    if let Some(due) = due.filter(|_| asks_why) {
        frame.view().insert(due);
    }
    is_due
}
