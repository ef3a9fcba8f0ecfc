//! Stops a run after a number of steps, epochs or samples.

use crate::weight;
use callback_runtime::{Callback, CallbackInfo, Flow, Handlers, Period, Position, Rounds, Unit};

/// Stops a run when the loop has counted a number of steps, epochs or samples, in every loop with [`Rounds`] that counts the unit. It looks
/// at the end of every scope, such as a batch, or at the end of a round if the limit is one of rounds. It has the weight [`STOPPERS`](crate::weight::STOPPERS).
///
/// The count is that of the loop: a run that begins beyond it, such as a later run of one driver, stops at its first look. It is the
/// `FixedStop` of noether. [`MaxTime`](super::MaxTime) is the same for time.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::StopAfter;
/// # use doc_models::{Line, Points, Well};
///
/// let mut trainer = Trainer::new(Line::default()).epochs(100).callback(StopAfter::steps(7));
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]); 5])?;
/// assert_eq!(fitted.outcome.stopped().map(Stop::reason), Some("the limit of 7 steps is reached"));
/// assert_eq!(trainer.get::<Step>(), Some(&Step::new(7)));
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).callback(StopAfter::steps(7));
/// assert!(driver.run(500)?.stopped().is_some());
/// assert_eq!(driver.step().get(), 7);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct StopAfter {
    unit: Unit,
    count: u64,
}

impl StopAfter {
    /// Stops after this number of steps.
    pub const fn steps(count: u64) -> Self {
        Self::new(Unit::Steps, count)
    }

    /// Stops after this number of epochs.
    pub const fn epochs(count: u64) -> Self {
        Self::new(Unit::Epochs, count)
    }

    /// Stops after this number of samples, at the end of the batch that reaches it.
    pub const fn samples(count: u64) -> Self {
        Self::new(Unit::Samples, count)
    }

    const fn new(unit: Unit, count: u64) -> Self {
        Self { unit, count }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let (unit, count) = (self.unit.word(), self.count);
        info.valid_if(count > 0, unit, count, "give 1 or more")
    }

    /// The count and, for a run that begins beyond it, every position after it.
    fn period(&self) -> Period {
        let Self { unit, count } = *self;
        let at_count = match unit {
            Unit::Epochs => Period::epochs(count),
            Unit::Samples => Period::samples(count),
            _ => Period::steps(count),
        };
        let is_beyond = move |now: &Position| now.whole(unit).is_some_and(|now| now >= count);
        at_count.or(Period::when(is_beyond))
    }

    fn stop(&self) -> Flow {
        let (count, unit) = (self.count, self.unit.word());
        Flow::stop(format!("the limit of {count} {unit} is reached"))
    }
}

impl<L: Rounds> Callback<L> for StopAfter {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        self.declare(info.weight(weight::STOPPERS))
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        if self.count == 0 {
            // The problem of the setting is enough: each handler would have one of its period.
            return;
        }
        // Where a round is under way, its counter includes it.
        let at = if L::UNIT == Some(self.unit) {
            L::on_round_end
        } else {
            L::on_poll
        };
        h.on_each(at, Self::stop).every(self.period());
    }
}
