//! Which callbacks of a plan run in the background, and with which queue.

use crate::background::Background;
use crate::callback::{CallbackId, Handler};
use crate::plan::{Attachment, PlanCore};

/// Where the handlers of a callback run. [`Attachment::background`] and [`Attachment::in_loop`] set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BackgroundSetting {
    /// Each handler runs where it is bound to; the queue is the default one.
    #[default]
    AsDeclared,
    /// The handlers run in the background, with this queue.
    Background(Background),
    /// All handlers run in the loop, also those that are bound for the background.
    InLoop,
}

impl BackgroundSetting {
    /// Returns the queue for handlers in the background. `None` if there are none.
    pub(super) fn queue(self) -> Option<Background> {
        match self {
            Self::AsDeclared => Some(Background::default()),
            Self::Background(queue) => Some(queue),
            Self::InLoop => None,
        }
    }
}

impl PlanCore {
    /// Gives a callback a worker, if one of its handlers runs in the background. A callback that is not `Send` gets none: `check_sendable`
    /// reports it.
    pub(crate) fn add_worker(&mut self, id: CallbackId, handlers: &[Handler]) {
        let mut handlers = handlers.iter();
        let has_background = handlers.any(|handler| handler.erased.can_run_in_background());
        let attached = &self.attached[id];
        let queue = attached.background.queue().filter(|_| has_background);
        if let (Some(queue), Some(sendable)) = (queue, attached.sendable) {
            self.dispatcher.add_worker(id, sendable, queue);
        }
    }

    /// Returns the queue of a callback. `None` if it does not run in the background.
    pub(crate) fn background_queue(&self, id: CallbackId) -> Option<Background> {
        let queue = self.attached[id].background.queue();
        queue.filter(|_| self.dispatcher.workers().contains(id))
    }
}

impl Attachment<'_> {
    /// Sets the queue of this callback, whose handlers run in the background. The default queue has room for 64 calls, and the loop waits
    /// when it is full. If no handler of the callback can run in the background, the plan has a problem.
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
        self.attached.background = BackgroundSetting::Background(queue);
        self
    }

    /// Runs all handlers of this callback in the loop, also those for the background. This helps to find a bug. A later call of
    /// [`background`](Self::background) replaces this, and the other way round.
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
        self.attached.background = BackgroundSetting::InLoop;
        self
    }
}
