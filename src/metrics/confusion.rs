//! The confusion matrix.

use super::accuracy::check_classes;
use super::saved_tables::{persist_table, report_misfit};
use super::sum::Sum;
use super::{Classes, Entries, Metric, MetricError, Weights};
use callback_runtime::Value;
use callback_runtime::persist::Fields;
use std::borrow::Cow;

/// How often each class is taken for each other: `confusion_matrix` of scikit-learn and `ConfusionMatrix` of torchmetrics. A row for each
/// class of the targets, a column for each predicted class.
///
/// In a [`Record`](callback_runtime::Record), each row is a value: `confusion.0`, `confusion.1` and so on, so that loggers and stoppers find
/// the cell of target 1 and prediction 2 as `confusion.1.2`.
///
/// Nothing seen: no value (scikit-learn: an error; torchmetrics: zeros).
///
/// ```
/// use callbacks::metrics::{ConfusionMatrix, Metric, Normalize};
///
/// let mut confusion = ConfusionMatrix::new(2);
/// confusion.update(&[0, 1, 1, 1], &[0, 0, 1, 1])?;
/// assert_eq!(confusion.compute().unwrap().rows(), [[1.0, 1.0], [0.0, 2.0]]);
///
/// let shares = confusion.normalize(Normalize::Targets).compute().unwrap();
/// assert_eq!(shares.rows(), [[0.5, 0.5], [0.0, 1.0]]);
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ConfusionMatrix {
    counts: PairCounts,
    normalize: Normalize,
}

/// What the cells of a [`ConfusionMatrix`] are divided by. A row, column or matrix of zeros stays zero, as in both peers.
///
/// ```
/// use callbacks::metrics::Normalize;
///
/// assert_eq!(Normalize::default(), Normalize::Counts);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Normalize {
    /// Nothing: the cells are counts, or sums of weights.
    #[default]
    Counts,
    /// The sum of the row: of the samples of a class, the share that is taken for each class (`"true"` of both peers).
    Targets,
    /// The sum of the column: of the samples that are taken for a class, the share of each class (`"pred"`).
    Predictions,
    /// The sum of all cells (`"all"`).
    All,
}

impl ConfusionMatrix {
    /// Sets the number of classes.
    ///
    /// ```
    /// # use callbacks::metrics::{ConfusionMatrix, Metric};
    /// let error = ConfusionMatrix::new(3).update(&[1, 3], &[1, 1]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "predictions[1] is the class 3, and the metric has 3 classes, from 0; give it more classes or correct the class"
    /// );
    /// ```
    pub fn new(classes: usize) -> Self {
        Self {
            counts: PairCounts::new(classes),
            normalize: Normalize::Counts,
        }
    }

    /// Sets what the cells are divided by; nothing by default.
    ///
    /// ```
    /// # use callbacks::metrics::{ConfusionMatrix, Metric, Normalize};
    /// let mut confusion = ConfusionMatrix::new(2).normalize(Normalize::All);
    /// confusion.update(&[0, 1], &[0, 0])?;
    /// assert_eq!(confusion.compute().unwrap().get(0, 1), Some(0.5));
    /// # Ok::<(), callbacks::metrics::MetricError>(())
    /// ```
    pub fn normalize(mut self, normalize: Normalize) -> Self {
        self.normalize = normalize;
        self
    }
}

impl Metric for ConfusionMatrix {
    type Prediction = Classes;
    type Target = Classes;
    type Output = Matrix;

    fn add(
        &mut self,
        predictions: Cow<'_, [usize]>,
        targets: Cow<'_, [usize]>,
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        self.counts.add(&predictions, &targets, weights)
    }

    fn compute(&self) -> Option<Matrix> {
        let mut rows = self.counts.cells()?;
        self.normalize.apply(&mut rows);
        Some(Matrix(rows))
    }

    fn reset(&mut self) {
        self.counts.reset();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        self.counts.merge(&other.counts)
    }

    fn check(&self) -> Result<(), MetricError> {
        self.counts.check()
    }

    fn example_part(&self) -> Option<String> {
        Some("0.0".to_owned())
    }

    fn parts(&self) -> Vec<String> {
        let classes = self.counts.classes;
        if classes > 64 {
            // Names beyond these are of no use to anyone.
            return Vec::new();
        }
        let of_row = |row| (0..classes).map(move |column| format!("{row}.{column}"));
        (0..classes).flat_map(of_row).collect()
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        self.counts.persist(fields);
    }
}

