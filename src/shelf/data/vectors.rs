//! Samples and targets in vectors.

use super::{MixSamples, Pairs, SmoothTargets};
use callback_runtime::BoxError;

/// A sample in a vector: a number, or several.
trait Sample: Clone {
    fn blend(&mut self, partner: &Self, weight: f64) -> Result<(), BoxError>;
}

macro_rules! numbers {
    ($($F:ident)*) => {$(
        impl Sample for $F {
            fn blend(&mut self, partner: &Self, weight: f64) -> Result<(), BoxError> {
                #[allow(clippy::cast_possible_truncation, trivial_numeric_casts, reason = "computed in the type of the samples")]
                let weight = weight as $F;
                *self = *self * weight + *partner * (1.0 - weight);
                Ok(())
            }
        }

        impl Sample for Vec<$F> {
            fn blend(&mut self, partner: &Self, weight: f64) -> Result<(), BoxError> {
                let (len, other) = (self.len(), partner.len());
                if len != other {
                    return Err(format!("samples of {len} and {other} numbers cannot be mixed; give them one length").into());
                }
                let mut numbers = self.iter_mut().zip(partner);
                numbers.try_for_each(|(number, partner)| number.blend(partner, weight))
            }
        }

        impl MixSamples for Vec<$F> {
            fn samples(&self) -> usize {
                self.len()
            }

            fn mix(&mut self, pairs: &Pairs) -> Result<(), BoxError> {
                mix(self, pairs)
            }
        }

        impl MixSamples for Vec<Vec<$F>> {
            fn samples(&self) -> usize {
                self.len()
            }

            fn mix(&mut self, pairs: &Pairs) -> Result<(), BoxError> {
                mix(self, pairs)
            }
        }

        impl SmoothTargets for Vec<Vec<$F>> {
            fn smooth(&mut self, share: f64) -> Result<(), BoxError> {
                #[allow(clippy::cast_possible_truncation, trivial_numeric_casts, reason = "computed in the type of the targets")]
                let share = share as $F;
                for probabilities in self {
                    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^24 classes")]
                    let classes = probabilities.len() as $F;
                    for probability in probabilities {
                        *probability = *probability * (1.0 - share) + share / classes;
                    }
                }
                Ok(())
            }
        }
    )*};
}
numbers!(f32 f64);

fn mix<S: Sample>(samples: &mut [S], pairs: &Pairs) -> Result<(), BoxError> {
    pairs.check(samples.len())?;
    let before = samples.to_vec();
    for (sample, (partner, weight)) in samples.iter_mut().zip(pairs.iter()) {
        // A weight of 1 leaves the sample as it is, also if its partner is infinite.
        if weight < 1.0
            && let Some(partner) = before.get(partner)
        {
            sample.blend(partner, weight)?;
        }
    }
    Ok(())
}
