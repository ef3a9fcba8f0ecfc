//! Patience, as [the shelf](super) defines it: how many looks in a row may speak for a stop before the next one stops the run.

use callback_runtime::Flow;

/// Counts the looks in a row that speak for a stop.
///
/// The runs of one driver are one, as its steps are: the count goes on. After a run that it has stopped it begins anew, or the next run
/// would be stopped at its first look.
#[derive(Debug, Clone)]
pub(super) struct Patience {
    /// How many of them it lets pass.
    looks: u64,
    /// How many have passed.
    passed: u64,
    has_stopped: bool,
}

impl Patience {
    pub(super) const fn of(looks: u64) -> Self {
        Self {
            looks,
            passed: 0,
            has_stopped: false,
        }
    }

    /// Takes in a look. Returns how many in a row have spoken for a stop, once there are more than it lets pass.
    pub(super) const fn exceeded_by(&mut self, speaks_for_a_stop: bool) -> Option<u64> {
        self.passed = if speaks_for_a_stop {
            self.passed.saturating_add(1)
        } else {
            0
        };
        if self.passed > self.looks {
            Some(self.passed)
        } else {
            None
        }
    }

    pub(super) fn stop(&mut self, reason: String) -> Flow {
        self.has_stopped = true;
        Flow::stop(reason)
    }

    /// The driver of the last run begins another one.
    pub(super) fn begin_run(&mut self) {
        if self.has_stopped {
            self.begin_anew();
        }
    }

    /// A fit begins, or a run of another driver.
    pub(super) fn begin_anew(&mut self) {
        *self = Self::of(self.looks);
    }
}
