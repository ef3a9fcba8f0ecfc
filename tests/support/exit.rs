//! A callback that writes down how a run ended.

use super::journal::Journal;
use callbacks::{Callback, Handlers, Outcome, Rounds};

/// Notes the outcome that its exit finds.
pub(crate) struct Exit(pub(crate) Journal);

impl<L: Rounds> Callback<L> for Exit {
    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on(L::on_exit, |this: &Self, outcome: &Outcome| {
            this.0.note(format!("exit: {outcome}"));
        });
    }
}
