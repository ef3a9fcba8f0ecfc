//! A learner whose losses a test writes down, and the sweeps of a finder over them.

use callbacks::BoxError;
use callbacks::fit::{Learner, Loss, OptimizerName, Phase, Trainer};
use callbacks::shelf::{LrFinder, RateCurve};

/// A learner with momentum whose loss is the batch, so that a test writes down the losses.
#[derive(Debug, Clone, PartialEq, Default, callbacks::Parameters)]
pub(crate) struct Scripted {
    pub(crate) weight: f64,
    #[parameters(skip)]
    pub(crate) velocity: f64,
    #[parameters(skip)]
    pub(crate) calls: u64,
    #[parameters(skip)]
    pub(crate) rates: Vec<f64>,
    #[parameters(skip)]
    pub(crate) optimizers: &'static [&'static str],
    #[parameters(skip)]
    pub(crate) fails_at: Option<u64>,
}

pub(crate) struct Predicted(f64);

#[derive(callbacks::Gradients)]
pub(crate) struct Slope(f64);

impl Learner for Scripted {
    type Batch = f64;
    type Prediction = Predicted;
    type Gradients = Slope;

    fn samples(&self, _: &f64) -> u64 {
        1
    }

    fn forward(&mut self, batch: &f64, phase: Phase) -> Result<Predicted, BoxError> {
        assert_eq!(phase, Phase::Train);
        self.calls += 1;
        if self.fails_at == Some(self.calls) {
            return Err("the device is lost".into());
        }
        Ok(Predicted(*batch))
    }

    fn loss(&mut self, prediction: &Predicted, _: &f64) -> Result<Loss, BoxError> {
        Ok(Loss::from(prediction.0))
    }

    fn backward(
        &mut self,
        _: &Predicted,
        batch: &f64,
        _: OptimizerName,
    ) -> Result<Slope, BoxError> {
        Ok(Slope(*batch))
    }

    fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.velocity = 0.9 * self.velocity + slope.0;
        self.weight -= rate * self.velocity;
        self.rates.push(rate);
        Ok(())
    }

    fn optimizers(&self) -> &'static [&'static str] {
        if self.optimizers.is_empty() {
            &["main"]
        } else {
            self.optimizers
        }
    }
}

/// A trainer with this learner, whose parameters are not 0.
pub(crate) fn trainer() -> Trainer<Scripted> {
    Trainer::new(Scripted {
        weight: 0.1,
        velocity: 0.3,
        ..Scripted::default()
    })
}

/// The curve of a sweep over these losses.
pub(crate) fn find(finder: LrFinder, losses: Vec<f64>) -> RateCurve {
    finder.find(&mut trainer(), losses).unwrap()
}

/// Whether the numbers are equal, but for rounding.
pub(crate) fn is_close(ours: &[f64], expected: &[f64]) -> bool {
    let pairs = || ours.iter().zip(expected);
    ours.len() == expected.len()
        && pairs().all(|(one, other)| (one - other).abs() <= 1e-12 * other.abs())
}
