//! From what a plan has resolved to what an explanation shows.

use super::rows::{Listing, Row, StateUse};
use super::why::Reasons;
use super::{Explanation, orders, undecided};
use crate::callback::short_type_name;
use crate::loops::{Breakpoint, Role};
use crate::outcome::OnFailure;
use crate::plan::PlanCore;
use crate::raw::{Access, AccessKind};
use crate::run::{Dispatcher, HandlerRecord};
use std::any::TypeId;
use std::collections::HashMap;

impl PlanCore {
    /// The explanation of a plan that is resolved and checked.
    pub(super) fn gather(&self) -> Explanation {
        let labels = Labels::of(&self.dispatcher);
        let reasons = Reasons::of(&self.attached, &self.resolved);
        let listings = self.loop_info.ids().map(|id| {
            let breakpoint = &self.loop_info.breakpoints[id];
            let records = self.dispatcher.records(id);
            Listing {
                breakpoint,
                rows: self.rows(breakpoint, records, &labels, &reasons),
            }
        });
        let names = self.resolved.order.iter();
        Explanation {
            loop_name: self.loop_info.name,
            callbacks: names
                .map(|id| self.resolved.names[*id].to_string())
                .collect(),
            listings: listings
                .filter(|listing| !listing.rows.is_empty())
                .collect(),
            orders: orders::declared_orders(&self.resolved),
            undecided: undecided::undecided(self, &labels),
            notes: self.notes.clone(),
        }
    }

    fn rows(
        &self,
        at: &Breakpoint,
        list: &[HandlerRecord],
        labels: &Labels,
        reasons: &Reasons<'_>,
    ) -> Vec<Row> {
        // A failure to enter fails the run, whatever the policy.
        let is_lenient = at.role() != Role::Enter;
        let rows = list.iter().enumerate().map(|(nth, record)| {
            let attached = &self.attached[record.callback];
            Row {
                place: nth + 1,
                callback: self.resolved.names[record.callback].to_string(),
                weight: attached.weight(),
                discovered: !attached.by_hand,
                why: reasons.why(list, nth),
                reads: labels.state_uses(record, AccessKind::Read),
                writes: labels.state_uses(record, AccessKind::Write),
                provides: labels.provided(record),
                period: record.declared_period().map(ToString::to_string),
                executor: self.execution_label(record),
                on_failure: if is_lenient {
                    record.on_failure
                } else {
                    OnFailure::Fail
                },
                location: record.location,
            }
        });
        rows.collect()
    }
}

/// What types of state are called: by their paths where two have the same short name.
pub(super) struct Labels(HashMap<TypeId, String>);

impl Labels {
    fn of(dispatcher: &Dispatcher) -> Self {
        let records = dispatcher.all_records();
        let accesses: HashMap<TypeId, &'static str> = records
            .flat_map(|(_, record)| record.accesses.iter().chain(&record.provides))
            .map(|access| (access.type_id, access.type_name))
            .collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for name in accesses.values() {
            *counts.entry(short_type_name(name)).or_insert(0) += 1;
        }
        let label = |name: &str| {
            let short = short_type_name(name);
            let is_one = counts.get(&short) == Some(&1);
            if is_one { short } else { name.to_owned() }
        };
        Self(
            accesses
                .into_iter()
                .map(|(id, name)| (id, label(name)))
                .collect(),
        )
    }

    pub(super) fn label(&self, type_id: TypeId, type_name: &str) -> String {
        let known = self.0.get(&type_id);
        known.map_or_else(|| short_type_name(type_name), Clone::clone)
    }

    fn provided(&self, record: &HandlerRecord) -> Vec<String> {
        let provides = record.provides.iter();
        provides
            .map(|access| self.label(access.type_id, access.type_name))
            .collect()
    }

    fn state_uses(&self, record: &HandlerRecord, kind: AccessKind) -> Vec<StateUse> {
        let accesses = record.accesses.iter();
        accesses
            .filter_map(|access| self.state_use(access, kind))
            .collect()
    }

    fn state_use(&self, access: &Access, kind: AccessKind) -> Option<StateUse> {
        match access.kind {
            AccessKind::Everything => (kind == AccessKind::Write).then(|| StateUse {
                state: "everything".into(),
                optional: false,
            }),
            same => (same == kind).then(|| StateUse {
                state: self.label(access.type_id, access.type_name),
                optional: access.optional,
            }),
        }
    }
}
