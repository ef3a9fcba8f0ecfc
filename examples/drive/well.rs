use callbacks::driver::Driven;
use callbacks::persist::Fields;
use callbacks::{BoxError, Record, Stats};

/// A place in the well `x²`, to be brought to its bottom.
#[derive(Clone, Debug, Default)]
pub struct Well {
    pub x: f64,
}

/// Places around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Draws(pub Vec<f64>);

/// The mean slope at these places.
#[derive(Clone, Debug, PartialEq)]
pub struct Slope(pub f64);

impl Driven for Well {
    type Samples = Draws;
    type Update = Slope;

    fn sample(&mut self) -> Result<Draws, BoxError> {
        Ok(Draws(vec![self.x - 0.5, self.x + 0.5]))
    }

    fn compute_loss_and_update(
        &mut self,
        draws: &Draws,
        record: &mut Record,
    ) -> Result<Slope, BoxError> {
        let slopes = Stats::of(draws.0.iter().map(|x| 2.0 * x));
        record.set("energy", Stats::of(draws.0.iter().map(|x| x * x)));
        Ok(Slope(slopes.mean))
    }

    fn update_parameters(&mut self, slope: &Slope) -> Result<(), BoxError> {
        self.x -= 0.25 * slope.0;
        Ok(())
    }

    // What a checkpoint has of the system.
    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters", &mut self.x);
    }
}
