//! Patience, as [the shelf](super) defines it: the number of looks in a row that may call for a stop; one more such look in a row stops
//! the run.

use callback_runtime::Flow;
use callback_runtime::persist::Fields;

/// Counts the looks in a row that call for a stop.
///
/// The count continues over the runs of one driver. It is reset after a run that the stopper has stopped: else the next run would stop at
/// its first look, if that look calls for a stop.
#[derive(Debug, Clone)]
pub(in crate::shelf) struct Patience {
    /// How many looks in a row may call for a stop without stopping the run.
    limit: u64,
    /// The number of looks in a row that have called for a stop.
    count: u64,
    /// Whether the stopper has stopped the latest run of the driver.
    has_stopped: bool,
}

impl Patience {
    pub(in crate::shelf) const fn new(limit: u64) -> Self {
        Self {
            limit,
            count: 0,
            has_stopped: false,
        }
    }

    /// Counts a look. Returns the number of looks in a row that have called for a stop, if it exceeds the limit.
    pub(in crate::shelf) const fn count_look(&mut self, calls_for_stop: bool) -> Option<u64> {
        self.count = if calls_for_stop {
            self.count.saturating_add(1)
        } else {
            0
        };
        if self.count > self.limit {
            Some(self.count)
        } else {
            None
        }
    }

    /// Notes that the stopper stops this run. Returns the `Flow` that stops it.
    pub(in crate::shelf) fn stop(&mut self, reason: String) -> Flow {
        self.has_stopped = true;
        Flow::stop(reason)
    }

    /// Prepares the next run of the same driver: resets the count if the stopper has stopped the latest one.
    pub(in crate::shelf) fn begin_run(&mut self) {
        if self.has_stopped {
            self.reset();
        }
    }

    /// Names what a saved run has of the patience.
    pub(in crate::shelf) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("looks", &mut self.count);
        fields.field("has_stopped", &mut self.has_stopped);
    }

    /// Resets the count and forgets a stop, when a fit or the run of another driver begins.
    pub(in crate::shelf) fn reset(&mut self) {
        *self = Self::new(self.limit);
    }
}
