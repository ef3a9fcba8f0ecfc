//! Small traits of gradients and parameters, for callbacks that need them. A learner's types implement those that they can.

use callback_runtime::BoxError;
use std::io::{self, Read, Write};

/// Gradients with a norm: for clipping and for logs.
///
/// ```
/// use callbacks::BoxError;
/// use callbacks::fit::Norm;
///
/// struct Gradients(Vec<f64>);
///
/// impl Norm for Gradients {
///     fn norm(&self, p: f64) -> Result<f64, BoxError> {
///         self.0[..].norm(p)
///     }
/// }
///
/// assert_eq!(Gradients(vec![3.0, -4.0]).norm(2.0)?, 5.0);
/// # Ok::<(), BoxError>(())
/// ```
pub trait Norm {
    /// Computes the p-norm over all elements: `(Σ|x|^p)^(1/p)`, or the largest `|x|` for `p = ∞`. NaN if an element is NaN. An `Err` is an
    /// error of the device.
    fn norm(&self, p: f64) -> Result<f64, BoxError>;
}

impl Norm for [f64] {
    fn norm(&self, p: f64) -> Result<f64, BoxError> {
        let magnitudes = self.iter().map(|x| x.abs());
        if p.is_infinite() {
            return Ok(max_or_nan(magnitudes));
        }
        Ok(magnitudes.map(|x| x.powf(p)).sum::<f64>().powf(p.recip()))
    }
}

/// Gradients that can be scaled: for clipping by norm.
///
/// ```
/// use callbacks::fit::Scale;
///
/// let mut gradients = [3.0, -4.0];
/// gradients[..].scale(0.5)?;
/// assert_eq!(gradients, [1.5, -2.0]);
/// # Ok::<(), callbacks::BoxError>(())
/// ```
pub trait Scale {
    /// Multiplies every element by `by`. An `Err` is an error of the device.
    fn scale(&mut self, by: f64) -> Result<(), BoxError>;
}

impl Scale for [f64] {
    fn scale(&mut self, by: f64) -> Result<(), BoxError> {
        for x in self {
            *x *= by;
        }
        Ok(())
    }
}

/// A learner, or gradients, whose values can be read by name: for histograms and counts.
///
/// ```
/// use callbacks::fit::VisitParameters;
///
/// struct Line {
///     slope: f64,
/// }
///
/// impl VisitParameters for Line {
///     fn visit(&self, visitor: &mut dyn FnMut(&str, &[f64])) {
///         visitor("slope", &[self.slope]);
///     }
/// }
///
/// let mut count = 0;
/// Line { slope: 2.0 }.visit(&mut |_, values| count += values.len());
/// assert_eq!(count, 1);
/// ```
pub trait VisitParameters {
    /// Calls `visitor` with the name and the elements of every tensor, always in the same order.
    fn visit(&self, visitor: &mut dyn FnMut(&str, &[f64]));
}

/// A learner whose parameters can be saved and loaded without loss: for checkpoints.
///
/// ```
/// use callbacks::fit::SaveParameters;
/// use std::io::{self, Read, Write};
///
/// struct Line {
///     slope: f64,
/// }
///
/// impl SaveParameters for Line {
///     fn save(&self, to: &mut dyn Write) -> io::Result<()> {
///         to.write_all(&self.slope.to_le_bytes())
///     }
///
///     fn load(&mut self, from: &mut dyn Read) -> io::Result<()> {
///         let mut bytes = [0; 8];
///         from.read_exact(&mut bytes)?;
///         self.slope = f64::from_le_bytes(bytes);
///         Ok(())
///     }
/// }
///
/// let mut file = Vec::new();
/// Line { slope: 2.0 }.save(&mut file)?;
/// let mut line = Line { slope: 0.0 };
/// line.load(&mut file.as_slice())?;
/// assert_eq!(line.slope, 2.0);
/// # Ok::<(), io::Error>(())
/// ```
pub trait SaveParameters {
    /// Writes the parameters and the state of the optimisers.
    fn save(&self, to: &mut dyn Write) -> io::Result<()>;
    /// Reads what [`save`](Self::save) has written.
    fn load(&mut self, from: &mut dyn Read) -> io::Result<()>;
}

/// Returns the largest of some magnitudes; NaN if one of them is NaN, 0 if there are none.
pub(crate) fn max_or_nan(magnitudes: impl IntoIterator<Item = f64>) -> f64 {
    let larger = |max: f64, magnitude: f64| {
        if magnitude > max || magnitude.is_nan() {
            magnitude
        } else {
            max
        }
    };
    magnitudes.into_iter().fold(0.0, larger)
}

#[cfg(test)]
mod tests {
    use super::Norm;

    #[test]
    fn the_infinite_norm_is_the_largest_magnitude() {
        for values in [[1.0, -12.0, 3.0], [-12.0, 1.0, 3.0], [1.0, 3.0, -12.0]] {
            assert!(
                values[..]
                    .norm(f64::INFINITY)
                    .is_ok_and(|norm| (norm - 12.0).abs() < 1e-12)
            );
        }
    }

    #[test]
    fn a_norm_is_nan_if_an_element_is_nan() {
        for index in 0..3 {
            let mut values = [1.0, 12.0, 3.0];
            values[index] = f64::NAN;
            for p in [1.0, 2.0, f64::INFINITY] {
                assert!(values[..].norm(p).is_ok_and(f64::is_nan), "{index}, {p}");
            }
        }
    }
}
