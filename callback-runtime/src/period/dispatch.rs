//! How the dispatcher asks the periods of handlers when a breakpoint fires.

use crate::callback::HandlerId;
use crate::loops::BreakpointId;
use crate::outcome::catch;
use crate::period::{Due, HandlerPeriod};
use crate::raw::{Access, Frame, GateFactory, HandlerStatus};
use crate::run::Dispatcher;
use std::any::TypeId;

/// Whether a handler with these accesses asks for [`Due`], the reason why it runs.
pub(crate) fn asks_why(accesses: &[Access]) -> bool {
    let due = TypeId::of::<Due>();
    accesses.iter().any(|access| access.type_id == due)
}

impl Dispatcher {
    /// Whether a handler is due now. Puts [`Due`] into the state if the handler asks for it.
    pub(crate) fn is_due(&mut self, handler: HandlerId, frame: &mut Frame<'_>) -> bool {
        let records = &mut self.list_mut(handler.breakpoint).records;
        let Some(record) = records.get_mut(handler.turn.index()) else {
            return false;
        };
        let Some(period) = &mut record.period else {
            return true;
        };
        let is_due = is_due(period, record.asks_why, frame);
        if is_due && let Some(joint) = record.joint {
            let now = frame.clock.position(frame.table());
            self.take_turns(handler, joint, &now, frame.clock.is_ending);
        }
        is_due
    }

    /// Closes the gate of `breakpoint`, all of whose handlers have been asked, until the first of them may be due.
    #[inline(never)]
    pub(crate) fn close_gate(&mut self, breakpoint: BreakpointId, frame: &mut Frame<'_>) {
        // A handler without a period has no `Due`.
        let _ = frame.view().remove::<Due>();
        // A counter may panic. Without a gate the next firing asks the periods, and that panic is a failure of the handler.
        let next = catch(|| self.next_due(breakpoint, frame)).unwrap_or_default();
        self.core.set_gate(breakpoint, next, frame);
    }

    /// Returns the counter that all handlers with a period wait for, and the count at which the first of them may be due. `None` if they
    /// wait for different counters, or for something that no counter counts.
    fn next_due(&self, breakpoint: BreakpointId, frame: &Frame<'_>) -> Option<(GateFactory, u64)> {
        let records = self.records(breakpoint).iter();
        let mut first = None;
        for period in records.filter_map(|record| record.period.as_ref()) {
            let (unit, next) = period.next_due()?;
            let (common_unit, earliest) = *first.get_or_insert((unit, next));
            if common_unit != unit {
                return None;
            }
            first = Some((unit, next.min(earliest)));
        }
        let (unit, next) = first?;
        Some((frame.clock.gates(unit)?, next))
    }

    /// Runs a handler once more at the end of the run, if its period has `last` and the handler has not run at the current position.
    pub(crate) fn run_if_due_at_end(
        &mut self,
        handler: HandlerId,
        frame: &mut Frame<'_>,
    ) -> HandlerStatus {
        frame.halted_at = handler.turn;
        let Some(period) = self.period_mut(handler) else {
            return HandlerStatus::Continue;
        };
        let now = frame.clock.position(frame.table());
        if !period.is_due_at_end(&now) {
            return HandlerStatus::Continue;
        }
        let due = period.run_at_end(&now);
        frame.view().insert(due);
        self.run_one(handler, frame)
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
