//! Finds a learning rate: makes one step with each of many rates, and watches the loss.

use super::RateCurve;
use super::optimizer::{SETS_RATE, of_optimizer, refer_to_optimizer};
use super::sweep::Sweep;
use crate::fit::{Batches, Epoch, Epochs, Fit, Learner, LearningRate, Loss, Step, Trainer};
use crate::settings;
use crate::weight;
use crate::{Attach, Parameters};
use callback_macros::callback;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Flow, Plan};
use std::borrow::Cow;

/// Finds a learning rate, as luz's `lr_finder`, fastai's `Learner.lr_find` and Lightning's `Tuner.lr_find`: a sweep makes one step with each of
/// 100 rates from 1e-7 to 10, until the loss explodes. [`find`](Self::find) restores the learner, and returns the losses and a
/// suggestion.
///
/// Source: Smith, *Cyclical Learning Rates for Training Neural Networks*, section 3.3.
///
/// The callbacks of the trainer do not run in the sweep, and no validation pass is made. If the source has fewer batches than the sweep
/// needs, the sweep goes on with the batches of the next epoch.
///
/// In a training loop of your own, attach the finder as a callback: it sets the rate, and stops the session when the sweep is complete. The
/// [`curve`](Self::curve) is in the plan then, and your loop restores the model. If the fit has too few steps, it stops
/// with a reason that says how many were made.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::LrFinder;
/// # use callbacks::BoxError;
/// # use callbacks::fit::OptimizerName;
/// # #[derive(Clone, Default, callbacks::Parameters)]
/// # struct Bowl(f64);
/// # struct Height(f64);
/// # struct Slope(f64);
/// # impl Learner for Bowl {
/// #     type Batch = f64;
/// #     type Prediction = Height;
/// #     type Gradients = Slope;
/// #     fn samples(&self, _: &f64) -> u64 { 1 }
/// #     fn forward(&mut self, to: &f64, _: Phase) -> Result<Height, BoxError> { Ok(Height(self.0 - to)) }
/// #     fn loss(&mut self, at: &Height, _: &f64) -> Result<Loss, BoxError> { Ok(Loss::from(at.0 * at.0)) }
/// #     fn backward(&mut self, at: &Height, _: &f64, _: OptimizerName) -> Result<Slope, BoxError> { Ok(Slope(2.0 * at.0)) }
/// #     fn step(&mut self, by: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> { self.0 -= rate * by.0; Ok(()) }
/// # }
///
/// let mut trainer = Trainer::new(Bowl::default()).epochs(5);
/// let curve = LrFinder::new().find(&mut trainer, vec![3.0; 10])?;
/// let rate = curve.suggestion().ok_or("the loss did not fall")?;
/// let mut trainer = trainer.learning_rate(rate);
/// assert!(trainer.fit(vec![3.0; 10])?.outcome.is_finished());
/// # Ok::<(), BoxError>(())
/// ```
#[doc(alias = "lr_finder")]
#[derive(Debug, Clone)]
pub struct LrFinder {
    start: f64,
    end: f64,
    steps: u64,
    is_linear: bool,
    smoothing: f64,
    stop_factor: f64,
    optimizer: Option<Cow<'static, str>>,
    /// Whether the fit has as many epochs as the sweep needs. Without a loss, it would never end.
    is_endless: bool,
    sweep: Sweep,
}

/// Why a sweep ends after a pass without a loss.
const NO_LOSS: &str = "no batch of the pass has a loss: give batches; a step of the learner's own puts a `Loss` into the state";

impl LrFinder {
    /// Creates a finder that tries 100 rates from 1e-7 to 10.
    ///
    /// ```
    /// # use callbacks::shelf::LrFinder;
    /// assert!(LrFinder::new().curve().points().is_empty());
    /// ```
    pub const fn new() -> Self {
        Self {
            start: 1e-7,
            end: 10.0,
            steps: 100,
            is_linear: false,
            smoothing: 0.98,
            stop_factor: 4.0,
            optimizer: None,
            is_endless: false,
            sweep: Sweep::new(),
        }
    }

