//! The checks of a schedule's settings.

use std::fmt;

/// Collects the invalid settings of a schedule; see [`Schedule::check`](super::Schedule::check).
///
/// ```
/// use callbacks::schedule::{Checks, Exponential, Schedule};
///
/// let mut checks = Checks::default();
/// Exponential::new(-0.5).check(&mut checks);
/// let texts: Vec<String> = checks.problems().iter().map(|problem| problem.to_string()).collect();
/// assert_eq!(texts, ["a `gamma` of -0.5; give one that is finite and not negative"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Checks {
    problems: Vec<Problem>,
}

/// An invalid setting of a schedule.
///
/// ```
/// use callbacks::schedule::{Checks, Schedule, StepDecay};
///
/// let mut checks = Checks::default();
/// StepDecay::new(0, 0.1).check(&mut checks);
/// assert_eq!(checks.problems()[0].name, "step_size");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The name of the setting.
    pub name: &'static str,
    /// The invalid value.
    pub value: String,
    /// What to write instead.
    pub remedy: &'static str,
}

impl Checks {
    /// Adds a setting, with the remedy, if it is not valid.
    ///
    /// ```
    /// # use callbacks::schedule::Checks;
    /// let mut checks = Checks::default();
    /// checks.require(0.5 >= 0.0, "gamma", 0.5, "give one that is not negative");
    /// assert!(checks.problems().is_empty());
    /// ```
    pub fn require(
        &mut self,
        is_valid: bool,
        name: &'static str,
        value: impl fmt::Display,
        remedy: &'static str,
    ) {
        if !is_valid {
            self.problems.push(Problem {
                name,
                value: value.to_string(),
                remedy,
            });
        }
    }

    /// Returns the invalid settings.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Requires a factor that is finite and not negative.
    pub(super) fn factor(&mut self, name: &'static str, factor: f64) {
        let is_valid = factor.is_finite() && factor >= 0.0;
        let remedy = "give one that is finite and not negative";
        self.require(is_valid, name, factor, remedy);
    }

    /// Requires a finite value.
    pub(super) fn finite(&mut self, name: &'static str, value: f64) {
        self.require(value.is_finite(), name, value, "give a finite one");
    }

    /// Requires a length of 1 or more, if there is one.
    pub(super) fn length(&mut self, name: &'static str, length: Option<u64>) {
        let length = length.unwrap_or(1);
        self.require(length > 0, name, length, "give 1 or more");
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            value,
            remedy,
        } = self;
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        write!(f, "{article} `{name}` of {value}; {remedy}")
    }
}
