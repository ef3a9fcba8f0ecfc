//! How often something is done.

use super::settings::Settings;
use crate::driver::Time;
use crate::fit::Step;

/// How often something is done: every so many steps, or every span of simulated time. It is due when a multiple is crossed, whether
/// or not it is met, and not at 0.
///
/// What is due hangs on where the driver stands, and not on where its runs begin: two runs in a row are as one.
///
/// ```
/// use callbacks::driver::Time;
/// use callbacks::fit::Step;
/// use callbacks::shelf::Interval;
///
/// let every_half = Interval::time(Time::new(0.5));
/// let times = [0.0, 0.2, 0.4, 0.6, 0.9, 1.0, 2.7, 2.8].map(|time| (Step::default(), Time::new(time)));
/// let due: Vec<bool> = times.windows(2).map(|pair| every_half.is_due(pair[0], pair[1])).collect();
/// assert_eq!(due, [false, false, true, false, true, true, false]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval(Every);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Every {
    Steps(u64),
    Time(f64),
}

/// How far a sum of many small steps may be from a multiple that it means, in intervals.
const ROUNDING: f64 = 1e-9;

impl Interval {
    /// Every so many steps. A callback with an interval of 0 is refused when a run begins.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let at = |step| (Step::new(step), Time::default());
    /// let due: Vec<u64> = (1..=6).filter(|step| Interval::steps(2).is_due(at(step - 1), at(*step))).collect();
    /// assert_eq!(due, [2, 4, 6]);
    /// ```
    pub const fn steps(steps: u64) -> Self {
        Self(Every::Steps(steps))
    }

    /// Every span of simulated time. A callback with an interval that is not finite and greater than 0 is refused when a run begins.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let every_tenth = Interval::time(Time::new(0.1));
    /// let at = |time| (Step::default(), Time::new(time));
    /// // What a sum of tenths lacks by rounding is not missed.
    /// let tenths: Vec<f64> = (0..11).scan(0.0, |sum, _| { let now = *sum; *sum += 0.1; Some(now) }).collect();
    /// assert!(tenths.windows(2).all(|pair| every_tenth.is_due(at(pair[0]), at(pair[1]))));
    /// ```
    pub const fn time(span: Time) -> Self {
        Self(Every::Time(span.get()))
    }

    /// Whether a multiple is crossed on the way from one place to another.
    ///
    /// ```
    /// # use callbacks::driver::Time;
    /// # use callbacks::fit::Step;
    /// # use callbacks::shelf::Interval;
    /// let at = |step| (Step::new(step), Time::default());
    /// assert!(!Interval::steps(10).is_due(at(0), at(9)));
    /// assert!(Interval::steps(10).is_due(at(9), at(11)));
    /// assert!(!Interval::steps(10).is_due(at(10), at(12)));
    /// ```
    pub fn is_due(self, from: (Step, Time), to: (Step, Time)) -> bool {
        match self.0 {
            Every::Steps(steps) => {
                let crossed = |step: Step| step.get().checked_div(steps);
                crossed(to.0) > crossed(from.0)
            }
            Every::Time(span) => crossed_at(to.1, span) > crossed_at(from.1, span),
        }
    }

    /// Whether a multiple is met, for who does not know where one comes from.
    pub(super) fn is_met(self, (step, time): (Step, Time)) -> bool {
        match self.0 {
            Every::Steps(steps) => step.get() > 0 && step.get().is_multiple_of(steps),
            Every::Time(span) => {
                let just_before = (time.get() / span - ROUNDING).floor().max(0.0);
                crossed_at(time, span) > just_before
            }
        }
    }

    pub(super) fn check(self, settings: Settings) -> Settings {
        match self.0 {
            Every::Steps(steps) => {
                settings.expect(steps > 0, "interval", steps, "give 1 step or more")
            }
            Every::Time(span) => {
                let remedy = "give a time that is finite and greater than 0";
                settings.expect(span.is_finite() && span > 0.0, "interval", span, remedy)
            }
        }
    }
}

/// How many multiples of a span have been crossed by a time.
fn crossed_at(time: Time, span: f64) -> f64 {
    (time.get() / span + ROUNDING).floor().max(0.0)
}
