//! A pass of a session over the batches of an iterator.

use super::{FitSession, OpenPass};
use crate::fit::pass_kind::{PassKind, exact_total, set_phase};
use crate::fit::resume::PassPosition;
use crate::fit::{Fit, Iteration, Loss, MicroStep, Phase, SkipStep};
use callback_runtime::{Break, Ctx, Location, OpenScope};
use std::fmt;

/// A pass of a [`FitSession`]: the batches of an iterator, each inside its scope; see [`FitSession::train`].
///
/// ```
/// # use callbacks::prelude::*;
/// let fit = Fit::session(1).start()?;
/// for _ in fit.epochs() {
///     let mut batches = fit.train([1.0, 2.0]);
///     while let Some(batch) = batches.next() {
///         fit.loss(batch);
///     }
/// }
/// assert!(fit.finish().is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "iterators are lazy"]
pub struct SessionPass<'s, 'm, I> {
    fit: &'s FitSession<'m>,
    kind: PassKind,
    /// Where the loop asks for the batches.
    caller: Location,
    batches: I,
    progress: Progress<'s, 'm>,
    /// Whether a handler has left the pass or one of its batches.
    was_left: bool,
}

/// How far a pass is.
enum Progress<'s, 'm> {
    /// No batch has been asked for.
    Waiting,
    /// The scope of the pass is open. The scope of the batch under way is inside it, and is dropped first.
    UnderWay {
        batch: Option<OpenScope<'s, 'm, Fit>>,
        pass: OpenScope<'s, 'm, Fit>,
    },
    Ended,
}

impl<'s, 'm, I: Iterator> SessionPass<'s, 'm, I> {
    pub(super) const fn new(
        fit: &'s FitSession<'m>,
        kind: PassKind,
        caller: Location,
        batches: I,
    ) -> Self {
        Self {
            fit,
            kind,
            caller,
            batches,
            progress: Progress::Waiting,
            was_left: false,
        }
    }

    fn begin(&mut self) {
        let resumed = self.fit.resumed.get();
        if resumed.is_some_and(|at| at.is_in(PassKind::VALID) && !at.is_in(self.kind)) {
            // The saved run has made the training pass of this epoch.
            self.progress = Progress::Ended;
            return;
        }
        let Some(pass) = self.fit.begin_pass(self.kind, self.caller) else {
            self.progress = Progress::Ended;
            return;
        };
        let total = exact_total(self.batches.size_hint());
        self.fit.with_state(|mut state| state.insert(total));
        self.progress = Progress::UnderWay { batch: None, pass };
        if let Some(at) = resumed {
            self.resume(at);
        }
    }

    /// Continues where the saved run was.
    fn resume(&mut self, at: PassPosition) {
        self.fit.resumed.take();
        self.was_left = at.was_left;
        self.fit.pass.borrow_mut().mean = at.mean();
        let mut batches = self.batches.by_ref().map(Ok::<_, Break>);
        self.fit.update(|state| at.skip(state, &mut batches));
    }

    fn next_batch(&mut self) -> Option<I::Item> {
        let Progress::UnderWay { batch, .. } = &mut self.progress else {
            return None;
        };
        while !self.fit.session.is_interrupted() {
            let Some(item) = self.batches.next() else {
                self.fit.remark_empty(self.kind);
                return None;
            };
            self.fit.begin_batch(self.kind);
            *batch = self.fit.session.open_at(self.kind.batch_scope, self.caller);
            if batch.is_some() {
                return Some(item);
            }
            self.fit.collect_loss();
            self.was_left = true;
        }
        None
    }
}

impl<I> SessionPass<'_, '_, I> {
    /// Ends the batch under way. Returns whether there was one.
    fn end_batch(&mut self) -> bool {
        if let Progress::UnderWay { batch, .. } = &mut self.progress
            && let Some(batch) = batch.take()
        {
            self.was_left |= self.fit.end_scope(batch);
            self.fit.collect_loss();
            return true;
        }
        false
    }

    fn end_pass(&mut self, by_break: bool) {
        if let Progress::UnderWay { pass, .. } =
            std::mem::replace(&mut self.progress, Progress::Ended)
        {
            self.fit.end_pass(self.kind, pass, self.was_left, by_break);
        }
    }
}

