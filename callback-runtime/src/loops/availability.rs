//! Which state exists where in a loop, and which breakpoints a run will not reach.

use crate::callback::Location;
use crate::loops::{
    At, AvailabilityTable, Breakpoint, BreakpointId, BreakpointSet, Declared, Loop, LoopInfo, Role,
    Scope,
};
use crate::outcome::{Failure, Outcome, Stop};
use crate::period::{Amount, Counter, CounterReader, Due, Unit};
use crate::plan::{Problem, ProblemKind};
use std::fmt;
use std::marker::PhantomData;

/// Which state a loop provides, and where.
///
/// `breakpoints!` fills it from the `with` clauses. What only a run knows (the types of a learner) is added by
/// [`Plan::expect`](crate::Plan::expect).
///
/// ```
/// use callbacks::prelude::*;
///
/// struct Batch;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_train_batch_end, |_: &Batch| {});
/// assert!(plan.check(&State::new()).is_err());
/// plan.expect(|availability| {
///     availability.within::<Batch>(Fit::TRAIN_BATCH);
///     availability.silent_scope(Fit::VALID, "there is no validation data");
/// });
/// assert!(plan.check(&State::new()).is_ok());
/// ```
pub struct Availability<L> {
    table: AvailabilityTable,
    of: PhantomData<fn() -> L>,
}

impl<L: Loop> Availability<L> {
    /// What the loop declares, and what the runtime provides in every loop.
    pub(crate) fn of_loop() -> AvailabilityTable {
        Self::fill(|availability| {
            availability.always::<Breakpoint>();
            availability.always::<Due>();
            availability.at_role::<Stop>(Role::Stop);
            availability.at_role::<Stop>(Role::Interrupt);
            availability.at_role::<Failure>(Role::Error);
            availability.at_role::<Outcome>(Role::Exit);
            L::availability(availability);
        })
    }

    /// Collects what `declare` declares.
    pub(crate) fn fill(declare: impl FnOnce(&mut Self)) -> AvailabilityTable {
        let mut availability = Self {
            table: AvailabilityTable::new(LoopInfo::of::<L>()),
            of: PhantomData,
        };
        declare(&mut availability);
        availability.table
    }

