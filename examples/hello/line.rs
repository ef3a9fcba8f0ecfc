use callbacks::BoxError;
use callbacks::fit::{Learner, Loss, OptimizerName, Phase};
use callbacks::persist::Fields;

/// Fits a line through the origin.
#[derive(Default, callbacks::Parameters)]
pub struct Line {
    pub slope: f64,
}

#[derive(Clone)]
pub struct Points(pub Vec<(f64, f64)>);
pub struct Heights(pub Vec<f64>);
#[derive(callbacks::Gradients)]
pub struct Slope(pub f64);

impl Learner for Line {
    type Batch = Points;
    type Prediction = Heights;
    type Gradients = Slope;

    fn samples(&self, batch: &Points) -> u64 {
        batch.0.len() as u64
    }

    fn forward(&mut self, batch: &Points, _: Phase) -> Result<Heights, BoxError> {
        Ok(Heights(
            batch.0.iter().map(|(x, _)| self.slope * x).collect(),
        ))
    }

    fn loss(&mut self, heights: &Heights, batch: &Points) -> Result<Loss, BoxError> {
        let errors = heights
            .0
            .iter()
            .zip(&batch.0)
            .map(|(height, (_, y))| (height - y).powi(2));
        Ok(Loss::from(errors.sum::<f64>() / batch.0.len() as f64))
    }

    fn backward(
        &mut self,
        heights: &Heights,
        batch: &Points,
        _: OptimizerName,
    ) -> Result<Slope, BoxError> {
        let slopes = heights
            .0
            .iter()
            .zip(&batch.0)
            .map(|(height, (x, y))| 2.0 * (height - y) * x);
        Ok(Slope(slopes.sum::<f64>() / batch.0.len() as f64))
    }

    fn step(&mut self, gradients: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.slope -= rate * gradients.0;
        Ok(())
    }

    // What a checkpoint has of the learner.
    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters", &mut self.slope);
    }
}
