//! How often something is done.

use crate::driver::Time;
use crate::fit::Step;

/// How often something is done: every so many steps, or every span of simulated time. It is due when a multiple is crossed, whether
/// or not it is met, and not at 0.
///
/// ```
/// use callbacks::driver::Time;
/// use callbacks::fit::Step;
/// use callbacks::shelf::Interval;
///
/// let mut interval = Interval::time(Time::new(0.5));
/// interval.begin(Step::new(0), Time::new(0.0));
/// let due = [0.2, 0.4, 0.6, 0.9, 1.0, 2.7, 2.8].map(|time| interval.is_due(Step::new(0), Time::new(time)));
/// assert_eq!(due, [false, false, true, false, true, true, false]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    every: Every,
    /// How many multiples had been crossed the last time one looked.
    crossed: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Every {
    Steps(u64),
    Time(f64),
}

impl Interval {
    /// Every so many steps; never, if it is 0.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let mut interval = Interval::steps(2);
    /// let due: Vec<u64> = (1..=6).filter(|step| interval.is_due(Step::new(*step), Time::default())).collect();
    /// assert_eq!(due, [2, 4, 6]);
    /// ```
    pub const fn steps(steps: u64) -> Self {
        Self::of(Every::Steps(steps))
    }

    /// Every span of simulated time; never, if it is not greater than 0.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let mut interval = Interval::time(Time::new(0.1));
    /// // What a sum of tenths lacks by rounding is not missed.
    /// let tenths = (0..10).scan(0.0, |sum, _| { *sum += 0.1; Some(*sum) });
    /// assert!(tenths.into_iter().all(|time| interval.is_due(Step::default(), Time::new(time))));
    /// ```
    pub const fn time(span: Time) -> Self {
        Self::of(Every::Time(span.get()))
    }

    const fn of(every: Every) -> Self {
        Self {
            every,
            crossed: 0.0,
        }
    }

    /// From here on multiples are crossed: where a run begins.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let mut interval = Interval::steps(10);
    /// interval.begin(Step::new(15), Time::default());
    /// assert!(!interval.is_due(Step::new(16), Time::default()));
    /// ```
    pub fn begin(&mut self, step: Step, time: Time) {
        self.crossed = self.crossed_at(step, time);
    }

    /// Whether a multiple has been crossed since one looked last.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let mut interval = Interval::steps(10);
    /// assert!(!interval.is_due(Step::new(9), Time::default()));
    /// assert!(interval.is_due(Step::new(11), Time::default()));
    /// assert!(!interval.is_due(Step::new(12), Time::default()));
    /// ```
    pub fn is_due(&mut self, step: Step, time: Time) -> bool {
        let crossed = self.crossed_at(step, time);
        let is_due = crossed > self.crossed;
        self.crossed = crossed;
        is_due
    }

    fn crossed_at(&self, step: Step, time: Time) -> f64 {
        match self.every {
            Every::Steps(0) => 0.0,
            Every::Steps(steps) => Step::new(step.get() / steps).as_f64(),
            // A sum of many small steps lacks a little.
            Every::Time(span) if span > 0.0 => (time.get() / span + 1e-9).floor(),
            Every::Time(_) => 0.0,
        }
    }
}
