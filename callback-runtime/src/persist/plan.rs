//! What a plan persists, after it is resolved.

use super::save::PersistedCallback;
use super::state::PersistedState;
use crate::plan::{PlanCore, Resolved};

impl PlanCore {
    /// Adds a value of the state that is saved with a run.
    pub(crate) fn persist_state(&mut self, value: PersistedState) {
        self.stale = true;
        self.persisted_state.push(value);
    }

    /// Finds the callbacks that remember something, in the order in which they run.
    pub(crate) fn find_persisted(&self, resolved: &mut Resolved) {
        let order = resolved.order.iter();
        let persisted = order.filter_map(|id| {
            let persist = self.attached[*id].info.declarations().persist.clone()?;
            Some(PersistedCallback { id: *id, persist })
        });
        resolved.persisted = persisted.collect();
        resolved.persisted_state.clone_from(&self.persisted_state);
    }
}
