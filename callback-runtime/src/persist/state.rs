//! Values of the state that a saved run has.

use super::fields::FieldProblem;
use super::{Buffers, Fields, Savable, SavedFields};
use crate::callback::{Location, short_type_name};
use crate::loops::Loop;
use crate::outcome::{Cause, catch};
use crate::plan::Plan;
use crate::record::Record;
use crate::state::Ctx;
use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A value of the state that is saved under a name.
#[derive(Clone)]
pub(crate) struct PersistedState {
    pub(super) name: Cow<'static, str>,
    /// The short name of the type.
    pub(super) type_name: String,
    /// The call that declared it.
    pub(super) location: Location,
    /// Names the fields of the value. `None` if it is not in the state.
    visit: VisitState,
    /// Puts a value with the saved fields into the state, for a type that can be made from them alone.
    make: Option<MakeState>,
}

type VisitState = Arc<dyn Fn(&mut Ctx<'_>, &mut Fields<'_>) -> Option<()> + Send + Sync>;
type MakeState = fn(&mut Ctx<'_>, &mut Fields<'_>);

impl fmt::Debug for PersistedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersistedState({})", self.name)
    }
}

impl PersistedState {
    #[track_caller]
    pub(crate) fn whole<T: Savable + 'static>(name: Cow<'static, str>) -> Self {
        Self {
            name,
            type_name: short_type_name(type_name::<T>()),
            location: Location::here(),
            visit: Arc::new(|state, fields| state.get_mut::<T>().map(|value| fields.whole(value))),
            make: Some(|state, fields| {
                if let Some(value) = fields.load_whole::<T>() {
                    state.insert(value);
                }
            }),
        }
    }

    #[track_caller]
    pub(crate) fn fields<T: 'static>(
        name: Cow<'static, str>,
        visit: impl Fn(&mut T, &mut Fields<'_>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            type_name: short_type_name(type_name::<T>()),
            location: Location::here(),
            visit: Arc::new(move |state, fields| {
                state.get_mut::<T>().map(|value| visit(value, fields))
            }),
            make: None,
        }
    }

    /// The record of a loop with rounds.
    pub(super) fn record() -> Self {
        Self::fields(Cow::Borrowed("Record"), Record::persist)
    }

    /// Returns the fields of the value, and those that cannot be saved; `None` if it is not in the state.
    pub(super) fn save(
        &self,
        state: &mut Ctx<'_>,
        buffers: &mut Buffers,
    ) -> Result<Option<(SavedFields, Vec<FieldProblem>)>, Cause> {
        let mut is_present = false;
        let visit = |fields: &mut Fields<'_>| {
            is_present = (self.visit)(state, fields).is_some();
        };
        let saved = catch(|| Fields::save(buffers, visit))?;
        Ok(is_present.then_some(saved))
    }

    /// Loads the fields into the value, and collects the positions of its sinks. `None` if it is not in the state, and cannot be made.
    pub(super) fn load(
        &self,
        state: &mut Ctx<'_>,
        saved: &mut SavedFields,
        positions: &mut SavedFields,
    ) -> Result<Option<Vec<FieldProblem>>, Cause> {
        let mut is_present = true;
        let problems = catch(|| {
            Fields::load(saved, positions, |fields| {
                if (self.visit)(state, fields).is_none() {
                    match self.make {
                        Some(make) => make(state, fields),
                        None => is_present = false,
                    }
                }
            })
        })?;
        Ok(is_present.then_some(problems))
    }

    /// Whether the value is in the state.
    pub(super) fn is_in(&self, state: &mut Ctx<'_>) -> bool {
        let mut is_present = false;
        // A panic comes again where the value is saved.
        let _ = catch(|| {
            Fields::names(|fields| is_present = (self.visit)(state, fields).is_some());
        });
        is_present
    }

    /// Checks that the sinks of a value that was not saved can begin anew.
    pub(super) fn check_absent(&self, state: &mut Ctx<'_>) -> Result<Vec<FieldProblem>, Cause> {
        catch(|| {
            Fields::check_absent(|fields| {
                (self.visit)(state, fields);
            })
        })
    }

    /// Lets the sinks of the value go back to their positions.
    pub(super) fn rewind(
        &self,
        state: &mut Ctx<'_>,
        positions: &mut SavedFields,
    ) -> Result<Vec<FieldProblem>, Cause> {
        catch(|| {
            Fields::rewind_all(positions, |fields| {
                (self.visit)(state, fields);
            })
        })
    }
}

impl<L: Loop> Plan<L> {
    /// Saves the value of type `T` of the state with a run, under this name. A restored run replaces the value, or inserts it if there is
    /// none. A value that is absent when a run is saved is not in it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.persist::<Vec<f64>>("positions");
    /// let mut state = State::new();
    /// state.insert(vec![0.5, 0.25]);
    /// let mut saved = None;
    /// plan.run(&mut state, |run| Ok(saved = Some(run.save()?)))?.ok().unwrap();
    ///
    /// let mut state = State::new();
    /// plan.restore(saved.unwrap()).run(&mut state, |_| Ok(()))?.ok().unwrap();
    /// assert_eq!(state.get(), Some(&vec![0.5, 0.25]));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn persist<T: Savable + 'static>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        self.core
            .persist_state(PersistedState::whole::<T>(name.into()));
        self
    }

    /// Saves a value of the state with a function that names its fields, for a type without `serde` or with fields that the program makes
    /// anew. A restored run needs a value in the state into which it can load them.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// struct System {
    ///     positions: Vec<f64>,
    ///     forces: fn(&[f64]) -> Vec<f64>,
    /// }
    ///
    /// let mut plan = Plan::<Relax>::new();
    /// plan.persist_fields("system", |system: &mut System, fields| fields.field("positions", &mut system.positions));
    /// # let _ = |system: System| (system.forces)(&[]);
    /// ```
    #[track_caller]
    pub fn persist_fields<T: 'static>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        visit: impl Fn(&mut T, &mut Fields<'_>) + Send + Sync + 'static,
    ) -> &mut Self {
        self.core
            .persist_state(PersistedState::fields(name.into(), visit));
        self
    }
}
