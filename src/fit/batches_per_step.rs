//! How many batches make one step.

/// How many batches of training make one step: state of a trainer's run, as [`Trainer::accumulate`](super::Trainer::accumulate) sets it. Without
/// it, as in a session, each batch makes one.
///
/// ```
/// use callbacks::fit::BatchesPerStep;
///
/// let four = BatchesPerStep::new(4);
/// assert_eq!((four.steps_of(8), four.steps_of(9)), (2, 3));
/// assert_eq!(four.drop_incomplete().steps_of(9), 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchesPerStep {
    batches: u64,
    drops_incomplete: bool,
}

impl BatchesPerStep {
    /// This number of batches, and a step for an incomplete group at the end of a pass. 0 counts as 1.
    pub const fn new(batches: u64) -> Self {
        let batches = if batches == 0 { 1 } else { batches };
        Self {
            batches,
            drops_incomplete: false,
        }
    }

    /// Makes no step of an incomplete group at the end of a pass.
    pub const fn drop_incomplete(self) -> Self {
        Self {
            drops_incomplete: true,
            ..self
        }
    }

    /// Returns the number of batches.
    pub const fn get(self) -> u64 {
        self.batches
    }

    /// Returns the number of steps in a pass of this many batches.
    pub const fn steps_of(self, batches: u64) -> u64 {
        if self.drops_incomplete {
            batches / self.batches
        } else {
            batches.div_ceil(self.batches)
        }
    }
}
