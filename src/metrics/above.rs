//! Classes and labels from probabilities, by a threshold.

use super::{Classes, Input, Labels, MetricError, MetricProblem, Numbers, Scores, Table};
use crate::settings;
use std::borrow::Cow;

/// Reads probabilities by a threshold: as the class 1 where the probability is greater than the threshold, and the class 0 elsewhere; or
/// as labels, if each sample has a row of probabilities. NaN is not greater. The threshold is from 0 to 1.
///
/// scikit-learn leaves the comparison to its user; torchmetrics also compares with `>`, and applies a sigmoid to numbers outside of 0 to 1,
/// which are an error here.
///
/// ```
/// use callbacks::metrics::{Accuracy, Metric, above};
///
/// let probabilities = [0.9, 0.2, 0.6];
/// let mut accuracy = Accuracy::new();
/// accuracy.update(&above(0.5, &probabilities), &[true, false, false])?;
/// assert_eq!(accuracy.compute(), Some(2.0 / 3.0));
///
/// let error = accuracy.update(&above(0.5, &[0.9, 1.2]), &[1, 1]).unwrap_err();
/// assert!(error.to_string().starts_with("predictions[1] is 1.2, which is no probability"));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
pub fn above<P: ?Sized>(threshold: f64, probabilities: &P) -> Above<'_, P> {
    Above {
        threshold,
        probabilities,
    }
}

/// Probabilities and a threshold; see [`above`].
///
/// ```
/// use callbacks::metrics::{Above, above};
///
/// let labels: Above<'_, [[f64; 2]; 1]> = above(0.5, &[[0.9, 0.2]]);
/// println!("{labels:?}");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Above<'p, P: ?Sized> {
    threshold: f64,
    probabilities: &'p P,
}

impl<P: ?Sized> Above<'_, P> {
    /// Compares probabilities with the threshold.
    fn compare(&self, probabilities: &[f64]) -> Result<Vec<bool>, MetricError> {
        let threshold = self.threshold;
        if !(0.0..=1.0).contains(&threshold) {
            let remedy = settings::SHARE;
            return Err(MetricError::setting("threshold", threshold, remedy));
        }
        check_probabilities(probabilities)?;
        Ok(probabilities
            .iter()
            .map(|value| *value > threshold)
            .collect())
    }
}

impl<P: Input<Numbers> + ?Sized> Input<Classes> for Above<'_, P> {
    fn read(&self) -> Result<Cow<'_, [usize]>, MetricError> {
        let labels = self.compare(&self.probabilities.read()?)?;
        Ok(labels.into_iter().map(usize::from).collect())
    }
}

impl<P: Input<Scores> + ?Sized> Input<Labels> for Above<'_, P> {
    fn read(&self) -> Result<Table<'_, bool>, MetricError> {
        let table = self.probabilities.read()?;
        Table::new(self.compare(table.values())?, table.columns())
    }
}

/// Refuses a number below 0 or above 1. NaN passes: a metric says what it makes of it.
pub(super) fn check_probabilities(values: &[f64]) -> Result<(), MetricError> {
    let index = values.iter().position(|value| *value < 0.0 || *value > 1.0);
    let Some((index, value)) = index.and_then(|index| Some((index, *values.get(index)?))) else {
        return Ok(());
    };
    Err(MetricProblem::Probability { index, value }.into())
}
