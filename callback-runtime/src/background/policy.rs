//! How much may wait in the background, and what happens when more comes.

use std::fmt;

/// The queue of a callback that runs in the background: how many calls it has room for, and what a call does that finds it full.
///
/// Back-pressure is the default: the loop waits until there is room, so that nothing is lost.
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
///     fn on_epoch_end(&self, epoch: &Epoch, metrics: &Metrics) {
///         println!("epoch {epoch}: {metrics}");
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
    room: usize,
    drops_oldest: bool,
}

impl Background {
    /// Room for `calls` calls; none is a problem of the plan.
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

    /// A call that finds the queue full takes the place of the oldest one in it, and the loop does not wait. What is dropped is
    /// told by [`Outcome::dropped`](crate::Outcome::dropped).
    ///
    /// ```
    /// # use callbacks::Background;
    /// assert_eq!(Background::queue(8).drop_oldest().to_string(), "background, 8, drops the oldest");
    /// ```
    pub const fn drop_oldest(mut self) -> Self {
        self.drops_oldest = true;
        self
    }

    pub(crate) fn room(self) -> usize {
        self.room
    }

    pub(crate) fn drops_oldest(self) -> bool {
        self.drops_oldest
    }
}

/// Room for 64 calls; the loop waits when it is full.
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
