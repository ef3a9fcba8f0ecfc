//! A callback that writes down where the loop stands.

use super::journal::Journal;
use callbacks::{Breakpoint, Callback, Handlers, Loop};

/// Notes the name of every breakpoint but `on_enter` and `on_exit`.
pub(crate) struct Tracer(pub(crate) Journal);

impl Tracer {
    fn note(&self, at: &Breakpoint) {
        self.0.note(at.name());
    }
}

impl<L: Loop> Callback<L> for Tracer {
    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_all(Self::note);
    }
}
