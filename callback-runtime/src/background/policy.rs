//! The queue of a callback in the background: its length, and what happens when it is full.

use std::fmt;

/// The queue of a callback that runs in the background: how many calls it has room for, and what happens to a call when it is full.
///
/// By default the loop waits until there is room, so that no call is lost.
///
/// ```
/// use callbacks::Background;
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Report;
///
/// #[callback(background, discover = false)]
/// impl Report {
///     fn on_epoch_end(&self, epoch: &Epoch, record: &Record) {
///         println!("epoch {epoch}: {record}");
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Report).background(Background::queue(1024).drop_oldest());
/// let explanation = plan.explain(&State::new())?;
/// let row = &explanation.rows(Fit::on_epoch_end)[0];
/// assert_eq!(row.executor(), Some("background, 1024, drops the oldest"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Background {
    /// The number of calls that can wait.
    pub(super) room: usize,
    /// Whether a call that finds the queue full replaces the oldest one. Otherwise the loop waits.
    pub(super) drops_oldest: bool,
}

impl Background {
    /// Makes a queue with room for `calls` calls. A plan with `queue(0)` has a problem.
    ///
    /// ```
    /// # use callbacks::Background;
    /// assert_eq!(Background::queue(64), Background::default());
    /// ```
    pub const fn queue(calls: usize) -> Self {
        Self {
            room: calls,
            drops_oldest: false,
        }
    }

    /// Makes a call that finds the queue full replace the oldest one in it, so that the loop does not wait.
    /// [`Outcome::dropped`](crate::Outcome::dropped) counts the dropped calls.
    ///
    /// ```
    /// # use callbacks::Background;
    /// assert_eq!(Background::queue(8).drop_oldest().to_string(), "background, 8, drops the oldest");
    /// ```
    pub const fn drop_oldest(mut self) -> Self {
        self.drops_oldest = true;
        self
    }
}

/// A queue with room for 64 calls. The loop waits when it is full.
impl Default for Background {
    fn default() -> Self {
        Self::queue(64)
    }
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "background, {}", self.room)?;
        if self.drops_oldest {
            f.write_str(", drops the oldest")?;
        }
        Ok(())
    }
}
