//! Callbacks, what is driven and settings together, and what they are asked to do.

mod settings;


use super::parts::Parts;
use super::rollback::Keep;
use super::steps::{Deadline, Steps, Until, clear_despite_panics};
use super::{Attempt, Driven, Driver, LogData, RejectedAttempts, Samples, Time, expectations};
use crate::Attach;
use crate::fit::{Step, Total};
use callback_runtime::__private::catch;
use callback_runtime::{Amount, Ctx, Explanation, Location, Outcome, Plan, PlanError, State, Unit};
use std::fmt;


/// Callbacks, what is driven and settings together: runs [`Driver`] as often as one likes, and goes on where it stood.
///
/// `Well` is what is driven in the example of [`Driven`].
///
/// ```
/// use callbacks::prelude::*;
/// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .on(Driver::on_step_end, |step: &Step, log: &LogData| println!("{step}: {log:.4}"));
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
    rollback: Option<Box<dyn Keep<D>>>,
    made_at: Location,
}

impl<D: Driven> VariationalDriver<D> {
    /// So many steps more. The `Err` is a plan that was wrong before anything ran; how the run itself ended is in the outcome.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 });
    /// assert!(driver.run(3)?.is_finished());
    /// assert_eq!((driver.step().get(), driver.driven().x), (3, 0.125));
    ///
    /// driver.plan().on(Driver::on_step_end, |_: &String| {});
    /// assert!(driver.run(1).is_err());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn run(&mut self, steps: u64) -> Result<Outcome, PlanError> {
        let made = self.step().get();
        let left = self.prepare(None, Some((Unit::Steps, made.saturating_add(steps).into())));
        self.run_until(Until::Steps(steps), left)
    }

    /// A span of simulated time more. It ends with the first step that comes to the end of the span, or beyond it. A span that does not
    /// move the time, being too small beside it, is a problem of the plan.
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
    /// #     fn compute_loss_and_update(&mut self, _: &(), _: &mut LogData) -> Result<Tick, BoxError> { Ok(Tick(0.1)) }
    /// }
    ///
    /// let mut driver = VariationalDriver::new(Clock(0.0));
    /// assert!(driver.run_for(Time::new(0.8))?.is_finished());
    /// assert_eq!(driver.step().get(), 8);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn run_for(&mut self, span: Time) -> Result<Outcome, PlanError> {
        let span = span.get();
        // A wrong span, and a time that cannot be told, are told before anything runs.
        let now = self.time().unwrap_or_default().get();
        let end = now + span;
        let left = self.prepare(
            wrong_span(now, span),
            end.is_finite().then(|| (Unit::Time, end.into())),
        );
        self.run_until(Until::Time(Deadline::at(end)), left)
    }

    /// How many steps have been made, in all runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let mut driver = VariationalDriver::new(Well::default());
    /// assert!(driver.run(3)?.is_finished() && driver.run(2)?.is_finished());
    /// assert_eq!(driver.step(), Step::new(5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn step(&self) -> Step {
        self.state.get().copied().unwrap_or_default()
    }

    /// What is driven, to look at.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let driver = VariationalDriver::new(Well { x: 1.0 });
    /// assert_eq!(driver.driven().x, 1.0);
    /// ```
    pub fn driven(&self) -> &D {
        &self.driven
    }

    /// What is driven, to change between runs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let mut driver = VariationalDriver::new(Well::default());
    /// driver.driven_mut().x = 8.0;
    /// assert!(driver.run(1)?.is_finished());
    /// assert_eq!(driver.driven().x, 4.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn driven_mut(&mut self) -> &mut D {
        &mut self.driven
    }

    /// What is driven, for good.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let well: Well = VariationalDriver::new(Well { x: 1.0 }).into_driven();
    /// assert_eq!(well.x, 1.0);
    /// ```
    pub fn into_driven(self) -> D {
        self.driven
    }

    /// A value of the state: of one's own, or what the last run left.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let mut driver = VariationalDriver::new(Well { x: 1.0 });
    /// assert!(driver.run(2)?.is_finished());
    /// assert_eq!(driver.get::<LogData>().and_then(|log| log.number("energy")), Some(0.5));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.state.get()
    }

    /// Checks a run without running it: all problems of callbacks and settings are reported together.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::{Slope, Well};
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .retry_limit(0)
    ///     .on(Driver::on_step_start, |_: &Slope| {});
    /// assert_eq!(driver.check().unwrap_err().problems().len(), 2);
    /// ```
    pub fn check(&mut self) -> Result<(), PlanError> {
        self.look_ahead();
        let (plan, state, driven) = (&mut self.plan, &mut self.state, &mut self.driven);
        state.lend(driven, |ctx: Ctx<'_>| plan.check(&ctx))
    }

    /// What a run will do: which handler runs where, in which order and why.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::Well;
    /// let mut driver = VariationalDriver::new(Well::default())
    ///     .on(Driver::on_step_end, |well: &Well, step: &Step| println!("{step}: {}", well.x));
    /// assert!(driver.explain()?.to_string().contains("Well, Step"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn explain(&mut self) -> Result<Explanation, PlanError> {
        self.look_ahead();
        let (plan, state, driven) = (&mut self.plan, &mut self.state, &mut self.driven);
        state.lend(driven, |ctx: Ctx<'_>| plan.explain(&ctx))
    }

    /// Says what the coming run will do, and what is wrong with the settings.
    fn prepare(
        &mut self,
        wrong_span: Option<String>,
        end: Option<(Unit, Amount)>,
    ) -> RemainingSteps {
        let time = self.time();
        self.expect([wrong_span, time.as_ref().err().cloned()], end);
        self.begin(time.unwrap_or_default())
    }

    /// The same where nothing is to run: what the last run left stays.
    fn look_ahead(&mut self) {
        let wrong_time = self.time().err();
        self.expect([None, wrong_time], None);
    }

    fn expect(&mut self, wrong: [Option<String>; 2], end: Option<(Unit, Amount)>) {
        let wrong_limit = (self.retry_limit == 0)
            .then(|| "a `retry_limit` of 0 leaves no attempt; give 1 or more".to_owned());
        let made_at = self.made_at;
        self.plan.expect(|availability| {
            expectations::of_driven::<D>(availability);
            if let Some((unit, total)) = end {
                availability.ends_at(unit, total);
            }
            for text in wrong_limit.into_iter().chain(wrong.into_iter().flatten()) {
                availability.problem("the driver", made_at, text);
            }
        });
    }

    /// The simulated time. No panic of what is driven gets past a driver.
    fn time(&self) -> Result<Time, String> {
        catch(|| self.driven.time()).map_err(|cause| {
            format!(
                "`Driven::time` {cause}; let it return the simulated time whenever it is called"
            )
        })
    }

    /// Every run starts clean, but for how far the driver has come. What the last one left is there again if this one is refused.
    fn begin(&mut self, time: Time) -> RemainingSteps {
        let state = &mut self.state;
        if state.get::<Step>().is_none() {
            state.insert(Step::default());
        }
        state.insert(time);
        state.insert(Total::default());
        state.insert(Samples::<D::Samples>::default());
        RemainingSteps {
            attempt: state.insert(Attempt::default()),
            log: state.insert(LogData::default()),
            rejected: state.insert(RejectedAttempts::default()),
        }
    }

    fn run_until(&mut self, until: Until, left: RemainingSteps) -> Result<Outcome, PlanError> {
        let (plan, state) = (&mut self.plan, &mut self.state);
        state.insert(until.total());
        let mut steps = Steps {
            until,
            retry_limit: self.retry_limit,
            rollback: self.rollback.as_deref_mut(),
            parts: Parts::new(),
        };
        let outcome = state.lend(&mut self.driven, |ctx: Ctx<'_>| {
            plan.run(ctx, |run| steps.run(run))
        });
        if outcome.is_err() {
            left.put_back(&mut self.state);
        }
        self.sweep();
        outcome
    }

    /// What a handler put there behind the last step. A value whose `Drop` panics keeps none of the others.
    fn sweep(&mut self) {
        clear_despite_panics::<D>(&mut self.state.ctx());
        if let Some(rollback) = &mut self.rollback {
            rollback.forget();
        }
    }
}

/// What the last run left to be looked at.
struct RemainingSteps {
    attempt: Option<Attempt>,
    log: Option<LogData>,
    rejected: Option<RejectedAttempts>,
}

impl RemainingSteps {
    fn put_back(self, state: &mut State) {
        state.insert(self.attempt.unwrap_or_default());
        state.insert(self.log.unwrap_or_default());
        state.insert(self.rejected.unwrap_or_default());
    }
}

/// Why there cannot be a run from `now` for such a span. A time that is no number fails the run itself.
fn wrong_span(now: f64, span: f64) -> Option<String> {
    let end = now + span;
    let why = if !span.is_finite() || span < 0.0 {
        "give one that is finite and not negative".to_owned()
    } else if !now.is_finite() {
        return None;
    } else if !end.is_finite() {
        format!("from {now} on, that is beyond what can be counted; give a smaller one")
    } else if span > 0.0 && end <= now {
        format!("the simulated time is {now:e}, and does not move by so little; give a greater one")
    } else {
        return None;
    };
    Some(format!("a run for a span of {span}; {why}"))
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
