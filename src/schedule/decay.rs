//! Decays by a factor: at every position, at every so many, and at milestones.

use super::position::as_f64;
use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;

/// Decays by a factor at every position: `initial · gammaᵗ`, as `torch.optim.lr_scheduler.ExponentialLR`.
///
/// ```
/// use callbacks::schedule::{Exponential, SchedulePosition, Schedule};
///
/// assert_eq!(Exponential::new(0.5).value(1.0, SchedulePosition::new(3)), 0.125);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential {
    gamma: f64,
}

impl Exponential {
    /// Creates a decay with the factor `gamma`, finite and not negative.
    ///
    /// ```
    /// # use callbacks::schedule::{Exponential, SchedulePosition, Schedule};
    /// assert_eq!(Exponential::new(0.5).value(0.5, SchedulePosition::new(1)), 0.25);
    /// ```
    pub const fn new(gamma: f64) -> Self {
        Self { gamma }
    }
}

impl Schedule for Exponential {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        initial * power(self.gamma, at.count())
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        settings::not_negative(info, "gamma", self.gamma)
    }
}

/// Decays by a factor every `step_size` positions: `initial · gamma^⌊t / step_size⌋`, as `torch.optim.lr_scheduler.StepLR`.
///
/// ```
/// use callbacks::schedule::{SchedulePosition, Schedule, StepDecay};
///
/// let values = (0..5).map(|epoch| StepDecay::new(2, 0.5).value(1.0, SchedulePosition::new(epoch)));
/// assert!(values.eq([1.0, 1.0, 0.5, 0.5, 0.25]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepDecay {
    step_size: u64,
    gamma: f64,
}

impl StepDecay {
    /// Creates a decay with the factor `gamma`, finite and not negative, every `step_size` positions, 1 or more.
    ///
    /// ```
    /// # use callbacks::schedule::{SchedulePosition, Schedule, StepDecay};
    /// assert_eq!(StepDecay::new(30, 0.5).value(0.5, SchedulePosition::new(30)), 0.25);
    /// ```
    pub const fn new(step_size: u64, gamma: f64) -> Self {
        Self { step_size, gamma }
    }
}

impl Schedule for StepDecay {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        initial * power(self.gamma, at.count() / self.step_size.max(1))
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::at_least_one(info, "step_size", Some(self.step_size));
        settings::not_negative(info, "gamma", self.gamma)
    }
}

/// Decays by a factor at each milestone, as `torch.optim.lr_scheduler.MultiStepLR`.
///
/// ```
/// use callbacks::schedule::{MultiStep, SchedulePosition, Schedule};
///
/// let values = (0..5).map(|epoch| MultiStep::new([1, 3], 0.5).value(1.0, SchedulePosition::new(epoch)));
/// assert!(values.eq([1.0, 0.5, 0.5, 0.25, 0.25]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MultiStep {
    milestones: Vec<u64>,
    gamma: f64,
}

impl MultiStep {
    /// Creates a decay with the factor `gamma`, finite and not negative, at each of these positions. They increase.
    ///
    /// ```
    /// # use callbacks::schedule::{MultiStep, SchedulePosition, Schedule};
    /// assert_eq!(MultiStep::new([30, 80], 0.5).value(0.5, SchedulePosition::new(80)), 0.125);
    /// ```
    pub fn new(milestones: impl IntoIterator<Item = u64>, gamma: f64) -> Self {
        Self {
            milestones: milestones.into_iter().collect(),
            gamma,
        }
    }
}

impl Schedule for MultiStep {
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        let passed = self.milestones.iter().filter(|mark| **mark <= at.count());
        initial * power(self.gamma, passed.count() as u64)
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_increasing = self.milestones.is_sorted_by(|one, next| one < next);
        let milestones = format!("{:?}", self.milestones);
        let remedy = "give positions that increase";
        let info = info.valid_if(is_increasing, "milestones", milestones, remedy);
        settings::not_negative(info, "gamma", self.gamma)
    }
}

/// Computes a power with a whole exponent.
fn power(base: f64, exponent: u64) -> f64 {
    match i32::try_from(exponent) {
        Ok(exponent) => base.powi(exponent),
        Err(_) => base.powf(as_f64(exponent)),
    }
}
