//! Notes how far a sanity check is, so that an error of the loop itself is that of a part.

use crate::fit::{Fit, Phase, SkipStep};
use crate::weight;
use callback_runtime::{Breakpoint, Callback, CallbackInfo, Handlers, Role};
use std::sync::{Arc, Mutex, PoisonError};

/// The callback of a sanity check. It runs before all others.
pub(super) struct Tracker(SharedTrace);

/// What a [`Tracker`] has seen, for the check that attached it.
#[derive(Clone, Default)]
pub(super) struct SharedTrace(Arc<Mutex<Trace>>);

/// How far a sanity check is.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// The last breakpoint that was fired.
    pub(super) last: Option<Breakpoint>,
    /// The passes and batches of each phase that have begun.
    train: Begun,
    valid: Begun,
}

#[derive(Debug, Clone, Copy, Default)]
struct Begun {
    passes: u64,
    batches: u64,
}

impl Tracker {
    pub(super) fn new() -> (Self, SharedTrace) {
        let trace = SharedTrace::default();
        (Self(trace.clone()), trace)
    }

    fn note(&mut self, at: &Breakpoint) {
        let mut trace = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        trace.note(*at);
    }
}

impl SharedTrace {
    pub(super) fn take(&self) -> Trace {
        let mut trace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *trace)
    }
}

impl Trace {
    fn note(&mut self, at: Breakpoint) {
        if at.role() == Role::Error {
            return;
        }
        self.last = Some(at);
        let begun = match at.phase() {
            Some("train") => &mut self.train,
            Some("valid") => &mut self.valid,
            _ => return,
        };
        match (at.role(), at.bounds_phase()) {
            (Role::Begin, true) => begun.passes += 1,
            (Role::Begin, false) => begun.batches += 1,
            _ => {}
        }
    }

    /// Returns the number of batches of a phase that have begun.
    pub(super) const fn batches(&self, phase: Phase) -> u64 {
        self.of(phase).batches
    }

    /// Returns the number of passes of a phase that have begun.
    pub(super) const fn passes(&self, phase: Phase) -> u64 {
        self.of(phase).passes
    }

    const fn of(&self, phase: Phase) -> Begun {
        match phase {
            Phase::Train => self.train,
            _ => self.valid,
        }
    }
}

/// Skips the steps of the optimisers. It runs after all others.
pub(in crate::shelf) struct NoSteps;

impl NoSteps {
    fn skip(&self, skip: &mut SkipStep) {
        skip.skip();
    }
}

impl Callback<Fit> for NoSteps {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        info.name("the sanity check without steps")
            .weight(weight::LAST)
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_batch_before_step, Self::skip);
    }
}

impl Callback<Fit> for Tracker {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        info.name("the sanity check").weight(weight::FIRST)
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_all(Self::note);
    }
}
