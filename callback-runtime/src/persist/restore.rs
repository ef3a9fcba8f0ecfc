//! Restores a saved run when another run begins.

use super::fields::FieldProblem;
use super::plan::PersistedCallback;
use super::save::ENDED;
use super::saved_run::SavedCallback;
use super::sinks::{Owner, Sinks};
use super::{RestoreError, Restored, SavedEnding, SavedFields, SavedRun};
use crate::loops::{Loop, ScopeId};
use crate::outcome::{BoxError, Cause, Fault, Origin, Remark, catch};
use crate::period::Amount;
use crate::plan::Plan;
use crate::run::{Break, RunCore};
use std::any::Any;

impl<L: Loop> Plan<L> {
    /// Lets the next run continue from a saved one. When every callback has been entered, the run loads what they remember, the values of the
    /// state, the counters and the periods. Then the loop begins, and opens the scopes that were open: their begins are not fired again. So
    /// the breakpoints of the saved run and those of the restored one are together those of a run that was never cut.
    ///
    /// The state has [`Restored`] from then on, which reports what was loaded. What does not fit fails the run with a [`RestoreError`]
    /// before its loop begins; callbacks and values that did fit may have been loaded by then. A loop that ends without having opened the
    /// scopes that were open fails, too.
    ///
    /// See [`Run::save`](crate::Run::save) for an example.
    pub fn restore(&mut self, saved: SavedRun) -> &mut Self {
        self.core.persistence.get_mut().restore = Some(saved);
        self
    }

    /// Returns the saved run from which the next run would continue, and lets that run begin anew.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::persist::SavedRun;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.restore(SavedRun::default());
    /// assert_eq!(plan.take_restore(), Some(SavedRun::default()));
    /// assert_eq!(plan.take_restore(), None);
    /// ```
    pub fn take_restore(&mut self) -> Option<SavedRun> {
        self.core.persistence.get_mut().restore.take()
    }
}

