//! The learning rates of the optimisers.

use callback_runtime::persist::Fields;
use std::fmt;

/// What settings call an optimiser or a parameter group, in the messages of a plan.
pub(crate) const OPTIMIZER: &str = "optimiser";

/// The learning rate, which handlers may change. Each of several optimisers has its own. [`get`](Self::get) and [`set`](Self::set) apply
/// to the active optimiser at its breakpoints, and to all optimisers elsewhere.
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
    /// The rate of the optimisers that are not in `by_optimizer`.
    common: f64,
    /// All rates at the start of the fit; `None` before they change for the first time.
    initial: Option<Box<LearningRate>>,
    by_optimizer: Vec<(String, f64)>,
    /// The optimiser whose breakpoints fire at present.
    active: Option<OptimizerName>,
    /// The optimisers that have been active.
    optimizers: Vec<OptimizerName>,
    /// The optimisers of the learner; none if they are not known.
    of_learner: &'static [&'static str],
    /// The parameter groups of the learner.
    groups: &'static [&'static str],
}

impl LearningRate {
    /// Creates a rate that is the same for every optimiser.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// assert_eq!(LearningRate::new(0.1).of("generator"), 0.1);
    /// ```
    pub fn new(rate: f64) -> Self {
        Self {
            common: rate,
            initial: None,
            by_optimizer: Vec::new(),
            active: None,
            optimizers: Vec::new(),
            of_learner: &[],
            groups: &[],
        }
    }

