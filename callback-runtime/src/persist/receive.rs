//! The callbacks that get saved runs.

use super::SavedRun;
use crate::callback::{CallbackInfo, short_type_name};
use crate::outcome::BoxError;
use std::any::{Any, type_name};
use std::fmt;
use std::sync::Arc;

/// What a callback does with saved runs.
#[derive(Clone)]
pub(crate) struct SavedRunReceiver {
    receive: Arc<Receive>,
    /// Whether a run is saved where it is stopped or interrupted, without being asked.
    pub(super) wants_halts: bool,
    /// Whether a run that has failed is saved.
    pub(super) wants_failures: bool,
}

type Receive = dyn Fn(&mut dyn Any, &SavedRun) -> Result<(), BoxError> + Send + Sync;

impl fmt::Debug for SavedRunReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedRunReceiver")
            .field("wants_halts", &self.wants_halts)
            .field("wants_failures", &self.wants_failures)
            .finish_non_exhaustive()
    }
}

impl SavedRunReceiver {
    /// Gives a saved run to a callback.
    pub(super) fn receive(&self, callback: &mut dyn Any, saved: &SavedRun) -> Result<(), BoxError> {
        (self.receive)(callback, saved)
    }
}

/// What a callback does with saved runs.
impl CallbackInfo {
    /// Gives each saved run to the callback, as a checkpoint does. A run is saved at the next [resume point](crate::Run::resume_point) after
    /// a handler has returned [`Flow::Save`](crate::Flow::Save), when all handlers of that moment have run. The callback gets it also if
    /// another callback has asked. An `Err` is a failure of the callback, as from one of its handlers.
    ///
    /// ```
    /// use callbacks::persist::SavedRun;
    /// use callbacks::prelude::*;
    /// use callbacks::{BoxError, CallbackInfo};
    ///
    /// /// Keeps the last saved run in memory.
    /// #[derive(Default)]
    /// struct KeepInMemory {
    ///     last: Option<SavedRun>,
    /// }
    ///
    /// impl KeepInMemory {
    ///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
    ///         info.receives_saved_runs(Self::receive)
    ///     }
    ///
    ///     fn receive(&mut self, saved: &SavedRun) -> Result<(), BoxError> {
    ///         self.last = Some(saved.clone());
    ///         Ok(())
    ///     }
    /// }
    ///
    /// #[callback(Rounds, register = false, declare = Self::declare)]
    /// impl KeepInMemory {
    ///     fn on_round_end(&mut self) -> Flow {
    ///         Flow::Save
    ///     }
    /// }
    /// ```
    pub fn receives_saved_runs<C: 'static>(
        mut self,
        receive: fn(&mut C, &SavedRun) -> Result<(), BoxError>,
    ) -> Self {
        self.declare().receives = Some(SavedRunReceiver {
            receive: Arc::new(move |callback, saved| {
                match callback.downcast_mut() {
                Some(callback) => receive(callback, saved),
                None => Err(format!(
                    "saved runs go to a `{}`, which this callback wraps; let `info` declare where they go",
                    short_type_name(type_name::<C>())
                )
                .into()),
            }
            }),
            wants_halts: false,
            wants_failures: false,
        });
        self
    }

    /// Saves a run also where it is stopped or interrupted, if the loop can be resumed from there, before its scopes end:
    /// [`SavedRun::ending`] tells it.
    pub fn receives_halted_runs(mut self) -> Self {
        if let Some(receiver) = &mut self.declare().receives {
            receiver.wants_halts = true;
        }
        self
    }

    /// Saves a run also when it has failed, before the exits. Its state may be half-changed, so that no run continues from there.
    pub fn receives_failed_runs(mut self) -> Self {
        if let Some(receiver) = &mut self.declare().receives {
            receiver.wants_failures = true;
        }
        self
    }
}
