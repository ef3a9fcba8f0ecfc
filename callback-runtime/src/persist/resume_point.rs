//! Resume points: the places of a loop where its run can be saved and continued.

use super::buffers::SpareRuns;
use super::plan::Receiver;
use super::{SavedEnding, SavedRun};
use crate::callback::{CallbackId, HandlerId};
use crate::loops::{Loop, Role};
use crate::outcome::{Cause, Remark, catch};
use crate::plan::Plan;
use crate::run::{Break, PendingFlow, Run, RunCore};
use crate::state::Ctx;

/// The saves that handlers ask for, and where the loop is saved.
#[derive(Default)]
pub(crate) struct SaveRequests {
    /// The handlers that ask for the next save.
    handlers: Vec<HandlerId>,
    /// Whether the loop says itself where it can be resumed. Otherwise it can be where a round is complete.
    is_by_hand: bool,
    /// An interrupt that waits for the next resume point, so that the run can be saved there.
    interrupt: Option<PendingFlow>,
    /// Whether the run was saved after the flow that ends it, or continues from such a saved run.
    pub(crate) has_saved_halt: bool,
}

impl SaveRequests {
    pub(crate) fn request(&mut self, handler: HandlerId) {
        self.handlers.push(handler);
    }

    pub(crate) fn take(&mut self) -> Vec<HandlerId> {
        std::mem::take(&mut self.handlers)
    }

    pub(crate) const fn is_requested(&self) -> bool {
        !self.handlers.is_empty()
    }

    /// Whether the next resume point has something to do.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.is_requested() || self.interrupt.is_some()
    }

    /// Lets an interrupt wait for the next resume point. The first one counts.
    pub(crate) fn wait(&mut self, interrupt: PendingFlow) {
        self.interrupt.get_or_insert(interrupt);
    }

    pub(crate) fn take_interrupt(&mut self) -> Option<PendingFlow> {
        self.interrupt.take()
    }
}

impl<L: Loop> Plan<L> {
    /// Whether a callback of the plan [receives saved runs](crate::CallbackInfo::receives_saved_runs), as far as it is attached.
    pub fn has_receivers(&self) -> bool {
        let mut attached = self.core.attached.iter();
        attached.any(|each| each.info.declarations().receives.is_some())
    }

    /// Returns the names of the values of the state that are saved with a run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Driver>::new();
    /// plan.persist::<Vec<f64>>("weights");
    /// assert_eq!(plan.persisted().collect::<Vec<_>>(), ["Record", "weights"]);
    /// ```
    pub fn persisted(&self) -> impl Iterator<Item = &str> {
        let state = self.core.persistence.get().state.iter();
        state.map(|value| &*value.name)
    }

    /// Returns the saved run from which the next run continues.
    pub fn saved_run(&self) -> Option<&SavedRun> {
        self.core.persistence.get().restore.as_ref()
    }
}

impl<L: Loop> Run<'_, L> {
    /// Whether a callback [receives saved runs](crate::CallbackInfo::receives_saved_runs), so that what a loop prepares for them is of use.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// Plan::<Driver>::new().run(&mut State::new(), |run| {
    ///     assert!(!run.has_receivers());
    ///     Ok(())
    /// })?;
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn has_receivers(&self) -> bool {
        !self.core.persistence.get().receivers.is_empty()
    }

    /// Says that the loop marks its resume points itself, with [`resume_point`](Self::resume_point). Call it where the run begins.
    pub fn resume_by_hand(&mut self) {
        self.core.run_state.cold.saves.is_by_hand = true;
    }

    /// Marks a place from which the loop can be resumed. If a handler has asked for a save, the run is saved and given to the callbacks that
    /// receive saved runs. Returns an `Err` if the run is interrupted, as [`fire`](Self::fire) does.
    ///
    /// A loop with [rounds](crate::Rounds) needs no call: it can be resumed where a round is complete. One that can be resumed elsewhere calls
    /// [`resume_by_hand`](Self::resume_by_hand), and this function at each of these places.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Break;
    /// breakpoints! { loop Walk with Step as steps by hand { scope RUN { on_run_begin; on_tick; on_run_end; } } }
    ///
    /// /// Goes on from the step that the state has.
    /// fn walk(run: &mut Run<'_, Walk>) -> Result<(), Break> {
    ///     run.resume_by_hand();
    ///     run.scope(Walk::RUN, |run| {
    ///         while let Some(step) = run.state().get::<Step>().filter(|step| step.get() < 5) {
    ///             let next = Step::new(step.get() + 1);
    ///             run.state().insert(next);
    ///             run.fire(Walk::on_tick)?;
    ///             run.resume_point()?;
    ///         }
    ///         Ok(())
    ///     })?;
    ///     Ok(())
    /// }
    ///
    /// let mut state = State::new();
    /// state.insert(Step::default());
    /// assert!(Plan::<Walk>::new().run(&mut state, walk)?.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[inline]
    pub fn resume_point(&mut self) -> Result<(), Break> {
        self.resume_point_with(|_| {})
    }

    /// Marks a resume point of a loop that keeps its position in variables of its own: `prepare` puts it into the state, if the run is saved.
    #[inline]
    pub fn resume_point_with(&mut self, prepare: impl FnOnce(&mut Ctx<'_>)) -> Result<(), Break> {
        if !self.core.run_state.slow_path {
            return Ok(());
        }
        self.core.run_state.apply_interrupt();
        if self.core.will_save() {
            prepare(&mut self.core.state());
            self.core.save_as_requested();
        }
        self.core.check_interrupted()
    }
}

