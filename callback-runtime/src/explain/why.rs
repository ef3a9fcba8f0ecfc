//! Why a handler stands where it stands.

use super::awaited::Awaited;
use super::rows::Why;
use crate::callback::CallbackId;
use crate::plan::{Attached, Resolved};
use crate::run::HandlerRecord;

/// What the reasons are drawn from.
pub(super) struct Reasons<'p> {
    attached: &'p [Attached],
    resolved: &'p Resolved,
    awaited: Awaited<'p>,
}

impl<'p> Reasons<'p> {
    pub(super) fn of(attached: &'p [Attached], resolved: &'p Resolved) -> Self {
        Self {
            attached,
            resolved,
            awaited: Awaited::of(attached.len(), resolved),
        }
    }

    /// Against the handler above or, for the first one, against the one below.
    pub(super) fn why(&self, list: &[HandlerRecord], at: usize) -> Why {
        let own = list[at].callback;
        let (above, below) = list.split_at(at);
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

    /// Whether weight and insertion alone let `one` run before `other`.
    fn goes_first(&self, one: CallbackId, other: CallbackId) -> bool {
        let key = |id: CallbackId| (self.weight(id), self.attached[id].insertion);
        key(one) < key(other)
    }

    /// Here -0 is 0, as where callbacks are ordered.
    fn weight(&self, callback: CallbackId) -> f64 {
        self.attached[callback].weight() + 0.0
    }
}