impl Normalize {
    /// Divides the cells. Each sum is computed once.
    fn apply(self, rows: &mut [Vec<f64>]) {
        match self {
            Self::Counts => {}
            Self::Targets => {
                for row in rows {
                    let whole = row.iter().sum();
                    let cells = row.iter_mut();
                    cells.for_each(|cell| divide(cell, whole));
                }
            }
            Self::Predictions => {
                let wholes = column_sums(rows);
                for row in rows {
                    let cells = row.iter_mut().zip(&wholes);
                    cells.for_each(|(cell, whole)| divide(cell, *whole));
                }
            }
            Self::All => {
                let whole = rows.iter().flatten().sum();
                let cells = rows.iter_mut().flatten();
                cells.for_each(|cell| divide(cell, whole));
            }
        }
    }
}

fn divide(cell: &mut f64, whole: f64) {
    *cell = if whole > 0.0 { *cell / whole } else { 0.0 };
}

fn column_sums(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut sums = vec![0.0; rows.len()];
    for row in rows {
        let cells = sums.iter_mut().zip(row);
        cells.for_each(|(sum, cell)| *sum += cell);
    }
    sums
}

/// The cells of a [`ConfusionMatrix`].
///
/// ```
/// use callbacks::metrics::{ConfusionMatrix, Entries, Metric};
///
/// let mut confusion = ConfusionMatrix::new(2);
/// confusion.update(&[0, 1], &[0, 0])?;
/// let matrix = confusion.compute().unwrap();
/// assert_eq!((matrix.get(0, 1), matrix.get(0, 2)), (Some(1.0), None));
/// assert_eq!(matrix.entries()[1].0.as_deref(), Some("1"));
/// # Ok::<(), callbacks::metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix(Vec<Vec<f64>>);

impl Matrix {
    /// Returns the cell of a target and a predicted class; `None` if there is no such class.
    pub fn get(&self, target: usize, prediction: usize) -> Option<f64> {
        self.0.get(target)?.get(prediction).copied()
    }

    /// Returns the rows, one for each class of the targets.
    pub fn rows(&self) -> &[Vec<f64>] {
        &self.0
    }
}

impl Entries for Matrix {
    fn entries(self) -> Vec<(Option<String>, Value)> {
        let rows = self.0.into_iter().enumerate();
        rows.map(|(target, row)| (Some(target.to_string()), row.into()))
            .collect()
    }
}

/// The most classes of a matrix, whose cells are then 4 GB.
const MOST_CLASSES: usize = 1 << 14;

/// The sum of weights for each pair of a target and a predicted class.
#[derive(Debug, Clone, PartialEq)]
struct PairCounts {
    classes: usize,
    /// Row after row; empty before the first batch.
    cells: Vec<Sum>,
}

impl PairCounts {
    fn new(classes: usize) -> Self {
        let cells = Vec::new();
        Self { classes, cells }
    }

    fn add(
        &mut self,
        predictions: &[usize],
        targets: &[usize],
        weights: Weights<'_>,
    ) -> Result<(), MetricError> {
        check_classes(predictions, self.classes).map_err(|error| error.of("predictions"))?;
        check_classes(targets, self.classes).map_err(|error| error.of("targets"))?;
        let cells = self.classes.saturating_mul(self.classes);
        self.cells.resize(cells, Sum::default());
        for (index, (prediction, target)) in predictions.iter().zip(targets).enumerate() {
            if let Some(cell) = self.cells.get_mut(target * self.classes + prediction) {
                cell.add(weights.of(index));
            }
        }
        Ok(())
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut cells: Vec<f64> = self.cells.iter().flat_map(|cell| cell.numbers()).collect();
        persist_table("cells", &mut cells, 2, fields);
        let (cells, _) = cells.as_chunks();
        self.cells = cells.iter().copied().map(Sum::of_numbers).collect();
        let (found, classes) = (self.cells.len(), self.classes);
        if found > 0 && found != classes.saturating_mul(classes) {
            self.cells.clear();
            let problem = format!("it has {found} cells, and the metric {classes} classes");
            report_misfit("cells", &problem, fields);
        }
    }

    /// Returns the cells, row after row; `None` if all weights are 0.
    fn cells(&self) -> Option<Vec<Vec<f64>>> {
        let cells: Vec<f64> = self.cells.iter().map(|cell| cell.get()).collect();
        let has_weight = cells.iter().any(|cell| *cell > 0.0);
        has_weight.then(|| cells.chunks(self.classes).map(<[f64]>::to_vec).collect())
    }

    fn reset(&mut self) {
        self.cells.clear();
    }

    fn merge(&mut self, other: &Self) -> Result<(), MetricError> {
        if self.classes != other.classes {
            return Err(MetricError::merge("classes"));
        }
        if self.cells.is_empty() {
            self.cells.clone_from(&other.cells);
            return Ok(());
        }
        for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
            cell.merge(*other);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), MetricError> {
        if (1..=MOST_CLASSES).contains(&self.classes) {
            return Ok(());
        }
        let remedy = "give one from 1 to 16384: there is a cell for each pair of classes";
        Err(MetricError::setting("classes", self.classes, remedy))
    }
}
