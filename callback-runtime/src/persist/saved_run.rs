//! A run that was saved.

use super::{SavedEnding, SavedFields, SinkSync};
use crate::period::{Amount, Periods};

/// A run at one moment: where it is, and what its callbacks and its state remember. [`Run::save`](crate::Run::save) returns it, and
/// [`Plan::restore`](crate::Plan::restore) lets the next run continue from it, in this process or in another one.
///
/// It has `Serialize` and `Deserialize`, for a format that describes itself and keeps numbers as they are: with `serde_json`, the feature
/// `float_roundtrip`. What JSON lacks is written as a map of one entry: `{"$float": "NaN"}`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SavedRun {
    pub(super) loop_name: String,
    /// The names of the open scopes, outermost first.
    pub(super) scopes: Vec<String>,
    /// The counts of the loop's counters, by the names of their types.
    pub(super) counters: Vec<(String, Amount)>,
    pub(super) callbacks: Vec<SavedCallback>,
    /// The values of the state, by name.
    pub(super) state: Vec<(String, SavedFields)>,
    pub(super) periods: Periods,
    /// What ended the run where it was saved; `None` if it went on.
    pub(super) ending: Option<SavedEnding>,
    /// Whether parts were left out, so that what is missing is no surprise.
    pub(super) is_partial: bool,
    /// Whether values of the state may be missing, which stay as the program made them. It is not saved.
    pub(super) allows_missing: bool,
    /// The names that were changed since, each with the new one. They are not saved.
    pub(super) renamed: Vec<(String, String)>,
    /// What makes durable what its sinks had written. It is not saved.
    pub(super) syncs: Vec<SinkSync>,
    /// Whether the run that gets it writes nothing, so that files may be in the way of its sinks. It is not saved.
    pub(super) leaves_sinks: bool,
    /// Where it comes from, such as the folder of a checkpoint. It is not saved.
    pub(super) origin: Option<String>,
}

/// What a callback remembers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SavedCallback {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) fields: SavedFields,
}

impl SavedRun {
    /// Returns the name of the loop.
    pub fn loop_name(&self) -> &str {
        &self.loop_name
    }

    /// Returns the names of the scopes that were open, outermost first.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// Returns what ended the run where it was saved; `None` if it went on.
    pub const fn ending(&self) -> Option<&SavedEnding> {
        self.ending.as_ref()
    }

