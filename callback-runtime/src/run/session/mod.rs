//! A run as a value, for loops that ask for their rounds.

mod builder;
mod calls;
mod nesting;
mod open_scope;
mod scopes;

pub use builder::SessionBuilder;
pub use open_scope::OpenScope;
pub use scopes::Scopes;

use super::Break;
use super::lent::{Lent, NotLent};
use super::owned_run::OwnedRun;
use crate::callback::Location;
use crate::loops::{At, Loop, Rounds, Scope};
use crate::outcome::{Cause, Outcome};
use crate::plan::Plan;
use crate::record::{Record, Value};
use crate::state::{Ctx, State};
use std::borrow::Cow;
use std::cell::{Cell, RefCell, RefMut};
use std::fmt;

/// A run for a loop that exists already: the loop asks the session for its rounds, and the session begins and ends the scopes around them.
/// The loop stays a `for` loop and is neither a closure nor a [`Loop`] that someone implements.
///
/// [`each`](Self::each) passes the items of an iterator on and opens a scope around each of them. It has no more items when a callback
/// stops the run. A scope ends before the next item, and where `break`, `?`, `return` or a panic ends the `for` loop.
///
/// Build a session with [`Plan::session`], and end it with [`finish`](Self::finish). The outermost scope of the loop begins with the first
/// scope inside it, and ends with the session. A session that is dropped before it is finished, because the function returned an error,
/// is interrupted: every open scope ends and every callback exits.
///
/// The fit loop of `callbacks` has a session of its own, `Fit::session`, which knows epochs and batches.
///
/// ```
/// use callbacks::prelude::*;
///
/// breakpoints! {
///     pub loop Newton with Step as steps {
///         scope RUN {
///             on_run_begin;
///             scope STEP counts Step {
///                 before_step;
///                 after_step completes Step;
///             }
///             on_run_end;
///         }
///     }
/// }
///
/// let mut plan = Plan::<Newton>::new();
/// plan.on(Newton::after_step, |record: &Record| match record.get("change") {
///     Some(change) if change < 1e-9 => Flow::stop("converged"),
///     _ => Flow::Continue,
/// });
/// let session = plan.session().start()?;
/// let mut x = 1.0_f64;
/// for _ in session.each(Newton::STEP, 0..100) {
///     let next = f64::midpoint(x, 2.0 / x);
///     session.log("change", (next - x).abs());
///     x = next;
/// }
/// let outcome = session.finish();
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("converged"));
/// assert!((x * x - 2.0).abs() < 1e-9);
/// # Ok::<(), PlanError>(())
/// ```
///
/// # What callbacks see
///
/// The state that the builder got, what the loop puts there with [`insert`](Self::insert), and what it lends: a value that was lent with
/// [`SessionBuilder::lend`] is state whenever handlers run. Between these moments the loop uses it with [`borrow`](Self::borrow).
///
/// # Errors of the loop
///
/// A scope that is opened outside of the scope directly around it, or ended before a scope inside it, a breakpoint that is fired outside of
/// its scope, and a lent value that is still borrowed when handlers run fail the run. The loop then has no more rounds, and the outcome names
/// the scope or the value.
///
/// # Rounds that `break` ends
///
/// A round that `break`, `?` or `return` ends is complete if its record has as many values as the one before; otherwise it is cut short, and
/// loggers and stoppers ignore it. The first round is complete if it has a value.
#[must_use = "a session that is dropped is interrupted; end it with `finish`"]
pub struct Session<'m, L: Loop> {
    run: RefCell<OwnedRun<L>>,
    lent: Lent<'m>,
    /// What the loop did wrong while the run was in use. The next call fails the run with it.
    misuse: Cell<Option<&'static str>>,
    /// The number of values in the record of the last round.
    round_len: Cell<usize>,
    /// Whether a panic was under way when the session began.
    began_in_panic: bool,
}

impl<L: Loop> Plan<L> {
    /// Makes a session of the plan, for a loop that exists already.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
    /// let session = Plan::<Relax>::new().session().start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {}
    /// assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn session<'m>(self) -> SessionBuilder<'m, L> {
        SessionBuilder::of(self)
    }
}

