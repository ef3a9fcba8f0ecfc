//! Finds the reason for the position of a handler at its breakpoint.

use super::awaited::AwaitedOrders;
use super::rows::Why;
use crate::callback::CallbackId;
use crate::plan::{Attached, Resolved};
use crate::run::HandlerRecord;

/// The parts of a plan that the reasons depend on.
pub(super) struct Reasons<'p> {
    attached: &'p [Attached],
    resolved: &'p Resolved,
    awaited: AwaitedOrders<'p>,
}

impl<'p> Reasons<'p> {
    pub(super) fn of(attached: &'p [Attached], resolved: &'p Resolved) -> Self {
        Self {
            attached,
            resolved,
            awaited: AwaitedOrders::of(attached.len(), resolved),
        }
    }

    /// Returns why the handler at `index` runs after the handler above it or, for the first one, before the handler below it.
    pub(super) fn why(&self, records: &[HandlerRecord], index: usize) -> Why {
        let own = records[index].callback;
        let (above, below) = records.split_at(index);
        match above.last() {
            Some(above) if above.callback == own => Why::Written,
            Some(above) => self.why_after(above.callback, own),
            None => match below.iter().find(|other| other.callback != own) {
                Some(below) => self.why_before(own, below.callback),
                None => Why::Alone,
            },
        }
    }

    fn why_after(&self, above: CallbackId, own: CallbackId) -> Why {
        if self.weight(above) < self.weight(own) {
            return Why::Weight;
        }
        let order = match self.awaited.direct(above, own) {
            None if !self.goes_first(above, own) => self.awaited.last(own),
            direct => direct,
        };
        order.map_or(Why::Insertion, |order| {
            Why::After(order.first.label.clone())
        })
    }

    fn why_before(&self, own: CallbackId, below: CallbackId) -> Why {
        let below_name = || self.resolved.names[below].to_string();
        if self.weight(own) < self.weight(below) {
            Why::Weight
        } else if self.awaited.direct(own, below).is_some() {
            Why::Before(below_name())
        } else if self.goes_first(own, below) {
            Why::Insertion
        } else {
            Why::Meanwhile(below_name())
        }
    }

    /// Whether `first` would run before `second` if only weight and insertion decided.
    fn goes_first(&self, first: CallbackId, second: CallbackId) -> bool {
        self.attached[first].sort_key() < self.attached[second].sort_key()
    }

    fn weight(&self, callback: CallbackId) -> i64 {
        self.attached[callback].sort_weight()
    }
}
