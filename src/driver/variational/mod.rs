//! A driven system with its callbacks and settings, and its runs.

mod settings;

use super::parts::StepParts;
use super::rollback::ErasedSnapshot;
use super::steps::{Deadline, RunBegin, RunLength, Steps, clear_despite_panics};
use super::{Attempt, Driven, Driver, RejectedAttempts, Samples, Time, expectations};
use crate::Attach;
use crate::fit::{Step, Total};
use callback_runtime::__private::catch;
use callback_runtime::persist::{Fields, SavedValue};
use callback_runtime::{
    Amount, Ctx, Explanation, Location, Outcome, Plan, PlanError, Record, State, Unit,
};
use std::fmt;

/// A driven system with its callbacks and settings. It runs [`Driver`] any number of times, and each run continues where the last one
/// ended. [`Attach`] has the methods that attach callbacks.
///
/// `Well` is the system in the example of [`Driven`].
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .on(Driver::on_step_end, |step: &Step, record: &Record| println!("{step}: {record:.4}"));
/// assert!(driver.run(10)?.is_finished());
/// assert!(driver.run(10)?.is_finished());
/// assert_eq!(driver.step().get(), 20);
/// assert!(driver.driven().x < 1e-5);
/// # Ok::<(), PlanError>(())
/// ```
pub struct VariationalDriver<D: Driven> {
    driven: D,
    plan: Plan<Driver>,
    state: State,
    retry_limit: u64,
    rollback: Option<Box<dyn ErasedSnapshot<D>>>,
    created_at: Location,
}