impl<'m, L: Loop> Session<'m, L> {
    /// Passes the items of `items` on, and opens the scope around each. After a stop, a leave of an outer scope or a failure, no item follows.
    /// An item whose scope a handler leaves at its begin is skipped.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, |x: &i32| if *x == 3 { Flow::stop("three") } else { Flow::Continue });
    /// let session = plan.session().state(0).start()?;
    /// let mut seen = vec![];
    /// for x in session.each(Relax::STEP, [1, 2, 3, 4]) {
    ///     session.insert(x);
    ///     seen.push(x);
    /// }
    /// assert_eq!(seen, [1, 2, 3]);
    /// assert!(session.finish().stopped().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn each<I: IntoIterator>(
        &self,
        scope: Scope<L>,
        items: I,
    ) -> Scopes<'_, 'm, L, I::IntoIter> {
        let items = items.into_iter();
        if let (length, Some(most)) = items.size_hint()
            && length == most
        {
            self.expect_items(scope, length);
        }
        Scopes::new(self, scope, Location::here(), items)
    }

    /// Notes in the record how many rounds follow, if the scope is a round.
    fn expect_items(&self, scope: Scope<L>, length: usize) {
        if scope.end().is_round_end() {
            self.with_state(|state| {
                if let Some(record) = state.get::<Record>() {
                    record.expect_rounds(length.try_into().unwrap_or(u64::MAX));
                }
            });
        }
    }

    /// Opens a scope, which ends when the returned value is dropped. `None` if the run is interrupted, or if a handler has left the scope
    /// at its begin.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope RUN { on_run_begin; scope STEP { before_step; after_step; } on_run_end; } } }
    /// let session = Plan::<Relax>::new().session().start()?;
    /// if let Some(_run) = session.open(Relax::RUN) {
    ///     for _ in session.each(Relax::STEP, 0..3) {}
    /// }
    /// assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn open(&self, scope: Scope<L>) -> Option<OpenScope<'_, 'm, L>> {
        self.open_at(scope, Location::here())
    }

    /// Opens a scope like [`open`](Self::open), for a type around the session that knows where the loop asked for it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Location;
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
    /// let session = Plan::<Relax>::new().session().start()?;
    /// assert!(session.open_at(Relax::STEP, Location::here()).is_some());
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn open_at(&self, scope: Scope<L>, caller: Location) -> Option<OpenScope<'_, 'm, L>> {
        let mut depth = None;
        self.call(|run| depth = nesting::open(&mut run.core, scope.id(), caller));
        depth.map(|depth| OpenScope::new(self, depth))
    }

    /// Runs the handlers of a breakpoint inside the open scope, like [`Run::fire`](crate::Run::fire). The `Err` says that the rest of a scope is not to run, as
    /// [`is_interrupted`](Self::is_interrupted) does: leave the loop with `break`, and not the function with `?`, which would drop the session.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_force; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, |count: &mut u32| *count += 1);
    /// let session = plan.session().state(0_u32).start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {
    ///     session.fire(Relax::on_force).unwrap();
    /// }
    /// assert_eq!(session.with_state(|state| state.get().copied()), Some(Some(3_u32)));
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn fire(&self, at: At<L>) -> Result<(), Break> {
        let (mut fired, caller) = (Err(Break::PENDING), Location::here());
        self.call(|run| fired = nesting::fire(run, at, caller));
        fired
    }

    /// Sets a value in the record of the round. The next round begins with an empty record.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// session.log("rate", 0.1);
    /// let rate = session.with_state(|state| state.get::<Record>()?.get("rate"));
    /// assert_eq!(rate, Some(Some(0.1)));
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn log(&self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>)
    where
        L: Rounds,
    {
        self.with_state(|mut state| {
            if let Some(record) = state.get_mut::<Record>() {
                record.set(name, value);
            }
        });
    }

    /// Inserts a value into the state. A value of its type is replaced.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// session.insert(7_u32);
    /// assert_eq!(session.with_state(|state| state.get().copied()), Some(Some(7_u32)));
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn insert<T: 'static>(&self, value: T) {
        self.with_state(|mut state| drop(state.insert(value)));
    }

    /// Calls `body` with the state, without the values that the loop lends. `None` if a `with_state` is under way already, which fails the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().state(7_u32).start()?;
    /// assert_eq!(session.with_state(|mut state| state.insert(8_u32)), Some(Some(7)));
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn with_state<R>(&self, body: impl FnOnce(Ctx<'_>) -> R) -> Option<R> {
        let mut run = self.run()?;
        Some(body(run.state.ctx()))
    }

    /// Borrows a value back that was [lent](SessionBuilder::lend). Drop the borrow before the scope ends: the values that are lent are
    /// state whenever handlers run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
    /// struct Model(f64);
    ///
    /// let mut model = Model(0.0);
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, |model: &Model| println!("{}", model.0));
    /// let session = plan.session().lend(&mut model).start()?;
    /// for x in session.each(Relax::STEP, [1.0, 2.0]) {
    ///     session.borrow::<Model>().unwrap().0 += x;
    /// }
    /// assert!(session.finish().is_finished());
    /// assert_eq!(model.0, 3.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn borrow<T: 'static>(&self) -> Result<RefMut<'_, T>, NotLent> {
        self.lent.borrow()
    }

    /// Whether the rest of the open scope is not to run, because of a leave, a stop or a failure.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_force; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_force, || Flow::leave(Relax::STEP));
    /// let session = plan.session().start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {
    ///     assert!(session.fire(Relax::on_force).is_err());
    ///     assert!(session.is_interrupted());
    /// }
    /// assert!(!session.is_interrupted());
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_interrupted(&self) -> bool {
        self.run().is_none_or(|run| run.is_interrupted())
    }

    /// Whether the run has failed.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// assert!(!session.has_failed());
    /// session.fail("the data is gone");
    /// assert!(session.has_failed());
    /// # assert!(session.finish().failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn has_failed(&self) -> bool {
        self.run().is_some_and(|run| run.has_failed())
    }

    /// Returns the innermost open scope.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// for _ in session.each(Fit::EPOCH, 0..3) {
    ///     assert_eq!(session.innermost(), Some(Fit::EPOCH));
    /// }
    /// assert_eq!(session.innermost(), Some(Fit::FIT));
    /// # assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn innermost(&self) -> Option<Scope<L>> {
        let run = self.run()?;
        let innermost = run.run_state()?.open.last().copied();
        innermost.and_then(Scope::of_id)
    }

    /// Fails the run with an error of the loop. The open scopes end without their handlers, and every callback exits when the session is
    /// finished.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// session.fail("the data is gone");
    /// assert!(session.finish().failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fail(&self, error: impl Into<crate::BoxError>) {
        if let Some(mut run) = self.run() {
            run.fail(Cause::Error(error.into()));
        }
    }

    /// Adds a remark of the loop to the outcome; see [`Run::remark`](crate::Run::remark).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// session.remark("the grid had no cells");
    /// assert_eq!(session.finish().remarks()[0].text(), "the grid had no cells");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn remark(&self, text: impl Into<String>) {
        if let Some(mut run) = self.run() {
            run.call(|run| run.remark(text));
        }
    }

    /// Ends the open scopes, exits every callback, and returns how the run ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().start()?;
    /// assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn finish(self) -> Outcome {
        self.into_parts().2
    }

    /// Does what [`finish`](Self::finish) does, and returns the plan and the state, too.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let session = Plan::<Fit>::new().session().state(7_u32).start()?;
    /// let (plan, state, outcome) = session.into_parts();
    /// assert_eq!((plan.names().len(), state.get(), outcome.is_finished()), (0, Some(&7_u32), true));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn into_parts(self) -> (Plan<L>, State, Outcome) {
        self.report_misuse();
        self.reopen_outermost();
        let mut run = self.run.borrow_mut();
        let outcome = run.end(&self.lent);
        let (plan, state) = run.take_parts();
        (plan, state, outcome)
    }
}

impl<L: Loop> fmt::Debug for Session<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