impl RunCore<'_> {
    /// Removes the saved run from which this run continues, so that no later run does.
    pub(crate) fn take_restore(&mut self) -> Option<SavedRun> {
        self.persistence.get_mut().restore.take()
    }

    /// Restores the saved run, if there is one. An error fails the run.
    pub(crate) fn restore(&mut self, saved: Option<SavedRun>) -> Result<(), Break> {
        let Some(saved) = saved else {
            return Ok(());
        };
        let origin = saved.origin.clone();
        let stop = saved.ending.as_ref().and_then(SavedEnding::as_stop);
        let stop = stop.map(ToString::to_string);
        match self.load(saved) {
            Ok(restored) => {
                if let Some(origin) = origin {
                    let text = format!("the run continues that of {origin}");
                    Remark::add(text, &mut self.run_state.cold.remarks);
                }
                if let Some(stop) = stop {
                    let text = format!(
                        "the saved run was stopped by {stop}, and so is this one; to go on from there, resume with `.past_stop()`"
                    );
                    Remark::add(text, &mut self.run_state.cold.remarks);
                }
                if !restored.is_whole() || !restored.remarks.is_empty() {
                    Remark::add(restored.to_string(), &mut self.run_state.cold.remarks);
                }
                self.state().insert(restored);
                Ok(())
            }
            Err(error) => {
                let cause = Cause::Error(Box::new(error));
                let _ = self.run_state.fail(Fault::new(Origin::of_restore(), cause));
                Err(Break::PENDING)
            }
        }
    }

    fn load(&mut self, saved: SavedRun) -> Result<Restored, RestoreError> {
        let mut error = RestoreError::of(&saved);
        let mut restored = Restored {
            renamed: saved.renamed.clone(),
            is_partial: saved.is_partial,
            leaves_sinks: saved.leaves_sinks,
            ..Restored::default()
        };
        if let Some(ending @ SavedEnding::Failed(_)) = &saved.ending {
            error.push(format!(
                "the saved run {ending}; continue from one that was saved before, or take the parameters of this one alone, with \
                 `.weights_only()` of `Resume` or `.parameters_only()` of `SavedRun`"
            ));
        }
        if saved.is_partial && saved.callbacks.is_empty() && saved.state.is_empty() {
            error.push(
                "nothing was saved below `parameters`; let the model name its parameters there: \
                 `fields.nested(\"parameters\", …)`"
                    .to_owned(),
            );
        }
        let scopes = self.scopes_to_reopen(&saved, &mut error);
        if !error.is_empty() {
            return Err(error);
        }
        let mut sinks = Vec::new();
        self.load_state(saved.state, &mut sinks, &mut restored, &mut error);
        if !saved.is_partial && !saved.allows_missing {
            error.push_missing(&restored);
        }
        self.load_callbacks(saved.callbacks, &mut sinks, &mut restored, &mut error);
        self.restore_counters(saved.counters, &mut restored, &mut error);
        if error.is_empty() {
            self.rewind_sinks(sinks, &mut restored, &mut error);
        }
        if !error.is_empty() {
            return Err(error);
        }
        self.restore_periods(&saved.periods);
        if saved.is_partial {
            restored.missing.retain(|name| is_parameter(name));
        }
        let ending = saved.ending.as_ref();
        let stop = ending.and_then(|ending| self.flow_of(ending));
        self.run_state.reopen(scopes, stop);
        Ok(restored)
    }

    fn restore_counters(
        &mut self,
        saved: Vec<(String, Amount)>,
        restored: &mut Restored,
        error: &mut RestoreError,
    ) {
        if !saved.is_empty() {
            self.run_state.note_saved_rounds();
        }
        let mut saved = Named::new(saved);
        for (name, counter) in self.named_counters() {
            let Some(count) = saved.take(&name) else {
                continue;
            };
            match counter.restore(&mut self.state(), count) {
                Ok(true) => {}
                Ok(false) => error.push(format!(
                    "`{name}` is not in the state; insert the counter before the run begins"
                )),
                Err(cause) => error.push(format!("`{name}` {cause}")),
            }
        }
        restored.unused.extend(saved.into_names());
    }

    /// Returns the scopes that were open, innermost first.
    fn scopes_to_reopen(&self, saved: &SavedRun, error: &mut RestoreError) -> Vec<ScopeId> {
        let name = self.loop_info.name;
        if saved.loop_name != name {
            error.push(format!(
                "it is a run of the loop `{}`, and this is one of `{name}`; give a saved run of `{name}`",
                saved.loop_name
            ));
            return Vec::new();
        }
        let find = |saved: &String| {
            let mut scopes = self.loop_info.scopes.iter();
            scopes
                .position(|scope| scope.name() == saved)
                .map(ScopeId::new)
        };
        let mut found = Vec::new();
        for saved in saved.scopes.iter().rev() {
            match find(saved) {
                Some(scope) => found.push(scope),
                None => error.push(format!("its open scope `{saved}` is not one of `{name}`")),
            }
        }
        found
    }

    fn load_state(
        &mut self,
        saved: Vec<(String, SavedFields)>,
        sinks: &mut Vec<Sinks>,
        restored: &mut Restored,
        error: &mut RestoreError,
    ) {
        let values = self.persistence.get().state.clone();
        let mut saved = Named::new(saved);
        for value in &values {
            let Some(mut fields) = saved.take(&value.name) else {
                let owner = Owner::State(value.clone());
                if !restored.leaves_sinks {
                    self.check_absent(&value.name, &owner, restored, error);
                }
                if value.is_in(&mut self.state()) {
                    restored.missing.push(value.name.to_string());
                }
                continue;
            };
            let mut positions = SavedFields::default();
            match value.load(&mut self.state(), &mut fields, &mut positions) {
                Ok(Some(problems)) => {
                    restored.add(&value.name, problems, &fields, error);
                    sinks.push(Sinks::new(
                        &value.name,
                        Owner::State(value.clone()),
                        positions,
                    ));
                }
                Ok(None) => error.push(format!(
                    "`{}` is not in the state; insert a value into which it can be loaded",
                    value.name
                )),
                Err(cause) => error.push(format!("`{}` {cause}", value.name)),
            }
        }
        restored.unused.extend(saved.into_names());
    }

    fn load_callbacks(
        &mut self,
        saved: Vec<SavedCallback>,
        sinks: &mut Vec<Sinks>,
        restored: &mut Restored,
        error: &mut RestoreError,
    ) {
        let resolved = self.resolved;
        let named = saved
            .into_iter()
            .map(|callback| (callback.name.clone(), callback));
        let mut saved = Named::new(named.collect());
        for persisted in &self.persistence.get().callbacks.clone() {
            let name = resolved.names[persisted.id].to_string();
            if let Some(saved) = saved.take(&name) {
                self.load_callback(persisted, saved, sinks, restored, error);
            } else {
                let owner = Owner::Callback(persisted.clone());
                if !restored.leaves_sinks {
                    self.check_absent(&name, &owner, restored, error);
                }
                restored.missing.push(name);
            }
        }
        restored.unused.extend(saved.into_names());
    }

    fn load_callback(
        &mut self,
        persisted: &PersistedCallback,
        saved: SavedCallback,
        sinks: &mut Vec<Sinks>,
        restored: &mut Restored,
        error: &mut RestoreError,
    ) {
        let SavedCallback {
            name,
            version,
            mut fields,
        } = saved;
        if let Err(why) = persisted.migrate(version, &mut fields) {
            return error.push(format!("`{name}` {why}"));
        }
        let mut positions = SavedFields::default();
        let load = |callback: &mut dyn Any| {
            let persist = &persisted.persist;
            persist.load(callback, &mut fields, &mut positions)
        };
        match self.dispatcher.with_callback(persisted.id, load) {
            Some(Ok(problems)) => {
                restored.add(&name, problems, &fields, error);
                sinks.push(Sinks::new(
                    &name,
                    Owner::Callback(persisted.clone()),
                    positions,
                ));
            }
            Some(Err(cause)) => error.push(format!("`{name}` {cause}")),
            None => error.push(format!("`{name}` {ENDED}")),
        }
    }
}

