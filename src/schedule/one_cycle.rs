//! One cycle: up to the greatest learning rate and down to almost nothing, with a momentum that goes the other way.

use super::position::as_f64;
use super::{Schedule, SchedulePosition};
use crate::settings;
use callback_runtime::CallbackInfo;
use std::f64::consts::PI;

/// One cycle, as `torch.optim.lr_scheduler.OneCycleLR`: the value rises from `max / div_factor` to `max`, and falls to
/// `max / div_factor / final_div_factor`, which it reaches at the last position of the run. It does not depend on the initial value.
/// [`momentum`](Self::momentum) makes the schedule of the momentum. Apply it per step.
///
/// Source: Smith and Topin, *Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates*.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::schedule::OneCycle;
/// use callbacks::shelf::RateSchedule;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(10)
///     .callback(RateSchedule::per_step(OneCycle::new(0.1)));
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)]); 3])?.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    max: f64,
    div_factor: f64,
    final_div_factor: f64,
    cycle: Cycle,
}

/// How a value goes from one bound of a part of a cycle to the other.
///
/// ```
/// use callbacks::schedule::{Anneal, OneCycle, SchedulePosition, Schedule};
///
/// let schedule = OneCycle::new(0.5).anneal(Anneal::Linear).over(11).pct_start(6.0 / 11.0);
/// assert!((schedule.value(0.1, SchedulePosition::new(4)) - 0.404).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anneal {
    /// Along half a period of a cosine.
    #[default]
    Cosine,
    /// Along a straight line.
    Linear,
}

impl OneCycle {
    /// Creates a cycle to this value, finite and not negative, in the unit of the learning rate. The value rises in the first 30% of the run
    /// from a 25th of it, and falls to a 250,000th of it, along a cosine.
    ///
    /// ```
    /// # use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
    /// assert_eq!(OneCycle::new(0.5).value(0.1, SchedulePosition::new(2).of(10)), 0.5);
    /// ```
    pub const fn new(max: f64) -> Self {
        Self {
            max,
            div_factor: 25.0,
            final_div_factor: 1e4,
            cycle: Cycle::new(),
        }
    }

    /// Sets the fraction of the cycle in which the value rises: from 0 to 1, and to 0.5 with [`three_phase`](Self::three_phase). 0.3 by
    /// default.
    ///
    /// ```
    /// # use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
    /// let schedule = OneCycle::new(0.5).pct_start(0.5).over(10);
    /// assert_eq!(schedule.value(0.1, SchedulePosition::new(4)), 0.5);
    /// ```
    pub const fn pct_start(mut self, fraction: f64) -> Self {
        self.cycle.pct_start = fraction;
        self
    }

    /// Sets how often the first value fits into the greatest one, greater than 0. 25 by default.
    ///
    /// ```
    /// # use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
    /// let schedule = OneCycle::new(0.5).div_factor(10.0).over(10);
    /// assert_eq!(schedule.value(0.1, SchedulePosition::new(0)), 0.05);
    /// ```
    pub const fn div_factor(mut self, factor: f64) -> Self {
        self.div_factor = factor;
        self
    }

    /// Sets how often the last value fits into the first one, greater than 0. 10,000 by default.
    ///
    /// ```
    /// # use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
    /// let schedule = OneCycle::new(0.5).div_factor(10.0).final_div_factor(5.0).over(10);
    /// assert_eq!(schedule.value(0.1, SchedulePosition::new(9)), 0.01);
    /// ```
    pub const fn final_div_factor(mut self, factor: f64) -> Self {
        self.final_div_factor = factor;
        self
    }

    /// Sets how the value rises and falls; along a cosine by default.
    ///
    /// ```
    /// # use callbacks::schedule::{Anneal, OneCycle, SchedulePosition, Schedule};
    /// let schedule = OneCycle::new(0.5).div_factor(2.0).pct_start(0.3).anneal(Anneal::Linear).over(10);
    /// assert_eq!(schedule.value(0.1, SchedulePosition::new(1)), 0.375);
    /// ```
    pub const fn anneal(mut self, anneal: Anneal) -> Self {
        self.cycle.anneal = anneal;
        self
    }

    /// Makes three parts: the value falls to the first value in as much time as it has risen, and then to the last one. By default there are
    /// two.
    ///
    /// ```
    /// # use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
    /// let schedule = OneCycle::new(0.5).three_phase().pct_start(0.3).over(10);
    /// assert_eq!(schedule.value(0.1, SchedulePosition::new(4)), schedule.value(0.1, SchedulePosition::new(0)));
    /// ```
    pub const fn three_phase(mut self) -> Self {
        self.cycle.is_three_phase = true;
        self
    }

    /// Sets the number of positions in the cycle, 1 or more. By default it spans the whole run.
    ///
    /// ```
    /// # use callbacks::schedule::{OneCycle, Schedule};
    /// assert!(OneCycle::new(0.5).needs_total());
    /// assert!(!OneCycle::new(0.5).over(1000).needs_total());
    /// ```
    pub const fn over(mut self, length: u64) -> Self {
        self.cycle.length = Some(length);
        self
    }