    /// Declares that `T` exists at every breakpoint, like the `with` clause on the first line of a loop.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Batch;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_fit_begin, |_: &Batch| {});
    /// assert!(plan.check(&State::new()).is_err());
    /// plan.expect(|availability| availability.always::<Batch>());
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn always<T: 'static>(&mut self) {
        self.declare::<T>(self.table.everywhere());
    }

    /// Declares that `T` exists from the begin of `scope` to its end, both included; in an outermost scope also at the stop and the interrupt
    /// breakpoint, which are fired inside of it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Batch;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_begin, |_: &Batch| {});
    /// assert!(plan.check(&State::new()).is_err());
    /// plan.expect(|availability| availability.within::<Batch>(Fit::TRAIN_BATCH));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn within<T: 'static>(&mut self, scope: Scope<L>) {
        let (begin, end) = (scope.info().begin(), scope.info().end());
        self.declare::<T>(BreakpointId::between(begin, end).collect());
        if scope.info().parent().is_none() {
            self.at_role::<T>(Role::Stop);
            self.at_role::<T>(Role::Interrupt);
        }
    }

    /// Declares that `T` exists from the breakpoint `at` to the end of the scope around it; only at `at` if no scope is around it. It does not
    /// exist in a run that is [`silent`](Self::silent) at `at`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Batch;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_end, |_: &Batch| {});
    /// assert!(plan.check(&State::new()).is_err());
    /// plan.expect(|availability| availability.from::<Batch>(Fit::on_train_batch_after_pred));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn from<T: 'static>(&mut self, at: At<L, impl Sized>) {
        self.declare_since::<T>(at.id(), self.table.scope_end(at.id()));
    }

    /// Declares that `T` exists from `first` to `last`, both included, in the order of one pass. It does not exist in a run that is
    /// [`silent`](Self::silent) at `first`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Batch;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_after_step, |_: &Batch| {});
    /// assert!(plan.check(&State::new()).is_err());
    /// plan.expect(|availability| availability.between::<Batch>(Fit::on_train_batch_before_step, Fit::on_train_batch_after_step));
    /// assert!(plan.check(&State::new()).is_ok());
    /// ```
    #[track_caller]
    pub fn between<T: 'static>(&mut self, first: At<L, impl Sized>, last: At<L, impl Sized>) {
        self.declare_since::<T>(first.id(), last.id());
    }

    /// Declares that the run does not open `scope`, and no scope inside of it. `because` is the reason ("there is no validation data").
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_valid_end, || {});
    /// plan.expect(|availability| availability.silent_scope(Fit::VALID, "there is no validation data"));
    /// plan.check(&State::new())?;
    /// assert!(plan.notes()[0].to_string().ends_with("can never run here: there is no validation data"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn silent_scope(&mut self, scope: Scope<L>, because: &str) {
        let inside = BreakpointId::between(scope.info().begin(), scope.info().end());
        self.table.silence(inside, because);
    }

    /// Declares that the run opens only `scope` and the scopes inside of it. `because` is the reason ("this is an evaluation").
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {});
    /// plan.expect(|availability| availability.only_scope(Fit::VALID, "this is an evaluation"));
    /// plan.check(&State::new())?;
    /// assert!(plan.notes()[0].to_string().ends_with("can never run here: this is an evaluation"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn only_scope(&mut self, scope: Scope<L>, because: &str) {
        let (begin, end) = (scope.info().begin(), scope.info().end());
        let outside = self.table.scoped_outside(begin, end);
        self.table.silence(outside, because);
    }

    /// Declares that the run does not fire `at`. `because` is the reason.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_train_batch_after_pred, || {});
    /// plan.expect(|availability| availability.silent(Fit::on_train_batch_after_pred, "the step is fused"));
    /// plan.check(&State::new())?;
    /// assert!(plan.notes()[0].to_string().ends_with("can never run here: the step is fused"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn silent(&mut self, at: At<L, impl Sized>, because: &str) {
        self.table.silence([at.id()], because);
    }

    /// Reports an invalid setting of the loop with the other problems of the plan: what it is a setting of, where it was set, and what to set
    /// instead.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Location;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.expect(|availability| availability.problem("Grid", Location::here(), "it has no cells; give it a size"));
    /// assert_eq!(plan.check(&State::new()).unwrap_err().problems().len(), 1);
    /// ```
    pub fn problem(&mut self, subject: &str, location: Location, text: impl Into<String>) {
        let problem = Problem::of_plan(ProblemKind::Setting, subject, location, text.into());
        self.table.problems.push(problem);
    }

    /// Declares that state of the type `T` counts the loop's `unit`, which periods read. Where it exists is declared by another method.
    ///
    /// ```
    /// use callbacks::{Loop, Availability, Unit, counter};
    /// # use callbacks::{Breakpoint, Role, ScopeInfo};
    ///
    /// struct Sweep(u64);
    ///
    /// counter!(Sweep: u64);
    ///
    /// struct Chain;
    ///
    /// impl Loop for Chain {
    ///     # const NAME: &'static str = "Chain";
    ///     # const SCOPES: &'static [ScopeInfo] = &[];
    ///     # const BREAKPOINTS: &'static [Breakpoint] = &[
    ///     #     Breakpoint::new("Chain", 0, "on_enter", Role::Enter, None, None),
    ///     #     Breakpoint::new("Chain", 1, "on_exit", Role::Exit, None, None),
    ///     # ];
    ///     // …
    ///     fn availability(availability: &mut Availability<Self>) {
    ///         availability.always::<Sweep>();
    ///         availability.counts::<Sweep>(Unit::Steps);
    ///     }
    /// }
    /// # callbacks::Plan::<Chain>::new();
    /// ```
    pub fn counts<T: Counter>(&mut self, unit: Unit) {
        self.table.counters.retain(|reader| reader.unit != unit);
        self.table.counters.push(CounterReader::of::<T>(unit));
    }

    /// Declares that the run ends when the loop has counted to `total`. Periods with `last` are due there, and a period that is first due
    /// after it gets a note.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Unit;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.expect(|run| run.ends_at(Unit::Epochs, 5_u64));
    /// plan.on(Fit::on_epoch_end, || {}).every(Period::epochs(10));
    /// plan.check(&State::new())?;
    /// assert!(plan.notes()[0].to_string().contains("epoch 10"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ends_at(&mut self, unit: Unit, total: impl Into<Amount>) {
        self.table.totals = self.table.totals.with(unit, total);
    }

    #[track_caller]
    fn at_role<T: 'static>(&mut self, role: Role) {
        self.declare::<T>(self.table.of_role(role));
    }

    #[track_caller]
    fn declare_since<T: 'static>(&mut self, first: BreakpointId, last: BreakpointId) {
        let at = BreakpointId::between(first, last).collect();
        let declared = Declared::of::<T>(at, Location::here());
        self.table.declared.push(declared.since(first));
    }

    #[track_caller]
    fn declare<T: 'static>(&mut self, at: BreakpointSet) {
        let declared = Declared::of::<T>(at, Location::here());
        self.table.declared.push(declared);
    }
}

impl<L> fmt::Debug for Availability<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Availability")
            .field("declared", &self.table.declared)
            .field("silent", &self.table.silent)
            .field("problems", &self.table.problems)
            .finish_non_exhaustive()
    }
}