impl<D: Driven> VariationalDriver<D> {
    /// Makes `steps` more steps. The `Err` has the problems of the plan, found before anything ran; the outcome says how the run ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 });
    /// assert!(driver.run(3)?.is_finished());
    /// assert_eq!((driver.step().get(), driver.driven().x), (3, 0.125));
    ///
    /// driver.plan().on(Driver::on_step_end, |_: &String| {});
    /// assert!(driver.run(1).is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn run(&mut self, steps: u64) -> Result<Outcome, PlanError> {
        let last = self.begin_of_run().saturating_add(steps);
        let previous = self.prepare(None, Some((Unit::Steps, last.into())));
        self.run_steps(RunLength::Steps(steps), previous)
    }

    /// Makes steps for a span of simulated time. The run ends with the first step that reaches the end of the span, or goes beyond it. A
    /// span that is too small to change the time is a problem of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Clock(f64);
    /// struct Tick(f64);
    ///
    /// impl Driven for Clock {
    ///     type Samples = ();
    ///     type Update = Tick;
    ///     fn time(&self) -> Time {
    ///         Time::new(self.0)
    ///     }
    ///     fn update_parameters(&mut self, tick: &Tick) -> Result<(), BoxError> {
    ///         self.0 += tick.0;
    ///         Ok(())
    ///     }
    ///     // …
    /// #     fn sample(&mut self) -> Result<(), BoxError> { Ok(()) }
    /// #     fn compute_loss_and_update(&mut self, _: &(), _: &mut Record) -> Result<Tick, BoxError> { Ok(Tick(0.1)) }
    /// }
    ///
    /// let mut driver = VariationalDriver::new(Clock(0.0));
    /// assert!(driver.run_for(Time::new(0.8))?.is_finished());
    /// assert_eq!(driver.step().get(), 8);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn run_for(&mut self, span: Time) -> Result<Outcome, PlanError> {
        let span = span.get();
        // `prepare` reports a panic of `Driven::time` as a problem of the plan.
        let now = self.time().unwrap_or_default().get();
        let end = now + span;
        let previous = self.prepare(
            check_span(now, span),
            end.is_finite().then(|| (Unit::Time, end.into())),
        );
        self.run_steps(RunLength::Time(Deadline::after(now, span)), previous)
    }

    /// Returns the number of steps in all runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default());
    /// assert!(driver.run(3)?.is_finished() && driver.run(2)?.is_finished());
    /// assert_eq!(driver.step(), Step::new(5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn step(&self) -> Step {
        self.state.get().copied().unwrap_or_default()
    }

    /// Returns the driven system.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let driver = VariationalDriver::new(Well { x: 1.0 });
    /// assert_eq!(driver.driven().x, 1.0);
    /// ```
    pub fn driven(&self) -> &D {
        &self.driven
    }

    /// Returns the driven system, to change it between runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default());
    /// driver.driven_mut().x = 8.0;
    /// assert!(driver.run(1)?.is_finished());
    /// assert_eq!(driver.driven().x, 4.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn driven_mut(&mut self) -> &mut D {
        &mut self.driven
    }

    /// Returns the driven system, and drops the rest.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let well: Well = VariationalDriver::new(Well { x: 1.0 }).into_driven();
    /// assert_eq!(well.x, 1.0);
    /// ```
    pub fn into_driven(self) -> D {
        self.driven
    }

    /// Returns a value of the state: one that was put there with [`state`](Self::state), or one of the last run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 });
    /// assert!(driver.run(2)?.is_finished());
    /// assert_eq!(driver.get::<Record>().and_then(|record| record.get("energy")), Some(0.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.state.get()
    }

    /// Checks a run without running it. The `Err` has all problems of callbacks and settings.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Well, well::Slope};
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .retry_limit(0)
    ///     .on(Driver::on_step_start, |_: &Slope| {});
    /// assert_eq!(driver.check().unwrap_err().problems().len(), 2);
    /// ```
    pub fn check(&mut self) -> Result<(), PlanError> {
        self.prepare_check();
        let (plan, state, driven) = (&mut self.plan, &mut self.state, &mut self.driven);
        state.lend(driven, |ctx: Ctx<'_>| plan.check(&ctx))
    }

    /// Explains what a run will do: which handler runs where, in which order and why.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::Well;
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .on(Driver::on_step_end, |well: &Well, step: &Step| println!("{step}: {}", well.x));
    /// assert!(driver.explain()?.to_string().contains("Well, Step"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn explain(&mut self) -> Result<Explanation, PlanError> {
        self.prepare_check();
        let (plan, state, driven) = (&mut self.plan, &mut self.state, &mut self.driven);
        state.lend(driven, |ctx: Ctx<'_>| plan.explain(&ctx))
    }

    /// Refuses a checkpoint of a system that names nothing.
    fn check_persist(&mut self) -> Option<String> {
        if !self.plan.has_receivers() && self.plan.saved_run().is_none() {
            return None;
        }
        // A panic comes again where the run is saved, and is reported there.
        let names = catch(|| Fields::names(|fields| self.driven.persist_fields(fields)));
        let is_empty = names.is_ok_and(|names| names.is_empty());
        is_empty.then(|| {
            "saves its runs, and the driven system names nothing to save; name its parameters and its random numbers in \
             `fn persist_fields(&mut self, fields: &mut Fields<'_>)` of its `impl Driven`"
                .to_owned()
        })
    }

    /// Returns the step at which the run began that the next call makes or continues.
    fn begin_of_run(&self) -> u64 {
        let saved = self.plan.saved_run();
        let begin = saved.and_then(|saved| saved.state("Driver")?.get("step"));
        match begin {
            Some(SavedValue::Integer(step)) => (*step).try_into().unwrap_or_default(),
            _ => self.step().get(),
        }
    }

    /// Prepares plan and state for a run. Returns what the last run left.
    fn prepare(
        &mut self,
        span_problem: Option<String>,
        end: Option<(Unit, Amount)>,
    ) -> PreviousRun {
        let time = self.time();
        self.expect([span_problem, time.as_ref().err().cloned()], end);
        self.reset_state(time.unwrap_or_default())
    }

    /// Prepares the plan for a check. What the last run left stays.
    fn prepare_check(&mut self) {
        let time_problem = self.time().err();
        self.expect([None, time_problem], None);
    }

    /// Declares what the run adds to its loop's declaration, and the problems of the settings.
    fn expect(&mut self, problems: [Option<String>; 2], end: Option<(Unit, Amount)>) {
        let limit_problem = (self.retry_limit == 0)
            .then(|| "a `retry_limit` of 0 leaves no attempt; give 1 or more".to_owned());
        let problems = problems.into_iter().flatten().chain(self.check_persist());
        let problems: Vec<String> = problems.collect();
        let created_at = self.created_at;
        self.plan.expect(|availability| {
            expectations::declare_driven::<D>(availability);
            if let Some((unit, total)) = end {
                availability.ends_at(unit, total);
            }
            for problem in limit_problem.into_iter().chain(problems) {
                availability.problem("the driver", created_at, problem);
            }
        });
    }

    /// Returns the simulated time, or a problem if `Driven::time` panics.
    fn time(&self) -> Result<Time, String> {
        catch(|| self.driven.time()).map_err(|cause| {
            format!(
                "`Driven::time` {cause}; let it return the simulated time whenever it is called"
            )
        })
    }

    /// Resets the state for a run, except for the step. Returns what the last run left, to restore it if the plan has problems.
    fn reset_state(&mut self, time: Time) -> PreviousRun {
        let state = &mut self.state;
        if state.get::<Step>().is_none() {
            state.insert(Step::default());
        }
        let begin = RunBegin::new(state.get().copied().unwrap_or_default(), time);
        state.insert(begin);
        state.insert(time);
        state.insert(Total::default());
        state.insert(Samples::<D::Samples>::default());
        // The runs of a driver have one record, so that callbacks continue.
        let record = state.get().map(Record::continued).unwrap_or_default();
        PreviousRun {
            attempt: state.insert(Attempt::default()),
            record: state.insert(record),
            rejected: state.insert(RejectedAttempts::default()),
        }
    }

    fn run_steps(
        &mut self,
        length: RunLength,
        previous: PreviousRun,
    ) -> Result<Outcome, PlanError> {
        let (plan, state) = (&mut self.plan, &mut self.state);
        state.insert(length.total());
        let mut steps = Steps {
            begin: state.get().copied().unwrap_or_default(),
            length,
            retry_limit: self.retry_limit,
            rollback: self.rollback.as_deref_mut(),
            parts: StepParts::new(),
        };
        let outcome = state.lend(&mut self.driven, |ctx: Ctx<'_>| {
            plan.run(ctx, |run| steps.run(run))
        });
        if outcome.is_err() {
            previous.restore(&mut self.state);
        }
        // A handler may have inserted samples or an update after the last step.
        clear_despite_panics::<D>(&mut self.state.ctx());
        if let Some(rollback) = &mut self.rollback {
            rollback.clear();
        }
        outcome
    }
}