    /// Makes the schedule of a momentum that goes the other way: it falls from `max` to `base` while the learning rate rises, and rises
    /// again afterwards. PyTorch has 0.85 and 0.95 by default.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::schedule::OneCycle;
    /// use callbacks::shelf::{RateSchedule, ValueSchedule};
    /// # use doc_models::{Line, Points};
    ///
    /// struct Momentum(f64);
    ///
    /// let cycle = OneCycle::new(0.1);
    /// let momentum = ValueSchedule::per_step(cycle.momentum(0.85, 0.95), 0.95, |momentum: &mut Momentum, value| momentum.0 = value);
    /// let mut trainer = Trainer::new(Line::default())
    ///     .epochs(10)
    ///     .state(Momentum(0.95))
    ///     .callback(RateSchedule::per_step(cycle))
    ///     .callback(momentum);
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub const fn momentum(self, base: f64, max: f64) -> OneCycleMomentum {
        OneCycleMomentum {
            base,
            max,
            cycle: self.cycle,
        }
    }
}

impl Schedule for OneCycle {
    fn value(&self, _: f64, at: SchedulePosition) -> f64 {
        let first = self.max / self.div_factor;
        let last = first / self.final_div_factor;
        self.cycle.value(at, [first, self.max, last])
    }

    fn needs_total(&self) -> bool {
        self.cycle.length.is_none()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::not_negative(info, "max", self.max);
        let info = settings::positive(info, "div_factor", self.div_factor);
        let info = settings::positive(info, "final_div_factor", self.final_div_factor);
        self.cycle.declare(info)
    }
}

/// The momentum that belongs to a [`OneCycle`], which [`OneCycle::momentum`] makes.
///
/// ```
/// use callbacks::schedule::{OneCycle, SchedulePosition, Schedule};
///
/// let momentum = OneCycle::new(0.1).over(10).momentum(0.85, 0.95);
/// assert_eq!(momentum.value(0.9, SchedulePosition::new(0)), 0.95);
/// assert_eq!(momentum.value(0.9, SchedulePosition::new(2)), 0.85);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycleMomentum {
    base: f64,
    max: f64,
    cycle: Cycle,
}

impl Schedule for OneCycleMomentum {
    fn value(&self, _: f64, at: SchedulePosition) -> f64 {
        self.cycle.value(at, [self.max, self.base, self.max])
    }

    fn needs_total(&self) -> bool {
        self.cycle.length.is_none()
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::finite(info, "base", self.base);
        let info = settings::finite(info, "max", self.max);
        self.cycle.declare(info)
    }
}

/// The parts of a cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cycle {
    pct_start: f64,
    anneal: Anneal,
    is_three_phase: bool,
    length: Option<u64>,
}

impl Cycle {
    const fn new() -> Self {
        Self {
            pct_start: 0.3,
            anneal: Anneal::Cosine,
            is_three_phase: false,
            length: None,
        }
    }

    /// Returns the value at a position: the cycle goes from the first value to the second one, and from there to the third, by way of the
    /// first one if there are three parts.
    fn value(&self, at: SchedulePosition, [first, peak, last]: [f64; 3]) -> f64 {
        let Some(length) = at.length(self.length) else {
            return f64::NAN;
        };
        let end = as_f64(length.saturating_sub(1));
        let at = as_f64(at.count()).min(end);
        let rise = self.pct_start * as_f64(length) - 1.0;
        let fall = 2.0 * self.pct_start * as_f64(length) - 2.0;
        if at <= rise {
            self.part(at, [0.0, rise], [first, peak])
        } else if !self.is_three_phase {
            self.part(at, [rise, end], [peak, last])
        } else if at <= fall {
            self.part(at, [rise, fall], [peak, first])
        } else {
            self.part(at, [fall, end], [first, last])
        }
    }

    /// Returns the value in a part between two positions, from one value to another one.
    fn part(&self, at: f64, [begin, end]: [f64; 2], [from, to]: [f64; 2]) -> f64 {
        let fraction = if end > begin {
            (at - begin) / (end - begin)
        } else {
            1.0
        };
        match self.anneal {
            // The cosine's formula has the last value exact, and the first one but for rounding.
            _ if fraction <= 0.0 => from,
            Anneal::Linear => from + (to - from) * fraction,
            Anneal::Cosine => to + (from - to) / 2.0 * ((PI * fraction).cos() + 1.0),
        }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let info = if self.is_three_phase {
            let is_valid = (0.0..=0.5).contains(&self.pct_start);
            let remedy = "give one from 0 to 0.5, which leaves time for three parts";
            info.valid_if(is_valid, "pct_start", self.pct_start, remedy)
        } else {
            settings::share(info, "pct_start", self.pct_start)
        };
        settings::at_least_one(info, "over", self.length)
    }
}
