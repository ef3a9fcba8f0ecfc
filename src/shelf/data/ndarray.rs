//! Samples, images and targets in the arrays of `ndarray`.

use super::{MixSamples, Pairs, Patch, PatchImages, SmoothTargets};
use callback_runtime::BoxError;
use ndarray::{Array, Axis, Dimension, RemoveAxis, Slice};

macro_rules! arrays {
    ($($F:ident)*) => {$(
        impl<D: Dimension + RemoveAxis> MixSamples for Array<$F, D> {
            fn samples(&self) -> usize {
                self.shape().first().copied().unwrap_or_default()
            }

            fn mix(&mut self, pairs: &Pairs) -> Result<(), BoxError> {
                pairs.check(self.samples())?;
                let before = self.clone();
                for (mut sample, (partner, weight)) in self.outer_iter_mut().zip(pairs.iter()) {
                    // A weight of 1 leaves the sample as it is, also if its partner is infinite.
                    if weight < 1.0 {
                        #[allow(clippy::cast_possible_truncation, trivial_numeric_casts, reason = "computed in the type of the samples")]
                        let weight = weight as $F;
                        let partner = before.index_axis(Axis(0), partner);
                        sample.zip_mut_with(&partner, |own, partner| *own = *own * weight + *partner * (1.0 - weight));
                    }
                }
                Ok(())
            }
        }

        impl<D: Dimension> SmoothTargets for Array<$F, D> {
            fn smooth(&mut self, share: f64) -> Result<(), BoxError> {
                #[allow(clippy::cast_possible_truncation, trivial_numeric_casts, reason = "computed in the type of the targets")]
                let share = share as $F;
                #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^24 classes")]
                let classes = self.shape().last().copied().unwrap_or(1) as $F;
                self.mapv_inplace(|probability| probability * (1.0 - share) + share / classes);
                Ok(())
            }
        }
    )*};
}
arrays!(f32 f64);

impl<E: Clone, D: Dimension + RemoveAxis> PatchImages for Array<E, D> {
    fn images(&self) -> usize {
        self.shape().first().copied().unwrap_or_default()
    }

    fn size(&self) -> Result<(usize, usize), BoxError> {
        match self.shape() {
            [_, .., height, width] => Ok((*height, *width)),
            shape => Err(format!(
                "an array of shape {shape:?} has no images; give one of at least 3 axes, with height and width as the last two"
            )
            .into()),
        }
    }

    fn paste(&mut self, patch: &Patch, pairs: &Pairs) -> Result<(), BoxError> {
        patch.check(self.size()?)?;
        pairs.check(self.images())?;
        let axes = self.ndim();
        let place = |axis: Axis, whole: Slice| match axes - axis.index() {
            2 => Slice::from(patch.rows.clone()),
            1 => Slice::from(patch.columns.clone()),
            _ => whole,
        };
        let all = Slice::from(..);
        let before = self
            .slice_each_axis(|axis| place(axis.axis, all))
            .to_owned();
        let mut inside = self.slice_each_axis_mut(|axis| place(axis.axis, all));
        for (mut image, (partner, _)) in inside.outer_iter_mut().zip(pairs.iter()) {
            image.assign(&before.index_axis(Axis(0), partner));
        }
        Ok(())
    }
}