impl PersistedCallback {
    /// Changes the fields of an older version into those of the current one.
    fn migrate(&self, version: u32, fields: &mut SavedFields) -> Result<(), BoxError> {
        let current = self.persist.version;
        if version == current {
            return Ok(());
        }
        if version > current {
            let text = format!(
                "was saved by version {version} of the callback, and this is version {current}; use the program that saved it"
            );
            return Err(text.into());
        }
        let Some(migrate) = self.persist.migrate else {
            let text = format!(
                "was saved by version {version} of the callback, and this is version {current}; \
                 write `persist(…, migrate = Self::migrate)` on its block"
            );
            return Err(text.into());
        };
        catch(|| migrate(version, fields)).map_err(|cause| cause.to_string())?
    }
}

impl Restored {
    /// Notes what was loaded under a name. `left` are the fields that nothing asked for.
    fn add(
        &mut self,
        name: &str,
        problems: Vec<FieldProblem>,
        left: &SavedFields,
        error: &mut RestoreError,
    ) {
        self.loaded.push(name.to_owned());
        self.add_problems(name, problems, error);
        self.unused
            .extend(left.names().map(|field| format!("{name}.{field}")));
    }

    pub(super) fn add_problems(
        &mut self,
        name: &str,
        problems: Vec<FieldProblem>,
        error: &mut RestoreError,
    ) {
        for problem in problems {
            match problem {
                FieldProblem::Missing(field) => self.missing.push(format!("{name}.{field}")),
                FieldProblem::Invalid(..) => error.push(problem.describe(name)),
                FieldProblem::Remark(_) => self.remarks.push(problem.describe(name)),
            }
        }
    }
}

/// Values by name. Each can be taken once; the names of the others are reported.
struct Named<T>(Vec<(String, T)>);

impl<T> Named<T> {
    const fn new(values: Vec<(String, T)>) -> Self {
        Self(values)
    }

    fn take(&mut self, name: &str) -> Option<T> {
        let index = self.0.iter().position(|(saved, _)| saved == name)?;
        Some(self.0.remove(index).1)
    }

    /// Returns the names of the values that were not taken.
    fn into_names(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(name, _)| name)
    }
}

/// Whether a missing field is one of the parameters: `Learner.parameters.weights`.
fn is_parameter(name: &str) -> bool {
    name.split('.').skip(1).any(|part| part == "parameters")
}
