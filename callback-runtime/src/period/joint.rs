//! Periods that several handlers share.

use super::Position;
use crate::callback::HandlerId;
use crate::run::Dispatcher;
use std::sync::atomic::{AtomicU32, Ordering};

/// The handlers that share a period: those with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JointPeriod(u32);

impl JointPeriod {
    /// A number that no other handlers have.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Dispatcher {
    /// Gives the other handlers of a shared period their turn, where one of them is due.
    #[cold]
    pub(super) fn take_turns(
        &mut self,
        due: HandlerId,
        joint: JointPeriod,
        now: &Position,
        is_ending: bool,
    ) {
        let shares = self
            .all_records()
            .filter(|(handler, record)| *handler != due && record.joint == Some(joint));
        let others: Vec<HandlerId> = shares.map(|(handler, _)| handler).collect();
        for handler in others {
            if let Some(period) = self.period_mut(handler) {
                let _ = period.is_due(now, is_ending);
            }
        }
    }
}
