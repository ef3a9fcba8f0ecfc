//! Which digit a learner of the examples takes each image for, for both ways to train.

#[cfg(feature = "candle")]
use super::digits::candle_mlp;
use super::digits::mlp;
use callbacks::BoxError;

/// A prediction from which one can tell which digit each image is taken for.
pub(super) trait Guesses: Send + Sync + 'static {
    /// One digit for each image.
    fn guesses(&self) -> Result<Vec<u8>, BoxError>;
}

impl Guesses for mlp::Logits {
    fn guesses(&self) -> Result<Vec<u8>, BoxError> {
        let best = |row: ndarray::ArrayView1<'_, f32>| {
            let scores = (0_u8..).zip(row);
            let best = scores.max_by(|(_, one), (_, other)| one.total_cmp(other));
            best.map_or(0, |(digit, _)| digit)
        };
        Ok(self.0.outer_iter().map(best).collect())
    }
}

#[cfg(feature = "candle")]
impl Guesses for candle_mlp::Logits {
    fn guesses(&self) -> Result<Vec<u8>, BoxError> {
        let best = self.0.argmax(candle_core::D::Minus1)?.to_vec1::<u32>()?;
        best.into_iter()
            .map(|digit| Ok(u8::try_from(digit)?))
            .collect()
    }
}
