//! The learners of the two digits examples.

use super::Fed;
#[cfg(feature = "candle")]
use super::digits::candle_mlp;
use super::digits::data::Batch;
use super::digits::mlp;
use super::guesses::Guesses;
use super::way::{FitResult, Way};
use callbacks::BoxError;
use callbacks::prelude::*;

/// A learner that is made from a seed.
pub(super) trait Seeded: Learner<Batch = Batch, Prediction: Guesses> + Sized {
    const RATE: f64;

    fn seeded(seed: u64) -> Result<Self, BoxError>;
}

impl Seeded for mlp::Mlp {
    const RATE: f64 = 0.1;

    fn seeded(seed: u64) -> Result<Self, BoxError> {
        Ok(Self::new(seed))
    }
}

#[cfg(feature = "candle")]
impl Seeded for candle_mlp::Mlp {
    const RATE: f64 = 0.005;

    fn seeded(seed: u64) -> Result<Self, BoxError> {
        Self::new(seed)
    }
}

/// Which learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learned {
    Ndarray,
    #[cfg(feature = "candle")]
    Candle,
}

impl Learned {
    const ALL: &[Self] = &[
        Self::Ndarray,
        #[cfg(feature = "candle")]
        Self::Candle,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ndarray => "ndarray",
            #[cfg(feature = "candle")]
            Self::Candle => "candle",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self, BoxError> {
        let found = Self::ALL.iter().find(|learned| learned.name() == name);
        Ok(*found.ok_or("no such learner")?)
    }

    pub(super) fn fit(self, way: Way, fed: &Fed, epochs: u64) -> Result<(), BoxError> {
        match self {
            Self::Ndarray => way.fit::<mlp::Mlp>(fed, epochs).map(drop),
            #[cfg(feature = "candle")]
            Self::Candle => way.fit::<candle_mlp::Mlp>(fed, epochs).map(drop),
        }
    }

    /// Fits, and returns the result.
    pub(super) fn result(self, way: Way, fed: &Fed, epochs: u64) -> Result<FitResult, BoxError> {
        match self {
            Self::Ndarray => way.fit::<mlp::Mlp>(fed, epochs)?.result(fed),
            #[cfg(feature = "candle")]
            Self::Candle => way.fit::<candle_mlp::Mlp>(fed, epochs)?.result(fed),
        }
    }
}
