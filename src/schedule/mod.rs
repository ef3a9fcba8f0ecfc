//! Schedules: how a value, such as a learning rate, depends on the position in a run.
//!
//! A schedule is a pure function of the initial value and the position. So a run that is resumed, or begun again, has the same values at
//! the same positions, and a schedule can be plotted without a run. [`RateSchedule`](crate::shelf::RateSchedule) applies one to the learning
//! rate, and [`ValueSchedule`](crate::shelf::ValueSchedule) to any value of the state.
//!
//! ```
//! use callbacks::prelude::*;
//! use callbacks::schedule::{Cosine, Warmup};
//! use callbacks::shelf::RateSchedule;
//! # use doc_models::{Line, Points};
//!
//! let schedule = Warmup::linear(5).from(0.2).before(Cosine::new());
//! let mut trainer = Trainer::new(Line::default())
//!     .epochs(20)
//!     .learning_rate(0.1)
//!     .callback(RateSchedule::per_epoch(schedule));
//! assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
//! # Ok::<(), PlanError>(())
//! ```
//!
//! # Units
//!
//! * **Position**: the steps or the epochs that are complete, so it is 0 in the first one. The callback that applies the schedule
//!   decides which of the two it is; all lengths of the schedule are in the same unit.
//! * **Value**: a factor such as `gamma` multiplies the initial value. Settings that are values in the literature are values here:
//!   [`OneCycle`] has the greatest rate, and a `min` is a value, too. [`initial`](Schedule::value) is the value at the begin of the fit.
//! * **Total**: [`Cosine`], [`Linear`], [`Polynomial`] and [`OneCycle`] span the whole run, and take its length from it. Give the length with
//!   `over` if the run cannot know it, or if the schedule ends earlier. After its end, a schedule keeps its last value.
//!
//! # PyTorch's names
//!
//! | `torch.optim.lr_scheduler` | here |
//! |---|---|
//! | `StepLR(step_size, gamma)` | [`StepDecay::new(step_size, gamma)`](StepDecay) |
//! | `MultiStepLR(milestones, gamma)` | [`MultiStep::new(milestones, gamma)`](MultiStep) |
//! | `ConstantLR(factor, total_iters)` | [`Constant::new(factor).until(total_iters)`](Constant) |
//! | `LinearLR(start_factor, end_factor, total_iters)` | [`Linear::new(start_factor, end_factor).over(total_iters)`](Linear) |
//! | `ExponentialLR(gamma)` | [`Exponential::new(gamma)`](Exponential) |
//! | `PolynomialLR(total_iters, power)` | [`Polynomial::new(power).over(total_iters)`](Polynomial) |
//! | `CosineAnnealingLR(T_max, eta_min)` | [`Cosine::new().min(eta_min).over(T_max)`](Cosine), which does not rise again after its end |
//! | `CosineAnnealingWarmRestarts(T_0, T_mult, eta_min)` | [`CosineRestarts::new(T_0).growth(T_mult).min(eta_min)`](CosineRestarts) |
//! | `OneCycleLR(max_lr, …)` | [`OneCycle::new(max_lr)`](OneCycle) |
//! | `LambdaLR(function)` | a closure, `\|epoch: u64\| 0.95_f64.powf(epoch as f64)` |
//! | `SequentialLR([a, b], [milestone])` | [`a.then(milestone, b)`](Schedule::then) |
//! | `ChainedScheduler([a, b])` | [`a.times(b)`](Schedule::times) |
//! | `ReduceLROnPlateau` | [`ReduceOnPlateau`](crate::shelf::ReduceOnPlateau), a callback with a memory |

mod chain;
mod combined;
mod constant;
mod cosine;
mod decay;
mod function;
mod linear;
mod one_cycle;
mod polynomial;
mod position;
mod warmup;

pub use chain::Chain;
pub use combined::{AtLeast, Scaled, Times};
pub use constant::Constant;
pub use cosine::{Cosine, CosineRestarts};
pub use decay::{Exponential, MultiStep, StepDecay};
pub use linear::Linear;
pub use one_cycle::{Anneal, OneCycle, OneCycleMomentum};
pub use polynomial::Polynomial;
pub use position::SchedulePosition;
pub use warmup::Warmup;

use callback_runtime::CallbackInfo;

