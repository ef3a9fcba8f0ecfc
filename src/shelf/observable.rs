//! Logs what can be observed of a driven state, now and then.

use super::settings::Settings;
use super::{Interval, InvalidSettings};
use crate::driver::{Driven, Driver, LogData, Samples, Time, Value};
use crate::fit::Step;
use callback_macros::callback;
use callback_runtime::Local;
use std::borrow::Cow;
use std::fmt;

/// Logs what can be observed of what is driven and of its samples, at an interval: before the parameters are updated, so that it
/// belongs to the same state as the loss does.
///
/// ```
/// use callbacks::driver::Stats;
/// use callbacks::prelude::*;
/// use callbacks::shelf::{Interval, ObservableCallback};
/// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::{Draws, Well};
///
/// let place = |_: &Well, draws: &Draws| Stats::of(draws.0.iter().copied());
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .callback(ObservableCallback::new("place", Interval::steps(5), place))
///     .on(Driver::on_step_end, |step: &Step, log: &LogData| assert_eq!(log.get("place").is_some(), step.get() % 5 == 0));
/// assert!(driver.run(10)?.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct ObservableCallback<D: Driven> {
    name: Cow<'static, str>,
    interval: Interval,
    /// How many steps had been made, and when, the last time one looked; and when the step before it was under way.
    last: Option<(Step, Time)>,
    before: Option<Time>,
    observe: Observe<D>,
}

type Observe<D> = Box<dyn FnMut(&D, &<D as Driven>::Samples) -> Value + Send>;

impl<D: Driven> ObservableCallback<D> {
    /// Logs under this name what `observe` observes.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::{Interval, ObservableCallback};
    /// # mod well { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/drive/well.rs")); } use well::{Draws, Well};
    /// let parameters = |well: &Well, _: &Draws| vec![well.x];
    /// let every_tenth = ObservableCallback::new("parameters", Interval::time(Time::new(0.1)), parameters);
    /// assert!(VariationalDriver::new(Well::default()).callback(every_tenth).check().is_ok());
    /// ```
    pub fn new<V: Into<Value>>(
        name: impl Into<Cow<'static, str>>,
        interval: Interval,
        mut observe: impl FnMut(&D, &D::Samples) -> V + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            interval,
            last: None,
            before: None,
            observe: Box::new(move |driven, samples| observe(driven, samples).into()),
        }
    }
}

#[callback(Driver, register = false)]
impl<D: Driven> ObservableCallback<D> {
    fn on_enter(&self) -> Result<(), InvalidSettings> {
        self.interval
            .check(Settings::of("ObservableCallback"))
            .done()
    }

    fn before_parameter_update(
        &mut self,
        driven: Local<'_, D>,
        samples: Local<'_, Samples<D::Samples>>,
        step: &Step,
        time: &Time,
        log: &mut LogData,
    ) {
        if !self.is_due(*step, *time) {
            return;
        }
        if let Some(samples) = samples.get() {
            log.set(self.name.clone(), (self.observe)(&driven, samples));
        }
    }
}

impl<D: Driven> ObservableCallback<D> {
    /// Whether a multiple lies between the last step and the one under way, which is not counted yet. A step that is made again is due
    /// if it was.
    fn is_due(&mut self, made: Step, now: Time) -> bool {
        match self.last.replace((made, now)) {
            Some((last, then)) if last != made => self.before = Some(then),
            _ => {}
        }
        let under_way = (Step::new(made.get() + 1), now);
        match self.before {
            Some(before) => self.interval.is_due((made, before), under_way),
            None => self.interval.is_met(under_way),
        }
    }
}

impl<D: Driven> fmt::Debug for ObservableCallback<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservableCallback")
            .field("name", &self.name)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}
