//! Targets that are not mixed, but kept in pairs.

use super::{MixSamples, Pairs};
use callback_runtime::BoxError;

/// Targets that are kept in pairs when their samples are mixed, for a loss that takes labels: the loss of a mixed sample is
/// `weight · loss(own target) + (1 - weight) · loss(partner's target)`, which [`losses`](Self::losses) computes. In a batch that is not mixed,
/// such as one of validation, it is the loss of the target itself: the same code is right in every phase.
///
/// ```
/// use callbacks::shelf::{MixSamples, PairedTargets, Pairs};
///
/// let mut labels = PairedTargets::new(vec!["cat", "dog"]);
/// let lengths = |labels: &[&str]| labels.iter().map(|label| if *label == "cat" { 1.0 } else { 3.0 }).collect();
/// assert_eq!(labels.losses(lengths), [1.0, 3.0]);
/// labels.mix(&Pairs::new(vec![1, 0], vec![0.75, 0.5])?)?;
/// assert_eq!(labels.partners(), ["dog", "cat"]);
/// assert_eq!(labels.losses(lengths), [1.5, 2.0]);
/// # Ok::<(), callbacks::BoxError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PairedTargets<T> {
    own: Vec<T>,
    /// The targets of the partners; the own ones before the samples are mixed.
    partners: Vec<T>,
    weights: Vec<f64>,
}

impl<T: Clone> PairedTargets<T> {
    /// Creates the targets of samples that are not mixed.
    ///
    /// ```
    /// # use callbacks::shelf::PairedTargets;
    /// let labels = PairedTargets::new(vec![7, 3]);
    /// assert_eq!((labels.own(), labels.partners(), labels.weights()), (&[7, 3][..], &[7, 3][..], &[1.0, 1.0][..]));
    /// ```
    pub fn new(targets: Vec<T>) -> Self {
        Self {
            weights: vec![1.0; targets.len()],
            partners: targets.clone(),
            own: targets,
        }
    }

    /// Returns the target of each sample.
    pub fn own(&self) -> &[T] {
        &self.own
    }

    /// Returns the target of each sample's partner.
    pub fn partners(&self) -> &[T] {
        &self.partners
    }

    /// Returns the weight of each sample: 1 before the samples are mixed.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Computes the loss of each sample from the losses of its two targets. `loss` gets a target for each sample, and returns as many losses.
    /// It is called once if the samples are not mixed.
    pub fn losses(&self, mut loss: impl FnMut(&[T]) -> Vec<f64>) -> Vec<f64> {
        let own = loss(&self.own);
        if self.weights.iter().all(|weight| *weight >= 1.0) {
            return own;
        }
        let partners = loss(&self.partners);
        let both = own.into_iter().zip(partners).zip(&self.weights);
        both.map(|((own, partner), weight)| weight * own + (1.0 - weight) * partner)
            .collect()
    }
}

impl<T: Clone> MixSamples for PairedTargets<T> {
    fn samples(&self) -> usize {
        self.own.len()
    }

    /// Sets the partners and the weights; those of an earlier mix are replaced.
    fn mix(&mut self, pairs: &Pairs) -> Result<(), BoxError> {
        pairs.check(self.own.len())?;
        let partners = pairs.partners().iter();
        self.partners = partners
            .filter_map(|partner| self.own.get(*partner))
            .cloned()
            .collect();
        self.weights = pairs.weights().to_vec();
        Ok(())
    }
}