/// How a value depends on the position in a run. A closure from a position to a factor of the initial value is a schedule, too.
///
/// ```
/// use callbacks::CallbackInfo;
/// use callbacks::schedule::{SchedulePosition, Schedule};
///
/// /// The initial value, divided by the square root of the position.
/// struct InverseRoot {
///     constant: u64,
/// }
///
/// impl Schedule for InverseRoot {
///     fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
///         initial * (self.constant.max(1) as f64 / at.count().max(self.constant) as f64).sqrt()
///     }
///
///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
///         info.valid_if(self.constant > 0, "constant", self.constant, "give 1 or more")
///     }
/// }
///
/// let schedule = InverseRoot { constant: 100 }.at_least(0.01);
/// assert_eq!(schedule.value(0.5, SchedulePosition::new(400)), 0.25);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no schedule",
    label = "this has to give a value for each position",
    note = "a closure is a schedule if it gives a factor of the initial value for a position from 0, as in `|epoch: u64| 0.5_f64.powf(epoch as f64)`"
)]
pub trait Schedule: Send + 'static {
    /// Returns the value at a position. `initial` is the value at the begin of the run. NaN if the schedule needs the total, and `at` has none.
    fn value(&self, initial: f64, at: SchedulePosition) -> f64;

    /// Whether [`value`](Self::value) needs the total of the position.
    fn needs_total(&self) -> bool {
        false
    }

    /// Adds the invalid settings to the info of the callback that applies the schedule: they are problems of its plan.
    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        info
    }

    /// Continues with `next` from the position `milestone` on. `next` begins there at its own position 0, and its total is what is left of the
    /// run; the total of the schedule before it ends at the milestone. The milestones of a chain are positions of the run, and increase.
    ///
    /// ```
    /// use callbacks::schedule::{Constant, Exponential, Linear, SchedulePosition, Schedule};
    ///
    /// let schedule = Constant::new(0.5).then(2, Exponential::new(0.25)).then(4, Linear::new(0.125, 0.0));
    /// let values = (0..8).map(|epoch| schedule.value(8.0, SchedulePosition::new(epoch).of(8)));
    /// assert!(values.eq([4.0, 4.0, 8.0, 2.0, 1.0, 0.75, 0.5, 0.25]));
    /// ```
    fn then(self, milestone: u64, next: impl Schedule) -> Chain
    where
        Self: Sized,
    {
        Chain::new(self).then(milestone, next)
    }

    /// Multiplies with another schedule: the value of this one is the initial value of `other`. So `other` gives factors, while this one may
    /// give values, as [`OneCycle`] does.
    ///
    /// ```
    /// use callbacks::schedule::{Exponential, SchedulePosition, Schedule, StepDecay};
    ///
    /// let schedule = StepDecay::new(2, 0.5).times(Exponential::new(0.5));
    /// assert_eq!(schedule.value(1.0, SchedulePosition::new(3)), 0.5 * 0.125);
    /// ```
    fn times<S: Schedule>(self, other: S) -> Times<Self, S>
    where
        Self: Sized,
    {
        Times::new(self, other)
    }

    /// Multiplies every value by a finite factor.
    ///
    /// ```
    /// use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
    ///
    /// let schedule = OneCycle::new(0.5).over(10).scaled(0.1);
    /// assert_eq!(schedule.value(1.0, SchedulePosition::new(2)), 0.05);
    /// ```
    fn scaled(self, by: f64) -> Scaled<Self>
    where
        Self: Sized,
    {
        Scaled::new(self, by)
    }

    /// Replaces every value below `min` by `min`, which has the unit of the value.
    ///
    /// ```
    /// use callbacks::schedule::{Exponential, SchedulePosition, Schedule};
    ///
    /// let schedule = Exponential::new(0.1).at_least(1e-4);
    /// assert_eq!(schedule.value(0.1, SchedulePosition::new(9)), 1e-4);
    /// ```
    fn at_least(self, min: f64) -> AtLeast<Self>
    where
        Self: Sized,
    {
        AtLeast::new(self, min)
    }
}

/// A schedule that is chosen while the program runs.
impl Schedule for Box<dyn Schedule> {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        (**self).value(initial, at)
    }

    fn needs_total(&self) -> bool {
        (**self).needs_total()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        (**self).declare(info)
    }
}