    /// Returns what [`get`](Self::get) returned when the fit began. Schedules return a fraction of it.
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
        self.active
            .map_or(initial.common, |name| initial.of(name.0))
    }

    /// Returns the rate of the active optimiser, or the common one.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("generator", 0.2);
    /// assert_eq!(rate.get(), 0.1);
    /// ```
    pub fn get(&self) -> f64 {
        self.active.map_or(self.common, |name| self.of(name.0))
    }

    /// Sets the rate of the active optimiser, or of all optimisers.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("generator", 0.2);
    /// rate.set(0.05);
    /// assert_eq!((rate.get(), rate.of("generator")), (0.05, 0.05));
    /// ```
    pub fn set(&mut self, rate: f64) {
        self.record_initial();
        if let Some(name) = self.active {
            self.set_of(name.0, rate);
        } else {
            self.common = rate;
            self.by_optimizer.clear();
        }
    }

    /// Returns the rate of an optimiser: its own one, or the common one.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("generator", 0.2);
    /// assert_eq!((rate.of("generator"), rate.of("critic")), (0.2, 0.1));
    /// ```
    pub fn of(&self, optimizer: &str) -> f64 {
        let own = self.by_optimizer.iter().find(|(name, _)| name == optimizer);
        own.map_or(self.common, |(_, rate)| *rate)
    }

    /// Returns the rate of a parameter group: its own one, or that of the active optimiser. For
    /// [`Learner::step_groups`](super::Learner::step_groups).
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("bias", 0.2);
    /// assert_eq!((rate.of_group("bias"), rate.of_group("norm")), (0.2, 0.1));
    /// ```
    pub fn of_group(&self, group: &str) -> f64 {
        let own = self.by_optimizer.iter().find(|(name, _)| name == group);
        own.map_or_else(|| self.get(), |(_, rate)| *rate)
    }

    /// Sets the rate of one optimiser, or of a parameter group.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("critic", 0.3);
    /// assert_eq!((rate.of("critic"), rate.get()), (0.3, 0.1));
    /// ```
    pub fn set_of(&mut self, optimizer: &str, rate: f64) {
        let mut rates = self.by_optimizer.iter_mut();
        match rates.find(|(name, _)| name == optimizer) {
            Some((_, own)) => *own = rate,
            None => self.by_optimizer.push((optimizer.to_owned(), rate)),
        }
    }

    /// Multiplies the rate of the active optimiser, or of each optimiser, as a schedule for several optimisers does.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("critic", 0.4);
    /// rate.scale(0.5);
    /// assert_eq!((rate.get(), rate.of("critic")), (0.05, 0.2));
    /// ```
    pub fn scale(&mut self, by: f64) {
        self.record_initial();
        if let Some(name) = self.active {
            self.set_of(name.0, by * self.of(name.0));
        } else {
            self.common *= by;
            let rates = self.by_optimizer.iter_mut();
            rates.for_each(|(_, rate)| *rate *= by);
        }
    }

    /// Changes the rate of one optimiser, or of each: `change` gets the rate at the start of the fit and the present one.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// rate.set_of("critic", 0.4);
    /// rate.change(None, |initial, _| initial * 0.5);
    /// rate.change(Some("critic"), |_, present| present * 0.5);
    /// assert_eq!((rate.get(), rate.of("critic")), (0.05, 0.1));
    /// ```
    pub fn change(&mut self, optimizer: Option<&str>, mut change: impl FnMut(f64, f64) -> f64) {
        self.record_initial();
        let initial = self.initial.take();
        let start = initial.as_deref();
        let start_of = |name: &str| start.map(|start| start.of(name)).unwrap_or_default();
        if let Some(name) = optimizer {
            self.set_of(name, change(start_of(name), self.of(name)));
        } else {
            let common = start.map(|start| start.common).unwrap_or_default();
            self.common = change(common, self.common);
            for (name, rate) in &mut self.by_optimizer {
                *rate = change(start_of(name), *rate);
            }
        }
        self.initial = initial;
    }

    /// Sets the rate of each optimiser to what `change` makes of its rate in `from`.
    pub(crate) fn change_from(&mut self, from: &Self, change: impl Fn(f64) -> f64) {
        self.record_initial();
        self.common = change(from.common);
        for (name, rate) in &mut self.by_optimizer {
            *rate = change(from.of(name));
        }
    }

    /// Returns the rates with the names that they have in a record: `lr`, or `lr.generator` and `lr.critic` for several optimisers.
    ///
    /// ```
    /// # use callbacks::fit::LearningRate;
    /// let mut rate = LearningRate::new(0.1);
    /// assert_eq!(rate.named(None), [("lr".to_owned(), 0.1)]);
    /// rate.set_of("generator", 0.2);
    /// rate.set_of("critic", 0.4);
    /// assert_eq!(rate.named(None), [("lr.generator".to_owned(), 0.2), ("lr.critic".to_owned(), 0.4)]);
    /// assert_eq!(rate.named(Some("critic")), [("lr.critic".to_owned(), 0.4)]);
    /// ```
    pub fn named(&self, optimizer: Option<&str>) -> Vec<(String, f64)> {
        let named = |name: &str| (format!("lr.{name}"), self.of(name));
        if let Some(name) = optimizer {
            return vec![named(name)];
        }
        match self.names()[..] {
            [] => vec![("lr".into(), self.common)],
            [only] => vec![("lr".into(), self.of(only))],
            ref several => several.iter().map(|name| named(name)).collect(),
        }
    }

    /// Returns the names of all optimisers that are known: those of the learner, or those that have been active, and those with a rate.
    fn names(&self) -> Vec<&str> {
        let active = self.optimizers.iter().map(|name| name.0);
        let with_rate = self.by_optimizer.iter().map(|(name, _)| name.as_str());
        let all = self.of_learner.iter().copied().chain(active);
        let mut names: Vec<&str> = Vec::new();
        for name in all.chain(with_rate) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Returns what is wrong with the name of an optimiser, if the optimisers of the learner are known.
    pub(crate) fn check_name(&self, optimizer: &str) -> Result<(), String> {
        let known = self.of_learner;
        if known.is_empty() || known.contains(&optimizer) || self.groups.contains(&optimizer) {
            return Ok(());
        }
        let all = Self::list(known, self.groups);
        Err(format!("there is no optimiser `{optimizer}`; {all}"))
    }

    /// Returns what is wrong with the name of an optimiser that is no parameter group, if the optimisers of the learner are known.
    pub(crate) fn check_optimizer(&self, name: &str) -> Result<(), String> {
        self.check_name(name)?;
        if self.of_learner.is_empty() || self.of_learner.contains(&name) {
            return Ok(());
        }
        let all = Self::list(self.of_learner, &[]);
        Err(format!(
            "`{name}` is a parameter group and no optimiser; {all}"
        ))
    }

    /// Lists the names that can have a rate.
    pub(super) fn list(optimizers: &[&str], groups: &[&str]) -> String {
        let optimizers = optimizers.join(", ");
        if groups.is_empty() {
            return format!("the learner's optimisers are: {optimizers}");
        }
        let groups = groups.join(", ");
        format!("the learner's optimisers are: {optimizers}, and its parameter groups: {groups}")
    }

    /// Returns the optimisers that the fit has used so far, in the order of their first steps.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    ///
    /// let mut trainer = Trainer::new(Line::default());
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
    /// let rate = trainer.get::<LearningRate>().unwrap();
    /// assert_eq!(rate.optimizers().map(|name| name.to_string()).collect::<Vec<_>>(), ["main"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn optimizers(&self) -> impl Iterator<Item = OptimizerName> {
        self.optimizers.iter().copied()
    }

    /// Returns the common rate, with `None`, and the rates of single optimisers, with their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Option<&str>, f64)> {
        let rates = self.by_optimizer.iter();
        let rates = rates.map(|(name, rate)| (Some(name.as_str()), *rate));
        std::iter::once((None, self.common)).chain(rates)
    }

    /// Names the rates for a saved run: the present ones, and those at the start, from which schedules compute.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::fit::LearningRate;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.persist_fields("learning_rate", LearningRate::persist);
    /// ```
    pub fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("rate", &mut self.common);
        fields.field("of_optimizers", &mut self.by_optimizer);
        let initial = self.initial.as_deref();
        let mut initial = initial.map(|initial| (initial.common, initial.by_optimizer.clone()));
        fields.field("initial", &mut initial);
        let used = self.optimizers.iter();
        let mut used: Vec<String> = used.map(ToString::to_string).collect();
        fields.field("used_optimizers", &mut used);
        if fields.is_loading() {
            self.initial = initial.map(|(common, by_optimizer)| {
                Box::new(Self {
                    by_optimizer,
                    of_learner: self.of_learner,
                    groups: self.groups,
                    ..Self::new(common)
                })
            });
            let known = |name: &String| self.of_learner.iter().find(|known| *known == name);
            let used = used.iter().filter_map(known);
            self.optimizers = used.map(|name| OptimizerName(name)).collect();
        }
    }

    /// Copies the rates before their first change in a fit.
    fn record_initial(&mut self) {
        if self.initial.is_none() {
            self.initial = Some(Box::new(self.clone()));
        }
    }

    /// Returns what is wrong with a rate that the settings give, if anything is.
    pub(super) fn problem(rate: f64) -> Option<String> {
        let is_rate = rate.is_finite() && rate >= 0.0;
        (!is_rate)
            .then(|| format!("a learning rate of {rate}; give one that is finite and not negative"))
    }

    /// Returns these rates as those at the start of a fit with these optimisers and parameter groups.
    pub(super) fn at_begin(
        &self,
        optimizers: &'static [&'static str],
        groups: &'static [&'static str],
    ) -> Self {
        let mut rate = Self {
            initial: None,
            of_learner: optimizers,
            groups,
            ..self.clone()
        };
        rate.record_initial();
        rate
    }

    pub(super) fn set_active(&mut self, optimizer: Option<OptimizerName>) {
        let new = optimizer.filter(|name| !self.optimizers.contains(name));
        self.optimizers.extend(new);
        self.active = optimizer;
    }
}

impl fmt::Display for LearningRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

/// The name of the active optimiser: state from `on_train_batch_after_pred` to `on_train_batch_after_step`.
///
/// ```
/// use callbacks::fit::OptimizerName;
///
/// assert_eq!(OptimizerName("generator").to_string(), "generator");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OptimizerName(
    /// The name in [`Learner::optimizers`](super::Learner::optimizers).
    pub &'static str,
);

impl fmt::Display for OptimizerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}
