//! Logs observables of the driven system, with a period.

use crate::driver::{Driven, Driver, Samples};
use callback_runtime::{Callback, CallbackInfo, Handlers, Local, Period, Record, Value};
use std::borrow::Cow;
use std::fmt;

/// Logs an observable of the driven system and its samples, with a period. It is computed before the parameters are updated, so that it
/// belongs to the same parameters as the loss.
///
/// The period counts the steps that are complete: `Period::steps(5)` observes the system after 5 and 10 updates, and logs the value in the
/// step under way, the 6th and the 11th. With `first()` it also observes the initial system, in the first step. If a step is stopped after
/// its observation and made again, it is not observed again. An invalid period is a problem of the plan.
///
/// It is for [`Driver`] alone, because no other loop draws samples. In another loop, a closure before the end of a round adds a value to the
/// [`Record`].
///
/// ```
/// use callbacks::Stats;
/// use callbacks::prelude::*;
/// use callbacks::shelf::ObservableCallback;
/// # use doc_models::{Draws, Well};
///
/// let place = |_: &Well, draws: &Draws| Stats::of(draws.0.iter().copied());
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .callback(ObservableCallback::new("place", Period::steps(5).first(), place))
///     .on(Driver::on_step_end, |step: &Step, record: &Record| assert_eq!(record.value("place").is_some(), step.get() % 5 == 1));
/// assert!(driver.run(10)?.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct ObservableCallback<D: Driven> {
    name: Cow<'static, str>,
    period: Period,
    observe: Observe<D>,
}

type Observe<D> = Box<dyn FnMut(&D, &<D as Driven>::Samples) -> Value + Send>;

impl<D: Driven> ObservableCallback<D> {
    /// Logs what `observe` returns, under this name.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::ObservableCallback;
    /// # use doc_models::{Draws, Well};
    /// let parameters = |well: &Well, _: &Draws| vec![well.x];
    /// let every_tenth = ObservableCallback::new("parameters", Period::time(0.1), parameters);
    /// assert!(VariationalDriver::new(Well::default()).callback(every_tenth).check().is_ok());
    /// ```
    pub fn new<V: Into<Value>>(
        name: impl Into<Cow<'static, str>>,
        period: Period,
        mut observe: impl FnMut(&D, &D::Samples) -> V + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            period,
            observe: Box::new(move |driven, samples| observe(driven, samples).into()),
        }
    }
}

impl<D: Driven> Callback<Driver> for ObservableCallback<D> {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        info.produces(self.name.clone())
    }

    fn handlers(&self, h: &mut Handlers<Driver, Self>) {
        h.on(Driver::before_parameter_update, Self::observe)
            .every(self.period.clone());
    }
}

impl<D: Driven> ObservableCallback<D> {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn observe(
        &mut self,
        driven: Local<'_, D>,
        samples: Local<'_, Samples<D::Samples>>,
        record: &mut Record,
    ) {
        if let Some(samples) = samples.get() {
            record.set(self.name.clone(), (self.observe)(&driven, samples));
        }
    }
}

impl<D: Driven> fmt::Debug for ObservableCallback<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObservableCallback")
            .field("name", &self.name)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}
