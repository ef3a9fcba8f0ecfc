//! Finds a learning rate: makes one step with each of many rates, and watches the loss.

use super::RateCurve;
use crate::fit::{Batches, Epochs, Fit, Learner, LearningRate, Loss, Step, Trainer};
use crate::weight;
use crate::{Attach, Parameters};
use callback_macros::callback;
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
/// [`curve`](Self::curve) is in the plan then, and your loop restores the model.
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

/// What a sweep has measured so far.
#[derive(Debug, Clone)]
struct Sweep {
    curve: RateCurve,
    /// The number of steps so far.
    count: u64,
    /// The number of steps before this pass.
    count_before: u64,
    /// The rate of the step under way.
    rate: f64,
    /// What the fit has counted of steps before the one under way.
    steps_before: u64,
    /// The sum of the losses in the batches of the step under way, and their number.
    group: (f64, u64),
    /// The weighted sum of the losses so far; its weights add up to `1 - smoothing^count`.
    weighted_sum: f64,
    /// The lowest smoothed loss so far; `None` before the first one.
    best: Option<f64>,
}

impl LrFinder {
    /// Creates a finder that tries 100 rates from 1e-7 to 10.
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

    /// Sets the number of rates, and so of steps: 2 or more, 100 by default. A suggestion needs at least 14.
    pub const fn steps(mut self, steps: u64) -> Self {
        self.steps = steps;
        self
    }

    /// Makes the differences of the rates equal, and not their ratios.
    pub const fn linear(mut self) -> Self {
        self.is_linear = true;
        self
    }

    /// Sets the share of the losses before it in a smoothed loss, from 0 to less than 1; 0.98 by default, and 0 for no smoothing. The
    /// bias of the first losses is corrected.
    pub const fn smoothing(mut self, share: f64) -> Self {
        self.smoothing = share;
        self
    }

    /// Sets when the sweep ends early: when the smoothed loss exceeds the lowest one by this factor, above 1. 4 by default; infinity ends it
    /// only at a loss that is not finite. For a negative loss, the same distance is measured from the lowest one upwards.
    pub const fn stop_factor(mut self, factor: f64) -> Self {
        self.stop_factor = factor;
        self
    }

    /// Changes the rate of one optimiser alone.
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
        restore(trainer.learner(), saved)?;
        fitted?.ok()?;
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
        self.sweep.steps_before = step.get();
        let last = self.steps.saturating_sub(1).max(1);
        let share = as_f64(self.sweep.count) / as_f64(last);
        let new = if self.is_linear {
            self.start + (self.end - self.start) * share
        } else {
            self.start * (self.end / self.start).powf(share)
        };
        self.sweep.rate = new;
        rate.change(self.optimizer.as_deref(), |_, _| new);
    }

    /// Adds the loss of a batch, and ends the step if the batch has completed it.
    fn end_batch(&mut self, step: Step, loss: f64) -> Flow {
        let (sum, batches) = self.sweep.group;
        let (sum, batches) = (sum + loss, batches.saturating_add(1));
        if step.get() == self.sweep.steps_before && loss.is_finite() {
            self.sweep.group = (sum, batches);
            return Flow::Continue;
        }
        self.sweep.group = (0.0, 0);
        self.end_step(sum / as_f64(batches))
    }

    fn end_step(&mut self, loss: f64) -> Flow {
        let sweep = &mut self.sweep;
        let smoothed = sweep.smooth(loss, self.smoothing);
        sweep.curve.push(sweep.rate, loss, smoothed);
        let best = sweep.best.unwrap_or(f64::INFINITY).min(smoothed);
        sweep.best = Some(best);
        let bound = best + (self.stop_factor - 1.0) * best.abs();
        if smoothed > bound || !smoothed.is_finite() {
            sweep.curve.note_explosion();
            return Flow::stop(format!("the loss has exploded: {loss}"));
        }
        if sweep.count >= self.steps {
            return Flow::stop("the sweep is complete");
        }
        Flow::Continue
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_range = self.start > 0.0 && self.end > self.start && self.end.is_finite();
        let range = format!("{} to {}", self.start, self.end);
        let rates = "give two finite rates above 0 that increase";
        let is_share = (0.0..1.0).contains(&self.smoothing);
        let share = "give one from 0 to less than 1";
        let factor = self.stop_factor;
        info.valid_if(is_range, "range", range, rates)
            .valid_if(self.steps > 1, "steps", self.steps, "give 2 or more")
            .valid_if(is_share, "smoothing", self.smoothing, share)
            .valid_if(factor > 1.0, "stop_factor", factor, "give one above 1")
    }
}

impl Default for LrFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl Sweep {
    const fn new() -> Self {
        Self {
            curve: RateCurve::new(),
            count: 0,
            count_before: 0,
            rate: 0.0,
            steps_before: 0,
            group: (0.0, 0),
            weighted_sum: 0.0,
            best: None,
        }
    }

    /// Counts a step. Returns the mean of the losses so far, with weights that decay exponentially.
    fn smooth(&mut self, loss: f64, share: f64) -> f64 {
        self.count = self.count.saturating_add(1);
        self.weighted_sum = share * self.weighted_sum + (1.0 - share) * loss;
        let exponent = i32::try_from(self.count).unwrap_or(i32::MAX);
        self.weighted_sum / (1.0 - share.powi(exponent))
    }
}

#[callback(Fit, register = false, ready_made, weight = weight::LAST, declare = Self::declare)]
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
        let before = std::mem::replace(&mut self.sweep.count_before, self.sweep.count);
        if self.is_endless && self.sweep.count == before {
            return Flow::stop(NO_LOSS);
        }
        Flow::Continue
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sweep has fewer than 2^53 steps"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}