/// What a run leaves in the state, for inspection.
struct PreviousRun {
    attempt: Option<Attempt>,
    record: Option<Record>,
    rejected: Option<RejectedAttempts>,
}

impl PreviousRun {
    fn restore(self, state: &mut State) {
        state.insert(self.attempt.unwrap_or_default());
        state.insert(self.record.unwrap_or_default());
        state.insert(self.rejected.unwrap_or_default());
    }
}

/// Checks the span of a run that begins at `now`. A `now` that is not finite is no problem here: it fails the run.
fn check_span(now: f64, span: f64) -> Option<String> {
    let end = now + span;
    let reason = if !span.is_finite() || span < 0.0 {
        "give one that is finite and not negative".to_owned()
    } else if !now.is_finite() {
        return None;
    } else if !end.is_finite() {
        format!("from {now} on, that is beyond what can be counted; give a smaller one")
    } else if span > 0.0 && end <= now {
        format!(
            "the simulated time is {now:e}, and this span does not change it; give a greater one"
        )
    } else {
        return None;
    };
    Some(format!("a run for a span of {span}; {reason}"))
}

impl<D: Driven> Attach for VariationalDriver<D> {
    type Loop = Driver;

    fn plan(&mut self) -> &mut Plan<Driver> {
        &mut self.plan
    }
}

impl<D: Driven + fmt::Debug> fmt::Debug for VariationalDriver<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VariationalDriver")
            .field("driven", &self.driven)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}
