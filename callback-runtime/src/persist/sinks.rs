//! The sinks of a run that is restored: all are checked, and then all go back.

use super::fields::FieldProblem;
use super::plan::PersistedCallback;
use super::state::PersistedState;
use super::{RestoreError, Restored, SavedFields};
use crate::outcome::Cause;
use crate::run::RunCore;
use std::any::Any;

/// The sinks of a callback or of a value of the state, which go back when the whole saved run is loaded.
pub(super) struct Sinks {
    name: String,
    owner: Owner,
    positions: SavedFields,
}

/// What names sinks among its fields.
pub(super) enum Owner {
    Callback(PersistedCallback),
    State(PersistedState),
}

impl Sinks {
    pub(super) fn new(name: &str, owner: Owner, positions: SavedFields) -> Self {
        Self {
            name: name.to_owned(),
            owner,
            positions,
        }
    }
}

impl RunCore<'_> {
    /// Checks that the sinks can begin anew of a callback or a value that was not saved.
    pub(super) fn check_absent(
        &mut self,
        name: &str,
        owner: &Owner,
        restored: &mut Restored,
        error: &mut RestoreError,
    ) {
        let checked = match owner {
            Owner::State(value) => value.check_absent(&mut self.state()),
            Owner::Callback(PersistedCallback { id, persist }) => {
                let check = |callback: &mut dyn Any| persist.check_absent(callback);
                let done = self.dispatcher.with_callback(*id, check);
                done.unwrap_or_else(|| Ok(Vec::new()))
            }
        };
        match checked {
            Ok(problems) => restored.add_problems(name, problems, error),
            Err(cause) => error.push(format!("`{name}` {cause}")),
        }
    }

    /// Lets all sinks go back to their positions. They were checked before, so that nothing is cut off if the saved run does not fit.
    pub(super) fn rewind_sinks(
        &mut self,
        sinks: Vec<Sinks>,
        restored: &mut Restored,
        error: &mut RestoreError,
    ) {
        for mut sinks in sinks {
            if sinks.positions.names().next().is_none() {
                continue;
            }
            match self.rewind(&mut sinks) {
                Ok(problems) => restored.add_problems(&sinks.name, problems, error),
                Err(cause) => error.push(format!("`{}` {cause}", sinks.name)),
            }
        }
    }

    fn rewind(&mut self, sinks: &mut Sinks) -> Result<Vec<FieldProblem>, Cause> {
        let positions = &mut sinks.positions;
        match &sinks.owner {
            Owner::State(value) => value.rewind(&mut self.state(), positions),
            Owner::Callback(PersistedCallback { id, persist }) => {
                let rewind = |callback: &mut dyn Any| persist.rewind(callback, positions);
                let done = self.dispatcher.with_callback(*id, rewind);
                // It was there when it was loaded.
                done.unwrap_or_else(|| Ok(Vec::new()))
            }
        }
    }
}
