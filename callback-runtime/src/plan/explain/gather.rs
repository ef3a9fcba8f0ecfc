//! From what a plan has resolved to what an explanation shows.

use super::rows::{Access, Listing, Row};
use super::why::Reasons;
use super::{Explanation, orders, undecided};
use crate::breakpoint::{Breakpoint, Loop, Role};
use crate::callback::short_type_name;
use crate::leniency::OnFailure;
use crate::plan::{Placed, Plan};
use crate::raw::{Need, Want};
use std::any::TypeId;
use std::collections::HashMap;

impl<L: Loop> Plan<L> {
    /// Tells what is resolved.
    pub(super) fn gather(&self) -> Explanation {
        let resolved = &self.resolved;
        let labels = Labels::of(&resolved.lists);
        let reasons = Reasons::of(&self.attached, resolved);
        let handled = L::BREAKPOINTS.iter().zip(&resolved.lists);
        let listings = handled.filter(|(_, list)| !list.is_empty());
        let listings = listings.map(|(breakpoint, list)| Listing {
            breakpoint,
            rows: self.rows(breakpoint, list, &labels, &reasons),
        });
        Explanation {
            loop_name: L::NAME,
            callbacks: self.names().into_iter().map(str::to_owned).collect(),
            listings: listings.collect(),
            orders: orders::told(resolved),
            undecided: undecided::told::<L>(resolved, &labels),
            notes: self.notes.clone(),
        }
    }

    fn rows(
        &self,
        at: &Breakpoint,
        list: &[Placed],
        labels: &Labels,
        reasons: &Reasons<'_>,
    ) -> Vec<Row> {
        // Who fails to enter fails the run, whatever was said of it.
        let is_lenient = at.role() != Role::Enter;
        let rows = list.iter().enumerate().map(|(nth, placed)| {
            let attached = &self.attached[placed.instance];
            Row {
                place: nth + 1,
                callback: self.resolved.names[placed.instance].to_string(),
                weight: attached.weight(),
                discovered: !attached.by_hand,
                why: reasons.why(list, nth),
                reads: labels.accesses(placed, Need::Read),
                writes: labels.accesses(placed, Need::Write),
                provides: labels.provided(placed),
                period: placed.period.as_ref().map(ToString::to_string),
                executor: placed.queue.map(|queue| queue.to_string()),
                on_failure: if is_lenient {
                    placed.on_failure
                } else {
                    OnFailure::Fail
                },
                site: placed.site,
            }
        });
        rows.collect()
    }
}

/// What types of state are called: by their paths where two have the same short name.
pub(super) struct Labels(HashMap<TypeId, String>);

impl Labels {
    fn of(lists: &[Vec<Placed>]) -> Self {
        let handlers = lists.iter().flatten();
        let wants: HashMap<TypeId, &'static str> = handlers
            .flat_map(|placed| placed.wants.iter().chain(&placed.provides))
            .map(|want| (want.type_id, want.type_name))
            .collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for name in wants.values() {
            *counts.entry(short_type_name(name)).or_insert(0) += 1;
        }
        let label = |name: &str| {
            let short = short_type_name(name);
            let is_one = counts.get(&short) == Some(&1);
            if is_one { short } else { name.to_owned() }
        };
        Self(
            wants
                .into_iter()
                .map(|(id, name)| (id, label(name)))
                .collect(),
        )
    }

    pub(super) fn label(&self, type_id: TypeId, type_name: &str) -> String {
        let known = self.0.get(&type_id);
        known.map_or_else(|| short_type_name(type_name), Clone::clone)
    }

    fn provided(&self, placed: &Placed) -> Vec<String> {
        let provides = placed.provides.iter();
        provides
            .map(|want| self.label(want.type_id, want.type_name))
            .collect()
    }

    fn accesses(&self, placed: &Placed, need: Need) -> Vec<Access> {
        let wants = placed.wants.iter();
        wants.filter_map(|want| self.access(want, need)).collect()
    }

    fn access(&self, want: &Want, need: Need) -> Option<Access> {
        match want.need {
            Need::Everything => (need == Need::Write).then(|| Access {
                state: "everything".into(),
                optional: false,
            }),
            same => (same == need).then(|| Access {
                state: self.label(want.type_id, want.type_name),
                optional: want.optional,
            }),
        }
    }
}
