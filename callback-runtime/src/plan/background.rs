//! Which callbacks of a plan run in the background.

use super::Plan;
use crate::breakpoint::Loop;
use crate::handlers::Handler;
use crate::lane::Background;

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
        queue.filter(|_| self.machine.lanes().have(instance))
    }
}
