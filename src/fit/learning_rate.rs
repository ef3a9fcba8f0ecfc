//! Learning rates, one for each optimiser.

use std::fmt;

/// The learning rate, which handlers may change. With several optimisers each has its own; [`get`](Self::get) and
/// [`set`](Self::set) mean the one at work, or all of them outside of the optimisers' breakpoints.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Halve;
///
/// #[callback(discover = false)]
/// impl Halve {
///     fn on_epoch_begin(&self, rate: &mut LearningRate) {
///         rate.set(rate.get() * 0.5);
///     }
/// }
///
/// let mut rate = LearningRate::new(0.1);
/// Halve.on_epoch_begin(&mut rate);
/// assert_eq!(rate.get(), 0.05);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LearningRate {
    /// For optimisers that have none of their own.
    common: f64,
    /// All rates as the fit begins with them.
    initial: Option<Box<LearningRate>>,
    own: Vec<(String, f64)>,
    at_work: Option<OptimizerName>,
}

impl LearningRate {
    /// The same rate for every optimiser.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// assert_eq!(LearningRate::new(0.1).of("generator"), 0.1);
    /// ```
    pub fn new(rate: f64) -> Self {
        Self {
            common: rate,
            initial: None,
            own: Vec::new(),
            at_work: None,
        }
    }

    /// What [`get`](Self::get) gave when the fit began: what a schedule is a part of.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set(rate.initial() * 0.5);
    /// rate.set(rate.initial() * 0.25);
    /// assert_eq!(rate.get(), 0.025);
    /// ```
    pub fn initial(&self) -> f64 {
        let initial = self.initial.as_deref().unwrap_or(self);
        self.at_work
            .map_or(initial.common, |name| initial.of(name.0))
    }

    /// The rate of the optimiser at work, or the common one.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("generator", 0.2);
    /// assert_eq!(rate.get(), 0.1);
    /// ```
    pub fn get(&self) -> f64 {
        self.at_work.map_or(self.common, |name| self.of(name.0))
    }

    /// Sets the rate of the optimiser at work, or of all.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("generator", 0.2);
    /// rate.set(0.05);
    /// assert_eq!((rate.get(), rate.of("generator")), (0.05, 0.05));
    /// ```
    pub fn set(&mut self, rate: f64) {
        self.keep_initial();
        if let Some(name) = self.at_work {
            self.set_of(name.0, rate);
        } else {
            self.common = rate;
            self.own.clear();
        }
    }

    /// The rate of the optimiser of that name; the common one if it has none of its own.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("generator", 0.2);
    /// assert_eq!((rate.of("generator"), rate.of("critic")), (0.2, 0.1));
    /// ```
    pub fn of(&self, optimizer: &str) -> f64 {
        let own = self.own.iter().find(|(name, _)| name == optimizer);
        own.map_or(self.common, |(_, rate)| *rate)
    }

    /// Gives the optimiser of that name a rate of its own.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("critic", 0.3);
    /// assert_eq!((rate.of("critic"), rate.get()), (0.3, 0.1));
    /// ```
    pub fn set_of(&mut self, optimizer: &str, rate: f64) {
        match self.own.iter_mut().find(|(name, _)| name == optimizer) {
            Some((_, own)) => *own = rate,
            None => self.own.push((optimizer.to_owned(), rate)),
        }
    }

    /// Multiplies the rate of the optimiser at work, or of each: what a schedule for several optimisers does.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("critic", 0.4);
    /// rate.scale(0.5);
    /// assert_eq!((rate.get(), rate.of("critic")), (0.05, 0.2));
    /// ```
    pub fn scale(&mut self, by: f64) {
        self.keep_initial();
        if let Some(name) = self.at_work {
            self.set_of(name.0, by * self.of(name.0));
        } else {
            self.common *= by;
            self.own.iter_mut().for_each(|(_, rate)| *rate *= by);
        }
    }

    /// Every rate, with its optimiser's name if it is of one.
    pub(super) fn each(&self) -> impl Iterator<Item = (Option<&str>, f64)> {
        let own = self
            .own
            .iter()
            .map(|(name, rate)| (Some(name.as_str()), *rate));
        std::iter::once((None, self.common)).chain(own)
    }

    /// From here on changes are changes of what the fit begins with.
    fn keep_initial(&mut self) {
        if self.initial.is_none() {
            self.initial = Some(Box::new(self.clone()));
        }
    }

    /// The rates that a fit begins with.
    pub(super) fn begin(&self) -> Self {
        let mut rate = self.clone();
        rate.keep_initial();
        rate
    }

    pub(super) fn put_to_work(&mut self, optimizer: Option<OptimizerName>) {
        self.at_work = optimizer;
    }
}

impl fmt::Display for LearningRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

/// The optimiser at work: state from `on_train_batch_after_pred` to `on_train_batch_after_step`.
///
/// ```
/// use callbacks::fit::OptimizerName;
///
/// assert_eq!(OptimizerName("generator").to_string(), "generator");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OptimizerName(
    /// As [`Learner::optimizers`](super::Learner::optimizers) names it.
    pub &'static str,
);

impl fmt::Display for OptimizerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}
