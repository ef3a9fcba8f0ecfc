//! [`Availability`], with which a loop and its plans declare which state exists at which breakpoint, and which breakpoints a run does not
//! fire.

use crate::callback::Location;
use crate::loops::{
    At, AvailabilityTable, Breakpoint, BreakpointId, BreakpointSet, Declared, Loop, LoopInfo, Role,
    Scope,
};
use crate::outcome::{Failure, Outcome, Stop};
use crate::period::{Amount, Counter, CounterReader, Due, Unit};
use crate::plan::{Problem, ProblemKind};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Declares which state a loop provides, and at which breakpoints.
///
/// `breakpoints!` writes the declarations of the `with` clauses. [`Plan::expect`](crate::Plan::expect) adds those that only a run knows, such
/// as the types of a learner.
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
    marker: PhantomData<fn() -> L>,
}

impl<L: Loop> Availability<L> {
    /// Returns what the loop declares and what the runtime provides in every loop.
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

    /// Returns what `declare` declares.
    pub(crate) fn fill(declare: impl FnOnce(&mut Self)) -> AvailabilityTable {
        let mut availability = Self {
            table: AvailabilityTable::new(LoopInfo::of::<L>()),
            marker: PhantomData,
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

    /// Declares that `T` exists from the begin of `scope` to its end, both included. For an outermost scope, `T` also exists at the stop and
    /// the interrupt breakpoint, which are fired inside it.
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

    /// Declares that `T` exists from the breakpoint `at` to the end of the innermost scope around it. If no scope is around `at`, `T` exists
    /// only there. In a run that is [`silent`](Self::silent) at `at`, `T` does not exist.
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

    /// Declares that `T` exists from `first` to `last`, both included, in the order of one pass. In a run that is [`silent`](Self::silent) at
    /// `first`, `T` does not exist.
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

    /// Declares that the run does not open `scope`, nor a scope inside it. `because` is the reason, such as "there is no validation data".
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

    /// Declares that the run opens only `scope` and the scopes inside it. `because` is the reason, such as "this is an evaluation".
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

    /// Declares that the run does not fire the breakpoint `at`. `because` is the reason, such as "the step is fused"; after a semicolon it has the
    /// remedy for a callback that [needs](crate::CallbackInfo::needs) the breakpoint.
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

    /// Declares the names of all values that the loop itself puts into the [`Record`](crate::Record). A callback that monitors another name,
    /// which no callback produces, is then a problem of the plan. A second call adds names.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::shelf::EarlyStopping;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(EarlyStopping::minimize("train_los"));
    /// plan.expect(|availability| availability.records(["train_loss"]));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert_eq!(error.problems()[0].hint(), Some("did you mean `train_loss`?"));
    /// ```
    pub fn records<N: Into<Cow<'static, str>>>(&mut self, names: impl IntoIterator<Item = N>) {
        let records = self.table.records.get_or_insert_default();
        records.extend(names.into_iter().map(Into::into));
    }

    /// Declares that the run records no value whose name begins with `beginning`, such as `valid_`. `because` is the reason, with the
    /// remedy, such as "no validation data: `.valid(…)`".
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// use callbacks::shelf::EarlyStopping;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(EarlyStopping::minimize("valid_loss"));
    /// plan.expect(|availability| {
    ///     availability.records(["train_loss"]);
    ///     availability.never_records("valid_", "no validation data");
    /// });
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert!(error.to_string().contains("which this run does not record: no validation data"));
    /// ```
    pub fn never_records(&mut self, beginning: &'static str, because: &str) {
        self.table.unrecorded.push((beginning, because.to_owned()));
    }

    /// Declares why the run may record no value whose name begins with `beginning`, such as `valid_`, with the remedy. The error of a stopper
    /// that finds no number of such a name has this reason, unless the record has others whose names begin so.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let (mut plan, mut state) = (Plan::<Fit>::new(), State::new());
    /// plan.expect(|availability| availability.may_lack("valid_", "no validation pass: `fit.valid(…)`"));
    /// plan.run(&mut state, |_| Ok(()))?.ok().unwrap();
    /// let text = state.get::<Record>().unwrap().explain_absence("valid_loss");
    /// assert!(text.contains("no validation pass: `fit.valid(…)`"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn may_lack(&mut self, beginning: &'static str, because: &str) {
        self.table.may_lack.push((beginning, because.to_owned()));
    }

    /// Declares a name that settings of callbacks can refer to ([`CallbackInfo::refers_to`](crate::CallbackInfo::refers_to)), such as that of an
    /// `"optimiser"`. Others of its kind are problems of the plan then.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::schedule::Exponential;
    /// use callbacks::shelf::RateSchedule;
    ///
    /// let (mut plan, mut state) = (Plan::<Fit>::new(), State::new());
    /// state.insert(LearningRate::new(0.1));
    /// plan.expect(|availability| availability.knows("optimiser", "main"));
    /// plan.add(RateSchedule::per_epoch(Exponential::new(0.9)).of("mian"));
    /// let error = plan.check(&state).unwrap_err();
    /// assert_eq!(error.problems()[0].hint(), Some("did you mean `main`?"));
    /// ```
    pub fn knows(&mut self, kind: &'static str, name: impl Into<Cow<'static, str>>) {
        self.table.known_names.push((kind, name.into()));
    }

    /// Reports an invalid setting of the loop, with the other problems of the plan.
    ///
    /// `subject` names what has the setting, `location` is the source location that sets it, and `text` says what is wrong and what to set
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

    /// Declares that the state of type `T` counts `unit` in this loop, so that periods read it. This does not declare where `T` exists; another
    /// method does. A second counter of a unit replaces the first.
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

    /// Declares that the run ends when the loop has counted `total` of `unit`. Periods with `last` are due there. The plan has a note for a
    /// period that is not due until then.
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
