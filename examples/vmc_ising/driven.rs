//! The wave function as the driver's loop drives it.

use super::sampler::Samples;
use super::statistics::Estimate;
use super::variational::Variational;
use callbacks::driver::Driven;
use callbacks::{BoxError, Record, Stats};
use nalgebra::DVector;

/// Sweeps that are drawn and thrown away after the wave function has changed.
const DISCARDED: u32 = 4;
/// What each chain draws for a step.
const DRAWS: u32 = 64;

/// The direction of a step. State has one value per type, so that it has one of its own.
pub struct Direction(pub DVector<f64>);

impl Driven for Variational {
    type Samples = Samples;
    type Update = Direction;

    fn sample(&mut self) -> Result<Samples, BoxError> {
        Ok(self.sampler.sample(&self.wave, DISCARDED, DRAWS))
    }

    fn compute_loss_and_update(
        &mut self,
        samples: &Samples,
        record: &mut Record,
    ) -> Result<Direction, BoxError> {
        let energy = self.energy(samples);
        record.set("energy", stats(&energy));
        record.set("autocorrelation", energy.autocorrelation);
        record.set("r_hat", energy.r_hat);
        record.set("acceptance", self.sampler.acceptance());
        Ok(Direction(self.direction(samples)?))
    }

    fn update_parameters(&mut self, direction: &Direction) -> Result<(), BoxError> {
        self.descend(&direction.0);
        Ok(())
    }
}

/// An estimate, as a log has it.
pub fn stats(estimate: &Estimate) -> Stats {
    Stats {
        mean: estimate.mean,
        error_of_mean: estimate.error,
        variance: estimate.variance,
    }
}