impl RunCore<'_> {
    /// Makes a resume point of the end of a round, unless the loop marks its resume points itself.
    #[cold]
    pub(crate) fn resume_after_round(&mut self) {
        if !self.run_state.cold.saves.is_by_hand && self.will_save() {
            self.save_as_requested();
        }
    }

    /// Whether an interrupt waits for the next resume point: where a callback wants the run to be saved then, and the loop marks such places.
    pub(crate) fn delays_interrupts(&self) -> bool {
        let receivers = &self.persistence.get().receivers;
        let wants_halts = receivers.iter().any(|each| each.receive.wants_halts);
        wants_halts && self.run_state.cold.saves.is_by_hand
    }

    /// Whether a resume point saves the run: a handler has asked, or the run is halted. After a leave, the loop is not where it would be
    /// resumed.
    fn will_save(&self) -> bool {
        let is_asked = self.run_state.cold.saves.is_requested();
        match self.run_state.pending_flow() {
            _ if self.run_state.has_failed() => false,
            None => is_asked,
            Some(flow) => {
                let receivers = &self.persistence.get().receivers;
                let wants_halts = receivers.iter().any(|each| each.receive.wants_halts);
                let is_new = !self.run_state.cold.saves.has_saved_halt;
                flow.as_stop().is_some() && is_new && (is_asked || wants_halts)
            }
        }
    }

    /// Saves the run, and gives it to the callbacks that receive saved runs.
    fn save_as_requested(&mut self) {
        let requests = self.run_state.take_save_requests(self.resolved);
        let flow = self.run_state.pending_flow();
        let ending = flow.and_then(SavedEnding::of_flow);
        self.run_state.cold.saves.has_saved_halt = ending.is_some();
        let receivers = self.persistence.get().receivers.clone();
        self.save_for(&receivers, ending, &requests);
    }

    /// Remarks that a save was not made, because the loop came to no resume point.
    pub(crate) fn remark_unsaved(&mut self) {
        let text = match self.run_state.pending_flow().and_then(SavedEnding::of_flow) {
            Some(SavedEnding::Interrupted(_)) => "interrupted",
            Some(_) => "stopped",
            None => "finished",
        };
        let saves = &self.run_state.cold.saves;
        let receivers = &self.persistence.get().receivers;
        let wants_halts = receivers.iter().any(|each| each.receive.wants_halts);
        let is_halted = text != "finished";
        let is_wanted = saves.is_requested() || (is_halted && wants_halts);
        if is_wanted && !saves.has_saved_halt {
            let text = format!(
                "the run was not saved where it was {text}: the loop cannot be resumed from there"
            );
            Remark::add(text, &mut self.run_state.cold.remarks);
        }
    }

    /// Saves the run that has failed, for the callbacks that receive such runs.
    pub(crate) fn save_failed(&mut self) {
        let receivers = self.persistence.get().receivers.iter();
        let receivers = receivers.filter(|each| each.receive.wants_failures);
        let receivers: Vec<Receiver> = receivers.cloned().collect();
        if let Some(failure) = self.run_state.failure().filter(|_| !receivers.is_empty()) {
            let ending = SavedEnding::Failed(failure.to_string());
            self.save_for(&receivers, Some(ending), &[]);
        }
    }

    fn save_for(
        &mut self,
        receivers: &[Receiver],
        ending: Option<SavedEnding>,
        requests: &[HandlerId],
    ) {
        match self.save() {
            Ok(saved) => {
                let saved = SavedRun { ending, ..saved };
                for receiver in receivers {
                    self.give(receiver, &saved);
                }
                self.persistence.get_mut().spare.keep(saved);
            }
            Err(error) => {
                let receivers = receivers.iter().filter_map(|each| self.handler_of(each.id));
                for handler in requests
                    .iter()
                    .copied()
                    .chain(receivers)
                    .take(1)
                    .collect::<Vec<_>>()
                {
                    let _ = self.report_failure(handler, Cause::Error(Box::new(error.clone())));
                }
            }
        }
    }

    /// Gives the memory of the last saved runs back.
    pub(crate) fn forget_saved_runs(&mut self) {
        self.persistence.get_mut().spare = SpareRuns::default();
    }

    /// Gives a saved run to a callback.
    fn give(&mut self, receiver: &Receiver, saved: &SavedRun) {
        let Some(handler) = self.handler_of(receiver.id) else {
            return;
        };
        let receive =
            |callback: &mut dyn std::any::Any| catch(|| receiver.receive.receive(callback, saved));
        let cause = match self.dispatcher.with_callback(receiver.id, receive) {
            None | Some(Ok(Ok(()))) => return,
            Some(Ok(Err(error))) => Cause::Error(error),
            Some(Err(panic)) => panic,
        };
        let _ = self.report_failure(handler, cause);
    }

    /// Returns a handler of a callback, to whose policy failures go; `None` if it has none, or is disabled.
    fn handler_of(&self, callback: CallbackId) -> Option<HandlerId> {
        if self.run_state.cold.swallowed.has_disabled(callback) {
            return None;
        }
        let of_callback = self
            .dispatcher
            .all_records()
            .filter(|(_, record)| record.callback == callback);
        // No policy swallows a failure of `on_enter`, and this is none.
        let is_enter = |handler: &HandlerId| self.loop_info.role(handler.breakpoint) == Role::Enter;
        let ends_round =
            |handler: &HandlerId| self.loop_info.breakpoints[handler.breakpoint].is_round_end();
        of_callback
            .map(|(handler, _)| handler)
            .min_by_key(|handler| (is_enter(handler), !ends_round(handler)))
    }
}