impl<'m> FitSession<'m> {
    /// Opens the scope of a pass. `None` if its handlers, or the loop's mistake, keep it from running.
    fn begin_pass(&self, kind: PassKind, caller: Location) -> Option<OpenScope<'_, 'm, Fit>> {
        if self.session.is_interrupted() {
            return None;
        }
        if self.session.innermost() != Some(Fit::EPOCH) {
            let (phase, scope) = (kind.phase, self.session.innermost());
            let inside = scope.map_or("no scope", |scope| scope.info().name());
            let mistake = format!("the {phase} pass began inside of {inside}");
            let remedy = "begin it inside the `for` loop over `epochs`, after the pass before it";
            self.report(&mistake, caller, remedy);
            return None;
        }
        self.is_cut.set(false);
        self.with_state(|mut state| set_phase(&mut state, kind.phase));
        *self.pass.borrow_mut() = OpenPass::default();
        let pass = self.session.open_at(kind.scope, caller);
        if pass.is_none() {
            self.leave_pass(kind);
        }
        pass
    }

    /// Counts a batch. A skip that the loop did not ask for in the batch before it is forgotten.
    fn begin_batch(&self, kind: PassKind) {
        let mut pass = self.pass.borrow_mut();
        pass.samples = Some(0);
        pass.has_loss = false;
        self.with_state(|mut state| {
            if let Some(skip) = state.get_mut::<SkipStep>() {
                skip.take();
            }
            if let Some(iteration) = state.get_mut::<Iteration>() {
                iteration.advance(1);
            }
            if kind.phase == Phase::Train
                && let Some(micro_step) = state.get_mut::<MicroStep>()
            {
                micro_step.advance(1);
            }
        });
    }

    /// Remarks that a pass ends without a batch.
    fn remark_empty(&self, kind: PassKind) {
        let batches = self.with_state(|state| state.get().map_or(0, |at: &Iteration| at.get()));
        if let Some(text) = batches.and_then(|batches| kind.remark(batches)) {
            self.session.remark(text);
        }
    }

    /// Ends a scope. Returns whether a handler has left it.
    fn end_scope(&self, scope: OpenScope<'_, '_, Fit>) -> bool {
        let was_interrupted = self.session.is_interrupted();
        drop(scope);
        was_interrupted && !self.session.is_interrupted()
    }

    /// Adds the loss of the batch to the mean of the pass, and removes it from the state.
    fn collect_loss(&self) {
        let loss = self.with_state(|mut state| state.remove::<Loss>().ok().flatten());
        let mut pass = self.pass.borrow_mut();
        let samples = pass.samples.take();
        if let Some(loss) = loss.flatten().filter(|_| pass.has_loss) {
            // A batch that does not say how many samples it has counts as one.
            let samples = samples.filter(|samples| *samples > 0);
            pass.mean.add(loss, samples.unwrap_or(1));
        }
    }

    fn end_pass(
        &self,
        kind: PassKind,
        pass: OpenScope<'_, 'm, Fit>,
        mut was_left: bool,
        by_break: bool,
    ) {
        let mean = std::mem::take(&mut *self.pass.borrow_mut()).mean;
        if !self.session.has_failed() {
            self.update(|state| kind.record_mean(state, mean));
        }
        self.is_cut.set(by_break);
        if kind.phase == Phase::Valid && !by_break {
            self.complete_record();
        }
        was_left |= self.end_scope(pass);
        self.with_state(|mut state| set_phase(&mut state, Phase::Between));
        if was_left {
            self.update(|state| kind.note_left(state));
        }
    }

    /// Notes that a handler has left the pass at its begin.
    fn leave_pass(&self, kind: PassKind) {
        *self.pass.borrow_mut() = OpenPass::default();
        self.with_state(|mut state| set_phase(&mut state, Phase::Between));
        if !self.session.is_interrupted() {
            self.update(|state: &mut Ctx<'_>| -> Result<(), Break> { kind.note_left(state) });
        }
    }
}

impl<I: Iterator> Iterator for SessionPass<'_, '_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let was_interrupted = self.fit.session.is_interrupted();
        let ends_batch = self.end_batch();
        // A stop inside of a batch has cut it short.
        if ends_batch && !(was_interrupted && self.fit.session.is_interrupted()) {
            self.fit.resume_point_after_batch(self.kind, self.was_left);
        }
        if matches!(self.progress, Progress::Waiting) {
            self.begin();
        }
        let batch = self.next_batch();
        if batch.is_none() {
            self.end_pass(false);
        }
        batch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // A stop can come before any of them.
        (0, self.batches.size_hint().1)
    }
}

impl<I> Drop for SessionPass<'_, '_, I> {
    fn drop(&mut self) {
        self.end_batch();
        self.end_pass(true);
    }
}

impl<I> fmt::Debug for SessionPass<'_, '_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPass")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
