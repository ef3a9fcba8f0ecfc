//! What is driven: little work, so that what is left is the loop's own.

use callbacks::driver::Driven;
use callbacks::{BoxError, Record};
use std::hint::black_box;

/// Does nothing. Samples and update have no size.
pub(super) struct Still;

/// The update of what does nothing.
pub(super) struct Nothing;

impl Driven for Still {
    type Samples = ();
    type Update = Nothing;

    fn sample(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    fn compute_loss_and_update(&mut self, (): &(), _: &mut Record) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn update_parameters(&mut self, _: &Nothing) -> Result<(), BoxError> {
        Ok(())
    }
}

/// Samples vectors, and computes updates that are vectors.
#[derive(Default)]
pub(super) struct Vectors {
    parameters: [f64; 16],
}

/// An update of the parameters.
pub(super) struct Change(Vec<f64>);

impl Driven for Vectors {
    type Samples = Vec<f64>;
    type Update = Change;

    #[inline(never)]
    fn sample(&mut self) -> Result<Vec<f64>, BoxError> {
        Ok(black_box(&self.parameters).to_vec())
    }

    #[inline(never)]
    fn compute_loss_and_update(
        &mut self,
        samples: &Vec<f64>,
        _: &mut Record,
    ) -> Result<Change, BoxError> {
        Ok(Change(samples.iter().map(|sample| 0.5 - sample).collect()))
    }

    #[inline(never)]
    fn update_parameters(&mut self, change: &Change) -> Result<(), BoxError> {
        for (parameter, change) in self.parameters.iter_mut().zip(&change.0) {
            *parameter += 0.1 * change;
        }
        Ok(())
    }
}
