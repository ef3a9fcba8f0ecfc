//! Why a handler stands where it stands.

use super::awaited::Awaited;
use super::rows::Why;
use crate::plan::{Attached, HandlerRecord, Resolved};

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
        let own = list[at].instance;
        let (above, below) = list.split_at(at);
        match above.last() {
            Some(above) if above.instance == own => Why::Written,
            Some(above) => self.why_after(above.instance, own),
            None => match below.iter().find(|other| other.instance != own) {
                Some(below) => self.why_before(own, below.instance),
                None => Why::Alone,
            },
        }
    }

    fn why_after(&self, above: usize, own: usize) -> Why {
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

    fn why_before(&self, own: usize, below: usize) -> Why {
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
    fn goes_first(&self, one: usize, other: usize) -> bool {
        let key = |at: usize| (self.weight(at), self.attached[at].insertion);
        key(one) < key(other)
    }

    /// Here -0 is 0, as where callbacks are ordered.
    fn weight(&self, callback: usize) -> f64 {
        self.attached[callback].weight() + 0.0
    }
}
