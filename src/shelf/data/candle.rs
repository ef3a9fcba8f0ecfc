//! Samples, images and targets in the tensors of candle. Everything is computed on the device of the tensor.

use super::{MixSamples, Pairs, Patch, PatchImages, SmoothTargets};
use callback_runtime::BoxError;
use candle_core::{DType, Tensor};

impl MixSamples for Tensor {
    fn samples(&self) -> usize {
        self.dims().first().copied().unwrap_or_default()
    }

    fn mix(&mut self, pairs: &Pairs) -> Result<(), BoxError> {
        pairs.check(self.samples())?;
        check_float(self, "samples")?;
        if pairs.weights().is_empty() {
            return Ok(());
        }
        let partners = select(self, pairs)?;
        let shape = first_axis(self);
        let weights =
            Tensor::from_slice(pairs.weights(), shape.as_slice(), &candle_core::Device::Cpu)?;
        // Not every device has `f64`, so the weights are converted first.
        let weights = weights.to_dtype(self.dtype())?.to_device(self.device())?;
        let rest = weights.affine(-1.0, 1.0)?;
        let mixed = (self.broadcast_mul(&weights)? + partners.broadcast_mul(&rest)?)?;
        // A weight of 1 leaves the sample as it is, also if its partner is infinite.
        let is_mixed = rest.ne(0.0)?.broadcast_as(self.shape())?;
        *self = is_mixed.where_cond(&mixed, self)?;
        Ok(())
    }
}

impl PatchImages for Tensor {
    fn images(&self) -> usize {
        self.samples()
    }

    fn size(&self) -> Result<(usize, usize), BoxError> {
        match self.dims() {
            [_, .., height, width] => Ok((*height, *width)),
            shape => Err(format!(
                "a tensor of shape {shape:?} has no images; give one of at least 3 axes, with height and width as the last two"
            )
            .into()),
        }
    }

    fn paste(&mut self, patch: &Patch, pairs: &Pairs) -> Result<(), BoxError> {
        let (height, width) = self.size()?;
        patch.check((height, width))?;
        pairs.check(self.samples())?;
        if pairs.weights().is_empty() {
            return Ok(());
        }
        let is_inside = (0..height).flat_map(|row| {
            let is_row = patch.rows.contains(&row);
            (0..width).map(move |column| u8::from(is_row && patch.columns.contains(&column)))
        });
        let is_inside: Vec<u8> = is_inside.collect();
        let is_inside = Tensor::from_vec(is_inside, (height, width), self.device())?;
        let is_inside = is_inside.broadcast_as(self.shape())?;
        *self = is_inside.where_cond(&select(self, pairs)?, self)?;
        Ok(())
    }
}

impl SmoothTargets for Tensor {
    fn smooth(&mut self, share: f64) -> Result<(), BoxError> {
        check_float(self, "targets")?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are fewer than 2^53 classes"
        )]
        let classes = self.dims().last().copied().unwrap_or(1).max(1) as f64;
        *self = self.affine(1.0 - share, share / classes)?;
        Ok(())
    }
}

/// Returns the partner of each sample.
fn select(samples: &Tensor, pairs: &Pairs) -> Result<Tensor, BoxError> {
    let partners = pairs
        .partners()
        .iter()
        .map(|partner| u32::try_from(*partner));
    let partners = partners.collect::<Result<Vec<u32>, _>>()?;
    let partners = Tensor::new(partners, samples.device())?;
    Ok(samples.index_select(&partners, 0)?)
}

/// Returns the shape of a tensor that has one element for each sample.
fn first_axis(samples: &Tensor) -> Vec<usize> {
    let mut shape = vec![1; samples.rank()];
    if let Some(first) = shape.first_mut() {
        *first = samples.samples();
    }
    shape
}

/// Refuses labels: they are whole numbers, which cannot be mixed.
fn check_float(tensor: &Tensor, what: &str) -> Result<(), BoxError> {
    let dtype = tensor.dtype();
    if matches!(dtype, DType::BF16 | DType::F16 | DType::F32 | DType::F64) {
        return Ok(());
    }
    Err(format!(
        "{what} of the type {dtype:?} cannot be mixed or smoothed; make labels one-hot, or keep them in `PairedTargets`"
    )
    .into())
}
