//! Makes the explanation of a resolved plan.

use super::rows::{Listing, Row, StateUse};
use super::why::Reasons;
use super::{Explanation, orders, undecided};
use crate::callback::short_type_name;
use crate::loops::{Alias, Breakpoint, Role};
use crate::outcome::OnFailure;
use crate::plan::PlanCore;
use crate::raw::{Access, AccessKind};
use crate::run::{Dispatcher, HandlerRecord};
use std::any::TypeId;
use std::collections::HashMap;

impl PlanCore {
    /// Returns the explanation of the plan, which must be resolved. `aliases` are those of its loop.
    pub(super) fn explanation(&self, aliases: &'static [Alias]) -> Explanation {
        let labels = StateLabels::of(&self.dispatcher);
        let reasons = Reasons::of(&self.attached, &self.resolved);
        let listings = self.loop_info.breakpoints.iter().map(|breakpoint| Listing {
            breakpoint,
            rows: self.rows(breakpoint, &labels, &reasons),
        });
        let names = self
            .resolved
            .order
            .iter()
            .map(|id| &self.resolved.names[*id]);
        Explanation {
            loop_name: self.loop_info.name,
            callbacks: names.map(ToString::to_string).collect(),
            listings: listings
                .filter(|listing| !listing.rows.is_empty())
                .collect(),
            orders: orders::declared_orders(&self.resolved),
            undecided: undecided::undecided_pairs(self, &labels),
            notes: self.notes.clone(),
            aliases,
        }
    }

    /// Returns the rows of the handlers of one breakpoint.
    fn rows(
        &self,
        breakpoint: &Breakpoint,
        labels: &StateLabels,
        reasons: &Reasons<'_>,
    ) -> Vec<Row> {
        let records = self.dispatcher.records(breakpoint.id());
        let rows = records.iter().enumerate().map(|(index, record)| {
            let attached = &self.attached[record.callback];
            let provides = record.provides.iter();
            let provides = provides.map(|access| labels.of_access(access));
            Row {
                place: index + 1,
                callback: self.resolved.names[record.callback].to_string(),
                weight: attached.weight(),
                discovered: !attached.by_hand,
                why: reasons.why(records, index),
                reads: labels.state_uses(record, AccessKind::Read),
                writes: labels.state_uses(record, AccessKind::Write),
                provides: provides.collect(),
                period: record.declared_period().map(ToString::to_string),
                executor: self.execution_label(record),
                // A failure at enter fails the run, whatever the policy.
                on_failure: match breakpoint.role() {
                    Role::Enter => OnFailure::Fail,
                    _ => record.on_failure,
                },
                location: record.location,
            }
        });
        rows.collect()
    }
}

/// The label of each type of state: its short name, or its full name if another type has the same short name.
pub(super) struct StateLabels(HashMap<TypeId, String>);

impl StateLabels {
    fn of(dispatcher: &Dispatcher) -> Self {
        let records = dispatcher.all_records();
        let accesses =
            records.flat_map(|(_, record)| record.accesses.iter().chain(&record.provides));
        let type_names = accesses.map(|access| (access.type_id, access.type_name));
        let type_names: HashMap<TypeId, &'static str> = type_names.collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for name in type_names.values() {
            *counts.entry(short_type_name(name)).or_insert(0) += 1;
        }
        let label = |name: &str| {
            let short = short_type_name(name);
            let is_unique = counts.get(&short) == Some(&1);
            if is_unique { short } else { name.to_owned() }
        };
        let labels = type_names.into_iter().map(|(id, name)| (id, label(name)));
        Self(labels.collect())
    }

    /// Returns the label of a type; its short name, if no handler uses the type.
    pub(super) fn label(&self, type_id: TypeId, type_name: &str) -> String {
        let known = self.0.get(&type_id);
        known.map_or_else(|| short_type_name(type_name), Clone::clone)
    }

    fn of_access(&self, access: &Access) -> String {
        self.label(access.type_id, access.type_name)
    }

    /// Returns the state that a handler accesses in this way. An access to everything counts as a write.
    fn state_uses(&self, record: &HandlerRecord, kind: AccessKind) -> Vec<StateUse> {
        let mut uses = Vec::new();
        for access in &record.accesses {
            if access.kind == kind {
                uses.push(StateUse {
                    state: self.of_access(access),
                    optional: access.optional,
                });
            } else if access.kind == AccessKind::Everything && kind == AccessKind::Write {
                uses.push(StateUse {
                    state: "everything".into(),
                    optional: false,
                });
            }
        }
        uses
    }
}
