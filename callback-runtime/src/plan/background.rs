//! Which callbacks of a plan run in the background.

use super::{Attachment, Plan};
use crate::background::Background;
use crate::breakpoint::Loop;
use crate::handlers::Handler;

/// Where the handlers of a callback run, as was said when it was attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Runs {
    /// Where they are bound to.
    #[default]
    AsBound,
    /// In the background, behind this queue.
    Behind(Background),
    /// In the loop, also those that are bound to the background.
    InLoop,
}

impl Runs {
    /// The queue, if there is to be one.
    fn queue(self) -> Option<Background> {
        match self {
            Self::AsBound => Some(Background::default()),
            Self::Behind(queue) => Some(queue),
            Self::InLoop => None,
        }
    }
}

impl<L: Loop> Plan<L> {
    /// Has the callback's handlers run in the background, if they can. Of one that cannot as it is attached, a check tells why.
    pub(super) fn open_lane(&mut self, instance: usize, handlers: &[Handler]) {
        let lags = handlers.iter().any(|handler| handler.thunk.can_lag());
        let attached = &self.attached[instance];
        let queue = attached.runs.queue().filter(|_| lags);
        if let (Some(queue), Some(sendable)) = (queue, attached.sendable) {
            self.machine.open_lane(instance, sendable, queue);
        }
    }

    /// The queue of a callback that runs in the background.
    pub(super) fn queue_of(&self, instance: usize) -> Option<Background> {
        let queue = self.attached[instance].runs.queue();
        queue.filter(|_| self.machine.workers().have(instance))
    }
}

impl Attachment<'_> {
    /// Sets the queue of this instance, whose handlers run in the background. If nothing is said, it has room for 64 calls, and the loop
    /// waits when it is full. Where its handlers do not run there, the plan has a problem.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Background;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.1)).background(Background::queue(8));
    /// let error = plan.check(&State::new()).unwrap_err().to_string();
    /// assert!(error.contains("cannot run in the background"));
    /// ```
    pub fn background(self, queue: Background) -> Self {
        self.attached.runs = Runs::Behind(queue);
        self
    }

    /// Runs the handlers of this instance at once, in the loop, also those that would run in the background: to look for a fault. Of this
    /// and [`background`](Self::background) what is said last counts.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// #[derive(Default)]
    /// struct Report;
    ///
    /// #[callback(background, discover = false)]
    /// impl Report {
    ///     fn on_epoch_end(&self, epoch: &Epoch) {
    ///         println!("epoch {epoch}");
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Report).in_loop();
    /// let explanation = plan.explain(&State::new())?;
    /// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].executor(), None);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn in_loop(self) -> Self {
        self.attached.runs = Runs::InLoop;
        self
    }
}
