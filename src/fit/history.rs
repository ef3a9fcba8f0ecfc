//! The metrics of the epochs so far.

use super::{Epoch, Metrics};

/// The metrics of each epoch that has ended. An epoch is added behind its `on_epoch_end`.
///
/// ```
/// use callbacks::fit::History;
///
/// let history = History::default();
/// assert!(history.is_empty());
/// assert_eq!(history.of("valid_loss").count(), 0);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    epochs: Vec<(Epoch, Metrics)>,
}

impl History {
    /// Epoch and metrics, the first epoch first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Epoch, &Metrics)> {
        self.epochs.iter().map(|(epoch, metrics)| (*epoch, metrics))
    }

    /// One metric over the epochs that have it.
    pub fn of(&self, name: &str) -> impl Iterator<Item = (Epoch, f64)> {
        self.iter()
            .filter_map(move |(epoch, metrics)| Some((epoch, metrics.get(name)?)))
    }

    /// How many epochs have ended.
    pub fn len(&self) -> usize {
        self.epochs.len()
    }

    /// Whether no epoch has ended.
    pub fn is_empty(&self) -> bool {
        self.epochs.is_empty()
    }

    pub(super) fn push(&mut self, epoch: Epoch, metrics: Metrics) {
        self.epochs.push((epoch, metrics));
    }
}
