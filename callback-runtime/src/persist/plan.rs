//! What a plan saves with a run.

use super::buffers::SpareRuns;
use super::declared::CallbackPersistence;
use super::state::PersistedState;
use super::{SavedRun, SavedRunReceiver};
use crate::callback::CallbackId;
use crate::loops::LoopInfo;
use crate::plan::{PlanCore, Resolved};

/// What a plan saves with a run, and the saved run from which its next run continues.
///
/// The box hides its type, so that a program that drops a plan does not compile the code that drops this.
pub(crate) struct PlanPersistence(Box<dyn PersistenceAccess>);

/// What [`PlanPersistence`] has in its box: [`Persistence`] alone.
trait PersistenceAccess {
    fn get(&self) -> &Persistence;
    fn get_mut(&mut self) -> &mut Persistence;
}

/// A callback of a plan that remembers something.
#[derive(Debug, Clone)]
pub(super) struct PersistedCallback {
    pub(super) id: CallbackId,
    pub(super) persist: CallbackPersistence,
}

/// A callback of a plan that gets saved runs.
#[derive(Debug, Clone)]
pub(super) struct Receiver {
    pub(super) id: CallbackId,
    pub(super) receive: SavedRunReceiver,
}

/// The callbacks and values that a plan saves, and the saved run that waits for the next run.
#[derive(Default)]
pub(crate) struct Persistence {
    /// The callbacks that remember something, in the order in which they run, as of the last `resolve`.
    pub(super) callbacks: Vec<PersistedCallback>,
    /// The callbacks that get saved runs, in the order in which they run, as of the last `resolve`.
    pub(super) receivers: Vec<Receiver>,
    /// The values of the state, in the order of their declarations.
    pub(super) state: Vec<PersistedState>,
    /// The saved run from which the next run continues.
    pub(super) restore: Option<SavedRun>,
    /// The last saved runs, for their memory.
    pub(super) spare: SpareRuns,
}

impl PersistenceAccess for Persistence {
    fn get(&self) -> &Persistence {
        self
    }

    fn get_mut(&mut self) -> &mut Persistence {
        self
    }
}

impl PlanPersistence {
    /// Persists the record of a loop that has rounds.
    pub(crate) fn of(loop_info: &LoopInfo) -> Self {
        let record = loop_info.rounds.map(|_| PersistedState::record());
        Self(Box::new(Persistence {
            state: record.into_iter().collect(),
            ..Persistence::default()
        }))
    }

    pub(super) fn get(&self) -> &Persistence {
        self.0.get()
    }

    pub(super) fn get_mut(&mut self) -> &mut Persistence {
        self.0.get_mut()
    }
}

impl PlanCore {
    /// Adds a value of the state that is saved with a run.
    pub(crate) fn persist_state(&mut self, value: PersistedState) {
        self.persistence.get_mut().state.push(value);
    }

    /// Sets the callbacks that remember something, after the plan is resolved.
    pub(crate) fn set_persisted_callbacks(&mut self, resolved: &Resolved) {
        let order = resolved.order.iter();
        let saved = order.filter(|id| self.attached[**id].is_saved());
        let persisted = saved.map(|id| PersistedCallback {
            id: *id,
            persist: self.attached[*id].info.declarations().persist.clone(),
        });
        let persisted = persisted.collect();
        let receivers = resolved.order.iter().filter_map(|id| {
            let receive = self.attached[*id].info.declarations().receives.clone()?;
            Some(Receiver { id: *id, receive })
        });
        let receivers = receivers.collect();
        let persistence = self.persistence.get_mut();
        persistence.callbacks = persisted;
        persistence.receivers = receivers;
    }
}
