//! Which callbacks of a plan run in the background.

use super::Plan;
use crate::breakpoint::Loop;
use crate::handlers::Handler;
use crate::lane::Background;

impl<L: Loop> Plan<L> {
    /// Has the callback's handlers run in the background, if they can. Of one that cannot as it is attached, a check tells why.
    pub(super) fn open_lane(&mut self, instance: usize, handlers: &[Handler]) {
        let attached = &self.attached[instance];
        let lags = !attached.in_loop && handlers.iter().any(|handler| handler.thunk.can_lag());
        if let Some(sendable) = attached.sendable.filter(|_| lags) {
            let queue = attached.background.unwrap_or_default();
            self.machine.open_lane(instance, sendable, queue);
        }
    }

    /// The queue of a callback that runs in the background.
    pub(super) fn queue_of(&self, instance: usize) -> Option<Background> {
        let lags = self.machine.lanes().have(instance);
        lags.then(|| self.attached[instance].background.unwrap_or_default())
    }
}
