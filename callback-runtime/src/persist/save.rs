//! Saves a run: what its callbacks, its state, its counters and its periods hold at one moment.

use super::fields::FieldProblem;
use super::plan::PersistedCallback;
use super::saved_run::SavedCallback;
use super::{Buffers, SaveError, SavedRun};
use crate::callback::short_type_name;
use crate::loops::Loop;
use crate::outcome::Cause;
use crate::period::{Amount, CounterReader};
use crate::run::{Run, RunCore};
use std::fmt;

impl<L: Loop> Run<'_, L> {
    /// Saves the run as it is now: the open scopes, the counters, the periods, the callbacks that remember something, and the values of the
    /// state that the plan persists. Waits for callbacks in the background. A loop calls this where its state is whole, such as between two
    /// steps.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax with Step as steps { scope STEP counts Step { before_step; after_step; } } }
    ///
    /// #[derive(Default)]
    /// struct Count {
    ///     steps: u64,
    /// }
    ///
    /// #[callback(Relax, register = false, persist(steps))]
    /// impl Count {
    ///     fn after_step(&mut self) {
    ///         self.steps += 1;
    ///     }
    /// }
    ///
    /// fn run(plan: &mut Plan<Relax>, steps: u64) -> Result<callbacks::persist::SavedRun, Box<dyn std::error::Error>> {
    ///     let mut saved = None;
    ///     let outcome = plan.run(&mut State::new(), |run| {
    ///         for _ in 0..steps {
    ///             run.scope(Relax::STEP, |_| Ok(()))?;
    ///         }
    ///         saved = Some(run.save()?);
    ///         Ok(())
    ///     })?;
    ///     outcome.ok()?;
    ///     saved.ok_or_else(|| "the run did not reach its end".into())
    /// }
    ///
    /// let mut before = Plan::new();
    /// before.add(Count::default());
    /// let saved = run(&mut before, 3)?;
    ///
    /// let mut after = Plan::new();
    /// after.add(Count::default());
    /// after.restore(saved);
    /// run(&mut after, 2)?;
    /// assert_eq!(after.get::<Count>().map(|count| count.steps), Some(5));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&mut self) -> Result<SavedRun, SaveError> {
        self.core.save()
    }
}

impl RunCore<'_> {
    pub(crate) fn save(&mut self) -> Result<SavedRun, SaveError> {
        self.dispatcher.workers().wait_until_done();
        let mut error = SaveError::default();
        let mut buffers = self.persistence.get_mut().spare.take();
        let saved = SavedRun {
            loop_name: self.loop_info.name.to_owned(),
            scopes: self.open_scopes(),
            counters: self.save_counters(&mut error),
            callbacks: self.save_callbacks(&mut buffers, &mut error),
            state: self.save_state(&mut buffers, &mut error),
            periods: self.periods(),
            ending: None,
            is_partial: false,
            leaves_sinks: false,
            allows_missing: false,
            renamed: Vec::new(),
            origin: None,
            syncs: buffers.syncs,
        };
        error.or(saved)
    }

    /// Returns the counts of the loop's counters that are in the state, by the names of their types.
    fn save_counters(&self, error: &mut SaveError) -> Vec<(String, Amount)> {
        let mut counts = Vec::new();
        for (name, counter) in self.named_counters() {
            match counter.read(self.frame.table()) {
                Ok(Some(count)) => counts.push((name, count)),
                Ok(None) => {}
                Err(cause) => error.add_cause(&name, &cause),
            }
        }
        counts
    }

    /// Returns the counters with their names: those of their types, without paths unless two are the same.
    pub(super) fn named_counters(&self) -> Vec<(String, CounterReader)> {
        let counters = self.counters();
        let short: Vec<String> = counters
            .iter()
            .map(|counter| short_type_name(counter.type_name))
            .collect();
        let is_unique = |name: &String| short.iter().filter(|other| *other == name).count() == 1;
        let named = counters.iter().zip(&short).map(|(counter, short)| {
            let name = if is_unique(short) {
                short.clone()
            } else {
                counter.type_name.to_owned()
            };
            (name, *counter)
        });
        named.collect()
    }

    /// Returns the counters that the loop declares, and those that only its scopes name.
    fn counters(&self) -> Vec<CounterReader> {
        let mut all = self.frame.clock.counters().to_vec();
        for counter in self.loop_info.counters {
            if all.iter().all(|known| known.type_id != counter.type_id()) {
                all.push(counter.reader());
            }
        }
        all
    }

    fn open_scopes(&self) -> Vec<String> {
        let open = self.run_state.open.iter();
        open.map(|scope| self.loop_info.scopes[*scope].name().to_owned())
            .collect()
    }

    fn save_callbacks(
        &mut self,
        buffers: &mut Buffers,
        error: &mut SaveError,
    ) -> Vec<SavedCallback> {
        let resolved = self.resolved;
        let callbacks = &self.persistence.get().callbacks;
        let mut saved = Vec::with_capacity(callbacks.len());
        for PersistedCallback { id, persist } in callbacks {
            let name = resolved.names[*id].to_string();
            match self
                .dispatcher
                .with_callback(*id, |callback| persist.save(callback, buffers))
            {
                Some(Ok((fields, problems))) => {
                    error.add(&name, problems);
                    saved.push(SavedCallback {
                        name,
                        version: persist.version,
                        fields,
                    });
                }
                Some(Err(cause)) => error.add_cause(&name, &cause),
                None => error.add_line(&name, ENDED),
            }
        }
        saved
    }

    fn save_state(
        &mut self,
        buffers: &mut Buffers,
        error: &mut SaveError,
    ) -> Vec<(String, super::SavedFields)> {
        let values = self.persistence.get().state.clone();
        let mut saved = Vec::new();
        for value in &values {
            match value.save(&mut self.state(), buffers) {
                Ok(Some((fields, problems))) => {
                    error.add(&value.name, problems);
                    saved.push((value.name.to_string(), fields));
                }
                Ok(None) => {}
                Err(cause) => error.add_cause(&value.name, &cause),
            }
        }
        saved
    }
}

/// What a callback reports whose worker has ended.
pub(super) const ENDED: &str =
    "has a worker that has ended; save and restore a run before its exits";

impl SaveError {
    fn add(&mut self, name: &str, problems: Vec<FieldProblem>) {
        let problems = problems.into_iter();
        self.lines
            .extend(problems.map(|problem| problem.describe(name)));
    }

    fn add_cause(&mut self, name: &str, cause: &Cause) {
        self.add_line(name, cause);
    }

    fn add_line(&mut self, name: &str, problem: impl fmt::Display) {
        self.lines.push(format!("`{name}` {problem}"));
    }
}
