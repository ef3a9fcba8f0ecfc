//! Measures the samples per second.

use super::Measures;
use super::parts::{name_in, record_alone};
use crate::fit::{Fit, Phase, SampleCount};
use crate::metrics::{Clock, Metric, SamplesPerSecond, SystemClock};
use crate::weight;
use callback_runtime::persist::Fields;
use callback_runtime::{
    At, BoxError, Breakpoint, Callback, CallbackInfo, CallbackRef, Handlers, Record, Role, Rounds,
};
use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;

/// Puts the samples per second of each training pass into the [`Record`], as `train_samples_per_second`. In a loop without phases it is
/// `samples_per_second` of each round. The samples are those that [`SampleCount`] counts, which every fit has; another loop declares it. It
/// has the weight [`EARLY`](crate::weight::EARLY).
///
/// The time is that of the whole pass, with its callbacks; in a restored run, that before the run was saved and that since it goes on. A pass in which no samples are counted, such as a validation pass, has no value;
/// there, [`Measure`](super::Measure) with the metric [`SamplesPerSecond`] counts the samples of each batch.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Throughput;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).callback(Throughput::new());
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]); 100])?;
/// assert!(fitted.history.of("train_samples_per_second").all(|(_, rate)| rate > 0.0));
/// # Ok::<(), PlanError>(())
/// ```
pub struct Throughput<C = SystemClock> {
    name: Cow<'static, str>,
    rate: SamplesPerSecond<C>,
    /// The count where the pass or round began.
    from: u64,
}

impl Throughput {
    /// Measures on the clock of the system.
    pub fn new() -> Self {
        Self::with_clock(SystemClock::default())
    }
}

impl Default for Throughput {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]
impl<C: Clock> Throughput<C> {
    /// Measures on another clock, such as that of a test.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Throughput;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::Duration;
    /// # use doc_models::{Line, Points};
    ///
    /// static SECONDS: AtomicU64 = AtomicU64::new(0);
    ///
    /// let clock = || Duration::from_secs(SECONDS.load(Ordering::Relaxed));
    /// let mut trainer = Trainer::new(Line::default())
    ///     .callback(Throughput::with_clock(clock))
    ///     .on(Fit::on_train_batch_end, || { SECONDS.fetch_add(2, Ordering::Relaxed); });
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0); 8]); 3])?;
    /// assert_eq!(fitted.history.of("train_samples_per_second").next().map(|(_, rate)| rate), Some(4.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn with_clock(clock: C) -> Self {
        Self {
            name: "samples_per_second".into(),
            rate: SamplesPerSecond::with_clock(clock),
            from: 0,
        }
    }

    /// Records the value under another name than `samples_per_second`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Throughput;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).callback(Throughput::new().record_as("speed"));
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]); 100])?;
    /// assert_eq!(fitted.history.of("train_speed").count(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn record_as(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("rate", |fields| self.rate.persist(fields));
        fields.field("from", &mut self.from);
    }

    fn begin(&mut self, samples: &SampleCount) {
        self.rate.reset();
        self.from = samples.get();
    }

    fn record(
        &mut self,
        at: &Breakpoint,
        samples: &SampleCount,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        self.set(at.phase(), samples, record)
    }

    /// Puts the value of a round into the record. The next round begins at once.
    fn record_round(&mut self, samples: &SampleCount, record: &mut Record) -> Result<(), BoxError> {
        self.set(None, samples, record)?;
        self.begin(samples);
        Ok(())
    }

    fn set(
        &mut self,
        phase: Option<&str>,
        samples: &SampleCount,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        let counted = samples.get().saturating_sub(self.from);
        self.rate.update(&counted, &())?;
        if let Some(rate) = self.rate.compute() {
            record.set(name_in(phase, &self.name), rate);
        }
        Ok(())
    }
}

/// Returns the begin and the end of each phase that counts samples, as indices of breakpoints: in a fit, of the training pass alone.
fn phase_bounds<L: Rounds>() -> impl Iterator<Item = (u16, &'static Breakpoint)> {
    let is_fit = TypeId::of::<L>() == TypeId::of::<Fit>();
    let breakpoints = (0..).zip(L::BREAKPOINTS);
    breakpoints.filter(move |(_, at)| {
        let counts_samples = !is_fit || at.phase() == Some(Phase::Train.name());
        at.bounds_phase() && counts_samples
    })
}

impl<L: Rounds, C: Clock + Send + 'static> Callback<L> for Throughput<C> {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>()
            .ready_made()
            .weight(weight::EARLY)
            .persist::<Self>(Self::persist)
            .group::<Measures>()
            .no_conflict(CallbackRef::of::<Measures>());
        let mut ends: Vec<(u16, &Breakpoint)> = phase_bounds::<L>().collect();
        ends.retain(|(_, at)| at.role() == Role::End);
        if ends.is_empty() {
            return record_alone::<L>(info, self.name.clone().into_owned(), None, None);
        }
        ends.into_iter().fold(info, |info, (index, at)| {
            let name = name_in(at.phase(), &self.name);
            record_alone::<L>(info, name, Some(At::new(index)), None)
        })
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::begin);
        for (index, at) in phase_bounds::<L>() {
            if at.role() == Role::Begin {
                h.on(At::new(index), Self::begin);
            } else {
                h.on(At::new(index), Self::record);
            }
        }
        if phase_bounds::<L>().next().is_none() {
            h.on_each(L::on_round_end, Self::record_round);
        }
    }
}

impl<C> fmt::Debug for Throughput<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throughput")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