    /// Sets the first and the last rate: finite, above 0, and the last one greater than the first one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use doc_models::Line;
    /// let finder = LrFinder::new().range(1e-4, 1e-6);
    /// let mut trainer = Trainer::new(Line::default()).callback(finder);
    /// let problem = trainer.check().unwrap_err().to_string();
    /// assert!(problem.contains("has a `range` of 0.0001 to 0.000001"));
    /// ```
    pub const fn range(mut self, start: f64, end: f64) -> Self {
        self.start = start;
        self.end = end;
        self
    }

    /// Sets the number of rates, and so of steps: 2 or more, 100 by default. A suggestion needs at least 13.
    ///
    /// ```
    /// # use callbacks::Parameters;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use doc_models::{Line, Points};
    /// # let mut trainer = Trainer::new(Line::default());
    /// # let batches = vec![Points(vec![(1.0, 2.0)])];
    /// # let mut find = |finder: LrFinder| finder.find_restoring(&mut trainer, batches.clone(), Line::snapshot, |line, saved| line.restore(&saved));
    /// let curve = find(LrFinder::new().range(1e-4, 1e-2).steps(30))?;
    /// assert_eq!(curve.points().len(), 30);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// Makes the differences of the rates equal, and not their ratios.
    ///
    /// ```
    /// # use callbacks::Parameters;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use doc_models::{Line, Points};
    /// # let mut trainer = Trainer::new(Line::default());
    /// # let batches = vec![Points(vec![(1.0, 2.0)])];
    /// # let mut find = |finder: LrFinder| finder.find_restoring(&mut trainer, batches.clone(), Line::snapshot, |line, saved| line.restore(&saved));
    /// let curve = find(LrFinder::new().range(0.125, 0.375).steps(3).linear())?;
    /// assert_eq!(curve.points()[1].rate, 0.25);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn linear(mut self) -> Self {
        self.is_linear = true;
        self
    }

    /// Sets the share of the losses before it in a smoothed loss, from 0 to less than 1; 0.98 by default, and 0 for no smoothing. The
    /// bias of the first losses is corrected.
    ///
    /// ```
    /// # use callbacks::Parameters;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use doc_models::{Line, Points};
    /// # let mut trainer = Trainer::new(Line::default());
    /// # let batches = vec![Points(vec![(1.0, 2.0)])];
    /// # let mut find = |finder: LrFinder| finder.find_restoring(&mut trainer, batches.clone(), Line::snapshot, |line, saved| line.restore(&saved));
    /// let curve = find(LrFinder::new().smoothing(0.0))?;
    /// assert!(curve.points().iter().all(|point| point.smoothed == point.loss));
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn smoothing(mut self, share: f64) -> Self {
        self.smoothing = share;
        self
    }

    /// Sets when the sweep ends early: when the smoothed loss exceeds the lowest one by this factor, above 1. 4 by default; infinity ends it
    /// only at a loss that is not finite. For a negative loss, the same distance is measured from the lowest one upwards.
    ///
    /// ```
    /// # use callbacks::Parameters;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use doc_models::{Line, Points};
    /// # let mut trainer = Trainer::new(Line::default());
    /// # let batches = vec![Points(vec![(1.0, 2.0)])];
    /// # let mut find = |finder: LrFinder| finder.find_restoring(&mut trainer, batches.clone(), Line::snapshot, |line, saved| line.restore(&saved));
    /// let (early, late) = (find(LrFinder::new().stop_factor(1.5))?, find(LrFinder::new().stop_factor(10.0))?);
    /// assert!(early.points().len() < late.points().len());
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub const fn stop_factor(mut self, factor: f64) -> Self {
        self.stop_factor = factor;
        self
    }

    /// Changes the rate of one optimiser alone.
    ///
    /// ```
    /// # use callbacks::Parameters;
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use doc_models::{Line, Points};
    /// # let mut trainer = Trainer::new(Line::default());
    /// # let batches = vec![Points(vec![(1.0, 2.0)])];
    /// # let mut find = |finder: LrFinder| finder.find_restoring(&mut trainer, batches.clone(), Line::snapshot, |line, saved| line.restore(&saved));
    /// assert!(find(LrFinder::new().of("main")).is_ok());
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn of(mut self, optimizer: impl Into<Cow<'static, str>>) -> Self {
        self.optimizer = Some(optimizer.into());
        self
    }

    /// Makes the sweep with the learner of a trainer, and restores the learner to the bit: from a clone, which has the memory of the optimisers
    /// and whatever else there is, and from a snapshot of the parameters, since clones may share them. A learner that is not `Clone` needs
    /// [`find_restoring`](Self::find_restoring).
    ///
    /// The `Err` has the problems of the plan or the failure of the fit. The learner is restored then, too.
    #[track_caller]
    pub fn find<M: Learner + Clone + Parameters>(
        self,
        trainer: &mut Trainer<M>,
        batches: impl Batches<M::Batch>,
    ) -> Result<RateCurve, BoxError> {
        let save = |learner: &M| Ok((learner.clone(), learner.snapshot()?));
        let restore = |learner: &mut M, (clone, snapshot)| {
            *learner = clone;
            learner.restore(&snapshot)
        };
        self.find_restoring(trainer, batches, save, restore)
    }

    /// Makes the sweep with the learner of a trainer, and restores the learner with `restore` from what `save` has returned before. For a
    /// learner that consists of parameters alone, these are [`snapshot`](Parameters::snapshot) and [`restore`](Parameters::restore); an
    /// optimiser that has a memory needs more.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::LrFinder;
    /// # use callbacks::Parameters;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line { slope: 0.5 });
    /// let batches = vec![Points(vec![(1.0, 2.0)])];
    /// let curve = LrFinder::new().find_restoring(&mut trainer, batches, Line::snapshot, |line, saved| line.restore(&saved))?;
    /// assert!(curve.has_exploded());
    /// assert_eq!(trainer.learner().slope, 0.5);
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    #[track_caller]
    pub fn find_restoring<M: Learner, S>(
        self,
        trainer: &mut Trainer<M>,
        batches: impl Batches<M::Batch>,
        save: impl FnOnce(&M) -> Result<S, BoxError>,
        restore: impl FnOnce(&mut M, S) -> Result<(), BoxError>,
    ) -> Result<RateCurve, BoxError> {
        let saved = save(trainer.learner())?;
        let plan = std::mem::replace(trainer.plan(), self.plan());
        let fitted = trainer.fit(batches).map(|fitted| fitted.outcome);
        let plan = std::mem::replace(trainer.plan(), plan);
        let fitted = fitted
            .map_err(BoxError::from)
            .and_then(|outcome| Ok(outcome.ok()?));
        match (fitted, restore(trainer.learner(), saved)) {
            (Ok(()), restored) => restored?,
            (Err(failure), Ok(())) => return Err(failure),
            (Err(failure), Err(error)) => {
                return Err(format!("{failure}; the learner was not restored: {error}").into());
            }
        }
        let curve = plan.get::<Self>().map(Self::curve);
        let curve = curve.filter(|curve| !curve.points().is_empty());
        Ok(curve.ok_or(NO_LOSS)?.clone())
    }

    /// Returns what the last sweep has measured.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::LrFinder;
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(LrFinder::new().steps(50));
    /// // … a fit that is stopped when the sweep is complete …
    /// let curve = plan.get::<LrFinder>().map(LrFinder::curve);
    /// assert!(curve.is_some_and(|curve| curve.points().is_empty()));
    /// ```
    pub const fn curve(&self) -> &RateCurve {
        &self.sweep.curve
    }

    /// Makes the plan of a fit that lasts as long as the sweep.
    #[track_caller]
    fn plan(mut self) -> Plan<Fit> {
        self.is_endless = true;
        let mut plan = Plan::new();
        plan.add(self);
        let endless = |epochs: &mut Epochs| epochs.max = u64::MAX;
        plan.on(Fit::on_fit_begin, endless);
        plan.on(Fit::on_valid_begin, || Flow::leave(Fit::VALID));
        plan
    }

    fn begin_batch(&mut self, step: Step, rate: &mut LearningRate) {
        let fraction = self.sweep.fraction(self.steps);
        let new = if self.is_linear {
            self.start + (self.end - self.start) * fraction
        } else {
            self.start * (self.end / self.start).powf(fraction)
        };
        self.sweep.begin_batch(step, new);
        rate.change(self.optimizer.as_deref(), |_, _| new);
    }

    fn end_batch(&mut self, step: Step, loss: f64) -> Flow {
        let Some(loss) = self.sweep.end_batch(step, loss) else {
            return Flow::Continue;
        };
        if self.sweep.end_step(loss, self.smoothing, self.stop_factor) {
            Flow::stop(format!("the loss has exploded: {loss}"))
        } else if self.sweep.is_complete(self.steps) {
            Flow::stop("the sweep is complete")
        } else {
            Flow::Continue
        }
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.sweep.persist(fields);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_range = self.start > 0.0 && self.end > self.start && self.end.is_finite();
        let range = format!("{} to {}", self.start, self.end);
        let rates = "give two finite rates above 0 that increase";
        let info = info.valid_if(is_range, "range", range, rates).valid_if(
            self.steps > 1,
            "steps",
            self.steps,
            "give 2 or more",
        );
        let info = settings::below_one(info, "smoothing", self.smoothing);
        let info = settings::above_one(info, "stop_factor", self.stop_factor);
        let optimizer = self.optimizer.as_ref();
        let alone = "attach the finder alone: a sweep sets the learning rate in each step";
        refer_to_optimizer(info, optimizer).claims(of_optimizer(SETS_RATE, alone, optimizer))
    }
}

