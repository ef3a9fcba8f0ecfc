//! How often in a row something has been seen that speaks for a stop.

use callback_runtime::Flow;

/// Looks in a row that speak for a stop.
///
/// The runs of a driver are one, as its steps are: the count goes on. A run that follows one that was stopped for it begins to count
/// anew, or it would be stopped at once.
#[derive(Debug, Clone, Default)]
pub(super) struct InARow {
    looks: u64,
    has_stopped: bool,
}

impl InARow {
    /// Counts one more, or begins anew; says how many there are now.
    pub(super) const fn count(&mut self, speaks_for_a_stop: bool) -> u64 {
        self.looks = if speaks_for_a_stop { self.looks + 1 } else { 0 };
        self.looks
    }

    pub(super) fn stop(&mut self, reason: String) -> Flow {
        self.has_stopped = true;
        Flow::stop(reason)
    }

    /// A run of a driver begins.
    pub(super) fn begin_run(&mut self) {
        if std::mem::take(&mut self.has_stopped) {
            self.looks = 0;
        }
    }
}
