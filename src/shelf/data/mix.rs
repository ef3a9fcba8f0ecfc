//! What callbacks need of a batch to mix its samples.

use super::MixError;
use callback_runtime::BoxError;

/// A batch whose samples can be mixed with each other: it returns its inputs and its targets, which implement [`MixSamples`].
///
/// ```
/// use callbacks::shelf::MixBatch;
///
/// #[derive(Clone)]
/// struct Digits {
///     images: Vec<Vec<f64>>,
///     /// The probability of each class, for each image.
///     targets: Vec<Vec<f64>>,
/// }
///
/// impl MixBatch for Digits {
///     type Inputs = Vec<Vec<f64>>;
///     type Targets = Vec<Vec<f64>>;
///
///     fn parts(&mut self) -> (&mut Self::Inputs, &mut Self::Targets) {
///         (&mut self.images, &mut self.targets)
///     }
/// }
/// # let mut digits = Digits { images: vec![], targets: vec![] };
/// # assert!(digits.parts().0.is_empty());
/// ```
#[diagnostic::on_unimplemented(
    message = "the samples of `{Self}` cannot be mixed",
    label = "this has to return its inputs and its targets",
    note = "implement `callbacks::shelf::MixBatch` for `{Self}`"
)]
pub trait MixBatch: 'static {
    /// The inputs: one sample for each index of the first axis.
    type Inputs;
    /// The targets: one for each sample. Soft targets, such as the probabilities of classes or the numbers of a regression, are mixed like
    /// inputs. [`PairedTargets`](super::PairedTargets) keeps labels.
    type Targets;

    /// Returns the inputs and the targets.
    fn parts(&mut self) -> (&mut Self::Inputs, &mut Self::Targets);
}

/// Samples that can be mixed with each other: vectors, and the arrays of `ndarray` and the tensors of candle with the features of these names.
///
/// ```
/// use callbacks::shelf::{MixSamples, Pairs};
///
/// let mut samples = vec![0.0, 8.0];
/// samples.mix(&Pairs::new(vec![1, 0], vec![0.75, 0.5])?)?;
/// assert_eq!(samples, [2.0, 4.0]);
/// # Ok::<(), callbacks::BoxError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no samples that can be mixed",
    note = "`Vec<f64>`, `Vec<Vec<f64>>` and their `f32` twins can be, and the arrays of `ndarray` and the tensors of candle with the features `ndarray` and `candle`",
    note = "labels are kept in pairs by `callbacks::shelf::PairedTargets`"
)]
pub trait MixSamples {
    /// Returns the number of samples.
    fn samples(&self) -> usize;

    /// Replaces each sample by `weight · sample + (1 - weight) · partner`, where the partner is another sample as it was before. An `Err`
    /// says that the number of pairs is another one than that of the samples, or is an error of the device.
    fn mix(&mut self, pairs: &Pairs) -> Result<(), BoxError>;
}

/// Which samples of a batch are mixed, and how much of each stays.
///
/// ```
/// use callbacks::shelf::Pairs;
///
/// let pairs = Pairs::new(vec![1, 0], vec![0.75, 1.0])?;
/// assert!(pairs.iter().eq([(1, 0.75), (0, 1.0)]));
/// assert!(Pairs::new(vec![2, 0], vec![0.75, 1.0]).is_err());
/// # Ok::<(), callbacks::BoxError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pairs {
    partners: Vec<usize>,
    weights: Vec<f64>,
}

impl Pairs {
    /// Pairs each sample with a partner, and gives the weight of the sample. The `Err` says that a partner is no sample, or that there is not
    /// one weight for each sample.
    ///
    /// ```
    /// # use callbacks::shelf::Pairs;
    /// let too_few = Pairs::new(vec![1, 0], vec![0.5]).unwrap_err();
    /// assert_eq!(too_few.to_string(), "2 partners and 1 weights; give as many");
    /// ```
    pub fn new(partners: Vec<usize>, weights: Vec<f64>) -> Result<Self, MixError> {
        let count = partners.len();
        if weights.len() != count {
            let weights = weights.len();
            let text = format!("{count} partners and {weights} weights; give as many");
            return Err(MixError::new(text));
        }
        if let Some(partner) = partners.iter().find(|partner| **partner >= count) {
            let text = format!("a partner {partner} of {count} samples; count from 0");
            return Err(MixError::new(text));
        }
        Ok(Self { partners, weights })
    }

    /// Returns the partner of each sample.
    pub fn partners(&self) -> &[usize] {
        &self.partners
    }

    /// Returns the weight of each sample; that of its partner is what is missing to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Returns the partner and the weight of each sample.
    pub fn iter(&self) -> impl Iterator<Item = (usize, f64)> {
        let partners = self.partners.iter().copied();
        partners.zip(self.weights.iter().copied())
    }

    /// Checks that there is a pair for each sample.
    ///
    /// ```
    /// # use callbacks::shelf::Pairs;
    /// let pairs = Pairs::new(vec![0], vec![1.0])?;
    /// assert_eq!(pairs.check(2).unwrap_err().to_string(), "2 samples and 1 pairs; inputs and targets have one for each sample");
    /// # Ok::<(), callbacks::BoxError>(())
    /// ```
    pub fn check(&self, samples: usize) -> Result<(), MixError> {
        let pairs = self.partners.len();
        if samples == pairs {
            return Ok(());
        }
        Err(MixError::new(format!(
            "{samples} samples and {pairs} pairs; inputs and targets have one for each sample"
        )))
    }
}