impl Default for LrFinder {
    fn default() -> Self {
        Self::new()
    }
}

#[callback(Fit, register = false, ready_made, weight = weight::LAST, declare = Self::declare, persist = Self::persist)]
impl LrFinder {
    fn on_enter(&mut self, rate: &LearningRate) -> Result<(), String> {
        self.sweep = Sweep::new();
        let optimizer = self.optimizer.as_deref();
        optimizer.map_or(Ok(()), |name| rate.check_name(name))
    }

    fn on_train_batch_begin(&mut self, step: &Step, rate: &mut LearningRate) {
        self.begin_batch(*step, rate);
    }

    /// A batch that was left has no loss.
    fn on_train_batch_end(&mut self, step: &Step, loss: Option<&Loss>) -> Result<Flow, String> {
        let Some(loss) = loss else {
            return Ok(Flow::Continue);
        };
        let value = loss.value();
        match loss.error() {
            Some(error) => Err(format!("the loss could not be read: {error}")),
            None => Ok(self.end_batch(*step, value)),
        }
    }

    fn on_train_end(&mut self) -> Flow {
        if self.sweep.end_pass() || !self.is_endless {
            return Flow::Continue;
        }
        Flow::stop(NO_LOSS)
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, epochs: &Epochs) -> Flow {
        if epoch.get() < epochs.max {
            return Flow::Continue;
        }
        let (made, steps) = (self.sweep.count(), self.steps);
        Flow::stop(format!(
            "the fit ends after {made} of {steps} steps of the sweep; give it more epochs, or call `LrFinder::find`, which repeats the \
             batches and restores the learner"
        ))
    }
}
