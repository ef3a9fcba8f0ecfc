//! Which callbacks of a plan run in the background.

use crate::background::Background;
use crate::callback::{CallbackId, Handler};
use crate::plan::{Attachment, PlanCore};

/// Where the handlers of a callback run, as was said when it was attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BackgroundSetting {
    /// Where they are bound to.
    #[default]
    AsDeclared,
    /// In the background, behind this queue.
    Background(Background),
    /// In the loop, also those that are bound to the background.
    InLoop,
}

impl BackgroundSetting {
    /// The queue, if there is to be one.
    fn queue(self) -> Option<Background> {
        match self {
            Self::AsDeclared => Some(Background::default()),
            Self::Background(queue) => Some(queue),
            Self::InLoop => None,
        }
    }
}

impl PlanCore {
    /// Has the callback's handlers run in the background, if they can. Of one that cannot as it is attached, a check tells why.
    pub(crate) fn add_worker(&mut self, id: CallbackId, handlers: &[Handler]) {
        let has_background = handlers
            .iter()
            .any(|handler| handler.erased.can_run_in_background());
        let attached = &self.attached[id];
        let queue = attached.background.queue().filter(|_| has_background);
        if let (Some(queue), Some(sendable)) = (queue, attached.sendable) {
            self.dispatcher.add_worker(id, sendable, queue);
        }
    }

    /// The queue of a callback that runs in the background.
    pub(crate) fn background_queue(&self, id: CallbackId) -> Option<Background> {
        let queue = self.attached[id].background.queue();
        queue.filter(|_| self.dispatcher.workers().contains(id))
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
        self.attached.background = BackgroundSetting::Background(queue);
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
        self.attached.background = BackgroundSetting::InLoop;
        self
    }
}
