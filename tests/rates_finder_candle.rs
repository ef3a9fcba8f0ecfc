//! `LrFinder` restores a learner of candle, whose clones share their variables.

use callbacks::BoxError;
use callbacks::fit::{Learner, Loss, OptimizerName, Phase, Trainer};
use callbacks::shelf::LrFinder;
use candle_core::{Device, Tensor, Var};

/// The square of the distance to the batch.
#[derive(Clone, callbacks::Parameters)]
struct Bowl {
    place: Var,
}

struct Distance(Tensor);
struct Slope(Tensor);

impl Learner for Bowl {
    type Batch = f64;
    type Prediction = Distance;
    type Gradients = Slope;

    fn samples(&self, _: &f64) -> u64 {
        1
    }

    fn forward(&mut self, to: &f64, _: Phase) -> Result<Distance, BoxError> {
        Ok(Distance(self.place.affine(1.0, -to)?))
    }

    fn loss(&mut self, distance: &Distance, _: &f64) -> Result<Loss, BoxError> {
        Ok(Loss::from(distance.0.sqr()?.mean_all()?))
    }

    fn backward(
        &mut self,
        distance: &Distance,
        _: &f64,
        _: OptimizerName,
    ) -> Result<Slope, BoxError> {
        Ok(Slope((&distance.0 * 2.0)?))
    }

    fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.place
            .set(&(self.place.as_tensor() - (slope.0 * rate)?)?)?;
        Ok(())
    }
}

#[test]
fn variables_that_a_clone_shares_are_restored() -> Result<(), BoxError> {
    let place = Var::new(&[0.1_f64, -0.3], &Device::Cpu)?;
    let mut trainer = Trainer::new(Bowl {
        place: place.clone(),
    });
    let curve = LrFinder::new().find(&mut trainer, vec![3.0])?;
    assert!(curve.has_exploded());
    assert!(
        curve.suggestion().is_some_and(|rate| rate > 1e-3),
        "{curve}"
    );
    assert_eq!(place.to_vec1::<f64>()?, [0.1, -0.3]);
    assert_eq!(trainer.learner().place.to_vec1::<f64>()?, [0.1, -0.3]);
    Ok(())
}
