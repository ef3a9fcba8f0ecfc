//! The counts of classes from which precision and recall are computed.

use super::MetricError;
use super::sum::Sum;

/// The most classes that a metric can have: it computes a number for each of them.
const MOST_CLASSES: usize = 1 << 24;

/// Refuses a metric without classes, or with too many of them for the memory.
pub(super) fn check_number(classes: usize) -> Result<(), MetricError> {
    if (1..=MOST_CLASSES).contains(&classes) {
        return Ok(());
    }
    let remedy = "give one from 1 to 16777216";
    Err(MetricError::setting("classes", classes, remedy))
}

/// The counts of a class, as sums under way.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct ClassSums {
    pub(super) right: Sum,
    pub(super) predicted: Sum,
    pub(super) targets: Sum,
}

impl ClassSums {
    pub(super) fn numbers(&self) -> [f64; 6] {
        let [right, right_lost] = self.right.numbers();
        let [predicted, predicted_lost] = self.predicted.numbers();
        let [targets, targets_lost] = self.targets.numbers();
        [
            right,
            right_lost,
            predicted,
            predicted_lost,
            targets,
            targets_lost,
        ]
    }

    pub(super) fn of_numbers(numbers: [f64; 6]) -> Self {
        let [
            right,
            right_lost,
            predicted,
            predicted_lost,
            targets,
            targets_lost,
        ] = numbers;
        Self {
            right: Sum::of_numbers([right, right_lost]),
            predicted: Sum::of_numbers([predicted, predicted_lost]),
            targets: Sum::of_numbers([targets, targets_lost]),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.right.merge(other.right);
        self.predicted.merge(other.predicted);
        self.targets.merge(other.targets);
    }
}

/// The counts of a class, as sums of weights.
#[derive(Clone, Copy, Default)]
pub(super) struct ClassCounts {
    /// The samples of the class that are taken for it.
    pub(super) right: f64,
    /// All samples that are taken for it.
    pub(super) predicted: f64,
    /// All samples of the class.
    pub(super) targets: f64,
}

impl ClassCounts {
    /// Returns the counts of each of the classes.
    pub(super) fn of(sums: &[ClassSums], classes: usize) -> Vec<Self> {
        let counts = sums.iter().map(|sums| Self {
            right: sums.right.get(),
            predicted: sums.predicted.get(),
            targets: sums.targets.get(),
        });
        let others = std::iter::repeat_n(Self::default(), classes.saturating_sub(sums.len()));
        counts.chain(others).collect()
    }

    /// Counts all classes together.
    pub(super) fn sum(classes: &[Self]) -> Self {
        Self {
            right: classes.iter().map(|class| class.right).sum(),
            predicted: classes.iter().map(|class| class.predicted).sum(),
            targets: classes.iter().map(|class| class.targets).sum(),
        }
    }

    pub(super) fn is_present(&self) -> bool {
        self.predicted + self.targets > 0.0
    }
}
