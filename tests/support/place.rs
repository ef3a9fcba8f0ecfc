//! A driven system whose updates are all the same.

use callbacks::driver::Driven;
use callbacks::{BoxError, Parameters, Record};

/// A place that each update moves by 1.
#[derive(Parameters)]
pub(crate) struct Place(pub(crate) f64);

/// No samples.
pub(crate) struct Nothing;

impl Driven for Place {
    type Samples = Nothing;
    type Update = f64;

    fn sample(&mut self) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn compute_loss_and_update(&mut self, _: &Nothing, _: &mut Record) -> Result<f64, BoxError> {
        Ok(1.0)
    }

    fn update_parameters(&mut self, update: &f64) -> Result<(), BoxError> {
        self.0 += update;
        Ok(())
    }
}
