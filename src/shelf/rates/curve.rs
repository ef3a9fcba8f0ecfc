//! The losses over a range of learning rates, and the rates that they suggest.

use super::descent;
use callback_runtime::persist::Fields;
use std::fmt;

/// The losses over a range of learning rates, which [`LrFinder`](super::LrFinder) measures.
///
/// Its text is a table with a line for each point, and [`to_svg`](Self::to_svg) a picture.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{LrFinder, RateCurve};
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
/// let mut trainer = Trainer::new(Bowl::default());
/// let curve: RateCurve = LrFinder::new().find(&mut trainer, vec![3.0; 10])?;
/// println!("{curve}");
/// println!("try {:?}", curve.suggestion());
/// # assert!(curve.suggestion().is_some());
/// # Ok::<(), BoxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RateCurve {
    points: Vec<RatePoint>,
    has_exploded: bool,
    /// The share of the losses before it in a smoothed loss.
    smoothing: f64,
}

/// A learning rate and the loss of the step that was made with it.
///
/// ```
/// use callbacks::shelf::{RateCurve, RatePoint};
///
/// fn lowest(curve: &RateCurve) -> Option<&RatePoint> {
///     curve.points().iter().min_by(|one, other| one.smoothed.total_cmp(&other.smoothed))
/// }
/// # assert_eq!(lowest(&RateCurve::default()), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RatePoint {
    /// The learning rate.
    pub rate: f64,
    /// The loss of the batch, before the step with this rate; the mean over the batches if several of them make a step.
    pub loss: f64,
    /// The mean of the losses so far, with weights that decay exponentially.
    pub smoothed: f64,
}

/// The number of points at the begin of a curve that have no suggestion: the smoothed loss has not settled there.
const SKIPPED_AT_BEGIN: usize = 10;
/// The number of points at the end of a curve that have no suggestion: the loss explodes there.
const SKIPPED_AT_END: usize = 1;

impl RateCurve {
    pub(super) const fn new() -> Self {
        Self {
            points: Vec::new(),
            has_exploded: false,
            smoothing: 0.0,
        }
    }

    /// Returns the points, in the order of their rates.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// assert!(RateCurve::default().points().is_empty());
    /// ```
    pub fn points(&self) -> &[RatePoint] {
        &self.points
    }

    /// Whether the sweep ended because the loss exploded or was not finite. Otherwise all rates were tried.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// assert!(!RateCurve::default().has_exploded());
    /// ```
    pub fn has_exploded(&self) -> bool {
        self.has_exploded
    }

    /// Returns the rate to try first: the [valley](Self::valley), if the smoothed loss falls by more than its noise. `None` if it does not, as where
    /// the loss is flat or rises at once, or if the curve has fewer than 13 points.
    ///
    /// Of 100 sweeps over losses that do not depend on the rate, at most one has a suggestion with the default smoothing, and four have one without
    /// smoothing. The rules of other libraries, [`steepest`](Self::steepest) and [`tenth_of_lowest`](Self::tenth_of_lowest), suggest a rate in
    /// nearly all of them.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// assert_eq!(RateCurve::default().suggestion(), None);
    /// ```
    pub fn suggestion(&self) -> Option<f64> {
        let (skipped, end) = (SKIPPED_AT_BEGIN, self.inner_end());
        let falls = descent::falls(&self.points, skipped, end, self.smoothing);
        self.valley().filter(|_| falls)
    }

    /// Returns the rate in the valley: the longest decreasing subsequence of the smoothed losses, about half of its length before its end. This is the
    /// suggestion `valley` of `Learner.lr_find` in fastai, which is its default. The first 10 points and the last one are ignored; fastai
    /// ignores the last 5. `None` if no loss is below one before it.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// assert_eq!(RateCurve::default().valley(), None);
    /// ```
    pub fn valley(&self) -> Option<f64> {
        let inner = self.inner();
        let index = descent::valley(inner)?;
        inner.get(index).map(|point| point.rate)
    }

    /// Returns the rate at which the smoothed loss falls fastest with the logarithm of the rate: the suggestion of `Tuner.lr_find` in PyTorch
    /// Lightning. As there, the first 10 points and the last one are ignored. `None` if the loss falls at no other point.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// assert_eq!(RateCurve::default().steepest(), None);
    /// ```
    pub fn steepest(&self) -> Option<f64> {
        let inner = self.inner();
        let slopes = inner.iter().enumerate().filter_map(|(index, at)| {
            let before = inner.get(index.saturating_sub(1))?;
            let after = inner.get(index + 1).unwrap_or(at);
            let distance = after.rate.ln() - before.rate.ln();
            Some((at.rate, (after.smoothed - before.smoothed) / distance))
        });
        let falling = slopes.filter(|(_, slope)| *slope < 0.0);
        let steepest = falling.min_by(|(_, one), (_, other)| one.total_cmp(other));
        steepest.map(|(rate, _)| rate)
    }

    /// Returns a tenth of the rate with the lowest smoothed loss: the suggestion `minimum` of `Learner.lr_find` in fastai. The first 10 points
    /// and the last one are ignored. `None` if there are no others.
    ///
    /// ```
    /// # use callbacks::shelf::RateCurve;
    /// assert_eq!(RateCurve::default().tenth_of_lowest(), None);
    /// ```
    pub fn tenth_of_lowest(&self) -> Option<f64> {
        let points = self.inner().iter();
        let lowest = points.min_by(|one, other| one.smoothed.total_cmp(&other.smoothed));
        lowest.map(|point| point.rate / 10.0)
    }

    /// Returns the points that have a suggestion.
    fn inner(&self) -> &[RatePoint] {
        let inner = self.points.get(SKIPPED_AT_BEGIN..self.inner_end());
        inner.unwrap_or_default()
    }

    fn inner_end(&self) -> usize {
        self.points.len().saturating_sub(SKIPPED_AT_END)
    }

    pub(super) fn set_smoothing(&mut self, share: f64) {
        self.smoothing = share;
    }

    /// Names what a saved run has of the curve.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        let points = self.points.iter();
        let mut points: Vec<[f64; 3]> = points
            .map(|point| [point.rate, point.loss, point.smoothed])
            .collect();
        fields.field("points", &mut points);
        let points = points.into_iter();
        self.points = points
            .map(|[rate, loss, smoothed]| RatePoint {
                rate,
                loss,
                smoothed,
            })
            .collect();
        fields.field("has_exploded", &mut self.has_exploded);
        fields.field("smoothing", &mut self.smoothing);
    }

    pub(super) fn push(&mut self, rate: f64, loss: f64, smoothed: f64) {
        self.points.push(RatePoint {
            rate,
            loss,
            smoothed,
        });
    }

    pub(super) fn note_explosion(&mut self) {
        self.has_exploded = true;
    }
}

impl fmt::Display for RateCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>12} {:>12} {:>12}", "rate", "loss", "smoothed")?;
        for point in &self.points {
            let RatePoint {
                rate,
                loss,
                smoothed,
            } = point;
            write!(f, "\n{rate:>12.4e} {loss:>12.4e} {smoothed:>12.4e}")?;
        }
        Ok(())
    }
}