    /// Makes durable what the sinks of the run had written when it was saved. What writes the run calls this before, as
    /// `CheckpointDir::write` does.
    ///
    /// ```
    /// # use callbacks::persist::SavedRun;
    /// SavedRun::default().sync_sinks()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn sync_sinks(&self) -> std::io::Result<()> {
        self.syncs.iter().try_for_each(SinkSync::run)
    }

    /// Says where the saved run comes from, such as the folder of a checkpoint. An error that refuses it names this place.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::persist::SavedRun;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.restore(SavedRun::default().with_origin("runs/digits/epoch-7"));
    /// let outcome = plan.run(&mut State::new(), |_| Ok(()))?;
    /// assert!(outcome.to_string().contains("the saved run of runs/digits/epoch-7 cannot be restored"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Lets a run that continues from here go on, where the saved one was stopped.
    ///
    /// ```
    /// # use callbacks::persist::SavedRun;
    /// assert_eq!(SavedRun::default().past_stop().ending(), None);
    /// ```
    pub fn past_stop(mut self) -> Self {
        if let Some(SavedEnding::Stopped(_)) = self.ending {
            self.ending = None;
        }
        self
    }

    /// Lets a run continue from here although values or fields of its state are missing, such as a layer that was added to a model. They stay as
    /// the program made them, and [`Restored::missing`](super::Restored::missing) has their names. Otherwise this is an error.
    ///
    /// ```
    /// # use callbacks::persist::SavedRun;
    /// # let saved = SavedRun::default();
    /// let saved = saved.allow_missing();
    /// # assert!(saved.scopes().next().is_none());
    /// ```
    pub fn allow_missing(mut self) -> Self {
        self.allows_missing = true;
        self
    }

    /// Gives a callback, or a value of the state, the name that it has in the program that continues. A name that is not there stays missing.
    ///
    /// ```
    /// # use callbacks::persist::SavedRun;
    /// # let saved = SavedRun::default();
    /// let saved = saved.rename("Best", "best loss");
    /// # assert!(saved.callback("best loss").is_none());
    /// ```
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        let mut is_found = false;
        let callbacks = self.callbacks.iter_mut().map(|callback| &mut callback.name);
        let state = self.state.iter_mut().map(|(name, _)| name);
        for name in callbacks.chain(state).filter(|name| *name == from) {
            to.clone_into(name);
            is_found = true;
        }
        is_found |= self.periods.rename(from, to);
        if is_found {
            self.renamed.push((from.to_owned(), to.to_owned()));
        }
        self
    }

    /// Leaves out what callbacks remember and their periods, so that they begin anew. What they had written is not replaced: a
    /// [sink](super::Rewind) that would do that fails the run, unless it begins a new file or continues the one that is there.
    pub fn without_callbacks(mut self) -> Self {
        self.callbacks.clear();
        self.periods = Periods::default();
        self.is_partial = true;
        self
    }

    /// Leaves out the fields of the state named `optimizer` and below it, so that optimisers begin anew.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::persist::SavedRun;
    /// # let saved = SavedRun::default();
    /// let saved = saved.without_optimizer();
    /// # assert!(saved.scopes().next().is_none());
    /// ```
    pub fn without_optimizer(mut self) -> Self {
        self.retain_state(|name, field| {
            !is_below(name, "optimizer") && !is_below(field, "optimizer")
        });
        self
    }

    /// Leaves only what is named `parameters`, and below it, of the state: a run that gets them begins at its beginning.
    pub fn parameters_only(self) -> Self {
        let mut parameters = Self {
            loop_name: self.loop_name,
            state: self.state,
            origin: self.origin,
            renamed: self.renamed,
            ..Self::default()
        };
        parameters.retain_state(|name, field| {
            is_below(name, "parameters") || is_below(field, "parameters")
        });
        parameters
    }

    /// Leaves one value of the state alone: a run that gets it begins at its beginning.
    ///
    /// ```
    /// # use callbacks::persist::SavedRun;
    /// assert!(SavedRun::default().state_only("Learner").scopes().next().is_none());
    /// ```
    pub fn state_only(self, name: &str) -> Self {
        let mut state = self.state;
        state.retain(|(other, _)| other == name);
        Self {
            loop_name: self.loop_name,
            state,
            origin: self.origin,
            is_partial: true,
            ..Self::default()
        }
    }

    /// Says that the run that gets this writes nothing along the way, such as an evaluation: what is in the way of its sinks is no error.
    ///
    /// ```
    /// # use callbacks::persist::SavedRun;
    /// # let saved = SavedRun::default();
    /// let saved = saved.state_only("Learner").leave_sinks();
    /// # assert!(saved.scopes().next().is_none());
    /// ```
    pub fn leave_sinks(mut self) -> Self {
        self.leaves_sinks = true;
        self
    }

    /// Keeps the fields of the state that `keeps` accepts: by the name of their value, and their own.
    fn retain_state(&mut self, keeps: impl Fn(&str, &str) -> bool) {
        for (name, fields) in &mut self.state {
            fields.retain(|field| keeps(name, field));
        }
        self.state
            .retain(|(_, fields)| fields.names().next().is_some());
        self.is_partial = true;
    }

    /// Returns the counts of the loop's counters, by the names of their types.
    pub fn counters(&self) -> impl Iterator<Item = (&str, Amount)> {
        let counters = self.counters.iter();
        counters.map(|(name, count)| (name.as_str(), *count))
    }

    /// Returns the names of the callbacks that remember something.
    pub fn callbacks(&self) -> impl Iterator<Item = &str> {
        self.callbacks.iter().map(|callback| callback.name.as_str())
    }

    /// Returns what a callback remembers.
    pub fn callback(&self, name: &str) -> Option<&SavedFields> {
        let mut callbacks = self.callbacks.iter();
        let found = callbacks.find(|callback| callback.name == name);
        found.map(|callback| &callback.fields)
    }

    /// Returns a value of the state.
    pub fn state(&self, name: &str) -> Option<&SavedFields> {
        let mut state = self.state.iter();
        state
            .find(|(saved, _)| saved == name)
            .map(|(_, fields)| fields)
    }
}

/// Whether a field has this name, or is inside of one that has it.
fn is_below(field: &str, name: &str) -> bool {
    let rest = field.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
