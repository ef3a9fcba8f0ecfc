//! The settings of a session.

use super::Session;
use crate::loops::{Loop, Scope};
use crate::outcome::Cause;
use crate::plan::{Plan, PlanError};
use crate::run::lent::Lent;
use crate::run::owned_run::OwnedRun;
use crate::state::State;
use std::cell::{Cell, RefCell};
use std::fmt;

/// Builds a [`Session`]: what its callbacks find in the state. [`Plan::session`] makes one.
///
/// ```
/// # use callbacks::prelude::*;
/// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
/// let mut forces = vec![0.0; 3];
/// let session = Plan::<Relax>::new().session().state(300.0_f32).lend(&mut forces).start()?;
/// assert!(session.finish().is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "a session begins with `start`"]
pub struct SessionBuilder<'m, L: Loop> {
    plan: Plan<L>,
    state: State,
    lent: Lent<'m>,
    /// The scope that is open as long as the session.
    around: Option<Scope<L>>,
}

impl<'m, L: Loop> SessionBuilder<'m, L> {
    pub(super) fn of(plan: Plan<L>) -> Self {
        Self {
            plan,
            state: State::new(),
            lent: Lent::default(),
            around: None,
        }
    }

    /// Puts a value into the state.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().state(7_u32).start()?;
    /// assert_eq!(session.with_state(|state| state.get().copied()), Some(Some(7_u32)));
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state<T: 'static>(mut self, value: T) -> Self {
        self.state.insert(value);
        self
    }

    /// Begins with this state in place of an empty one, such as that of an earlier session.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax with Step as steps { scope STEP counts Step { before_step; after_step; } } }
    /// let session = Plan::<Relax>::new().session().start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {}
    /// let (plan, state, _outcome) = session.into_parts();
    /// let session = plan.session().with_state(state).start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {}
    /// let (_plan, state, outcome) = session.into_parts();
    /// assert_eq!(state.get(), Some(&Step::new(6)));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn with_state(mut self, state: State) -> Self {
        self.state = state;
        self
    }

    /// Lends a value: it is state whenever handlers run, and the loop gets it back with [`Session::borrow`]. State has one value per type, so
    /// a second value of the type, lent or in the state, fails the run at its begin.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut seen: Vec<u64> = vec![];
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, |seen: &mut Vec<u64>| seen.push(1));
    /// let session = plan.session().lend(&mut seen).start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {}
    /// assert!(session.finish().is_finished());
    /// assert_eq!(seen, [1, 1, 1]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn lend<T: 'static>(mut self, value: &'m mut T) -> Self {
        self.lent.add(value);
        self
    }

    /// Opens this outermost scope when the session starts, and not with the first scope inside it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; after_step; } on_run_end; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_run_begin, || println!("here we go"));
    /// let session = plan.session().within(Relax::RUN).start()?;
    /// assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn within(mut self, outermost: Scope<L>) -> Self {
        self.around = Some(outermost);
        self
    }

    /// Returns the plan, to attach callbacks.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut session = Plan::<Fit>::new().session();
    /// session.plan().on(Fit::on_epoch_end, || {});
    /// assert!(session.start()?.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn plan(&mut self) -> &mut Plan<L> {
        &mut self.plan
    }

    /// Checks the plan and enters every callback. The `Err` has all problems of the plan, and nothing has run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |_: &String| {});
    /// assert_eq!(plan.session().start().unwrap_err().problems().len(), 1);
    /// ```
    pub fn start(self) -> Result<Session<'m, L>, PlanError> {
        let problem = self.lent.problem(&self.state);
        let session = Session {
            run: RefCell::new(OwnedRun::start(self.plan, self.state, &self.lent)?),
            lent: self.lent,
            misuse: Cell::new(None),
            round_len: Cell::new(0),
            began_in_panic: std::thread::panicking(),
        };
        if let Some(what) = problem {
            session.fail_with(Cause::Misplaced(what));
        }
        if let Some(scope) = self.around {
            session.begin_outermost(scope);
        }
        Ok(session)
    }
}

impl<L: Loop> fmt::Debug for SessionBuilder<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}
