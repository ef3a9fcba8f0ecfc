//! Which handlers of a plan form groups, and which of them may leave the loop's thread.
//!
//! [`GroupRules`] has what keeps two handlers from being in one group apart from their accesses, which `raw/parallel.rs` compares.

use crate::callback::Location;
use crate::loops::{BreakpointId, Loop, LoopInfo, Role};
use crate::parallel::Executor;
use crate::plan::{Attached, Attachment, DecidedOrders, Plan, PlanCore};
use crate::raw::{AccessKind, Sendable};
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::sync::Arc;

impl<L: Loop> Plan<L> {
    /// Runs independent handlers at the same time, on the threads of `executor`. The plan has the same effects as without it.
    ///
    /// Handlers that follow each other at one breakpoint form a group if all of this is true:
    ///
    /// - they belong to different callbacks;
    /// - none of them changes state that another one asks for;
    /// - no declared order, direct or through other callbacks, says which of two runs first.
    ///
    /// A handler of a group runs on a thread of the executor if its callback was attached with [`add`](Self::add) and all its parameters
    /// may leave the loop's thread. The others run on the loop's thread at the same time; closures and discovered callbacks are always
    /// among them.
    ///
    /// These handlers run alone:
    ///
    /// - those that ask for [`Ctx`](crate::Ctx) or [`Due`](crate::Due), return more than a flow, or write a counter of the loop;
    /// - those at the beginning and at the end of the run, and after its failure.
    ///
    /// After a handler that may return a flow, its group has no handler with a period. If the loop
    /// [may refuse stops](Self::refuse_stops), the group ends after that handler.
    ///
    /// If no handler fails, the state is the same as without an executor. If one fails, the run fails with the first failure in the order
    /// of the plan; the effects of other handlers of the same group may differ then. The plan knows only the parameters of
    /// handlers: it does not order what they share in other ways, such as a `Mutex` in a `&T`, or a file.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::{Executor, Job};
    /// # struct Threads;
    /// # impl Executor for Threads {
    /// #     fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
    /// #         here();
    /// #         jobs.iter_mut().for_each(Job::run);
    /// #     }
    /// # }
    /// struct Mean(f64);
    ///
    /// #[callback(register = false)]
    /// impl Mean { fn on_train_batch_end(&mut self, loss: &Loss) { self.0 += 0.1 * (loss.value() - self.0); } }
    ///
    /// struct Largest(f64);
    ///
    /// #[callback(register = false)]
    /// impl Largest { fn on_train_batch_end(&mut self, loss: &Loss) { self.0 = self.0.max(loss.value()); } }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.executor(Threads);
    /// plan.add(Mean(0.0));
    /// plan.add(Largest(0.0));
    /// let explanation = plan.explain(&State::new())?;
    /// assert_eq!(explanation.rows(Fit::on_train_batch_end)[1].executor(), Some("parallel, group 1"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn executor(&mut self, executor: impl Executor) -> &mut Self {
        self.core.executor = Some(Arc::new(executor));
        self.core.stale = true;
        self
    }
}

impl PlanCore {
    /// Forms groups of the handlers of each breakpoint, if the plan has an executor.
    pub(crate) fn form_groups(&mut self, decided: &DecidedOrders) {
        let Some(executor) = &self.executor else {
            return;
        };
        let counters = self.of_loop.counters.iter();
        let rules = GroupRules {
            counters: counters.map(|reader| reader.type_id).collect(),
            refuses_stops: self.refuse_stops.is_some(),
            decided,
        };
        let may_join =
            |first: &HandlerRecord, second: &HandlerRecord| rules.may_join(first, second);
        for breakpoint in self.loop_info.ids() {
            if may_be_grouped(self.loop_info, breakpoint) {
                self.dispatcher
                    .form_groups(breakpoint, executor.clone(), &may_join);
            }
        }
    }

    /// Returns where a handler runs, in words. `None` if the plan has no executor and the handler does not run in the background.
    pub(crate) fn execution_label(&self, record: &HandlerRecord) -> Option<String> {
        if let Some(queue) = record.queue {
            return Some(queue.to_string());
        }
        self.executor.as_ref()?;
        Some(match record.group {
            Some(group) if record.traits.is_portable => format!("parallel, group {group}"),
            Some(group) => format!("loop's thread, group {group}"),
            None => "loop's thread".into(),
        })
    }
}

impl Attachment<'_> {
    /// Requires that this callback can run on another thread, at the same time as other handlers. If it cannot, the plan has a problem that
    /// says why. If it can, but no other handler can run at the same time, the plan has a [note](Plan::notes).
    ///
    /// A plan with an [`executor`](Plan::executor) runs callbacks in parallel without this if they can.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// struct Journal(std::rc::Rc<String>);
    ///
    /// #[callback(register = false)]
    /// impl Journal { fn on_epoch_end(&self) {} }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add_local(Journal(String::new().into())).parallel();
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert!(error.to_string().contains("cannot run in parallel"));
    /// ```
    #[track_caller]
    pub fn parallel(self) -> Self {
        self.attached.parallel = Some(Location::here());
        self
    }
}

impl Attached {
    /// Returns the proof that the callback is `Send`, if its handlers may leave the loop's thread: if it is attached with `add`.
    pub(crate) fn portable(&self) -> Option<Sendable> {
        self.sendable.filter(|_| self.by_hand)
    }
}

/// Whether handlers of a breakpoint can form groups. Those at the beginning and at the end of a run, and after its failure, run one by one.
pub(crate) fn may_be_grouped(loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
    let role = loop_info.role(breakpoint);
    !matches!(role, Role::Enter | Role::Exit | Role::Error)
}

/// What keeps two handlers from being in one group, although their accesses are compatible.
struct GroupRules<'d> {
    /// The types of the loop's counters.
    counters: Vec<TypeId>,
    /// Whether the loop may refuse stops.
    refuses_stops: bool,
    /// The orders that are declared between callbacks.
    decided: &'d DecidedOrders,
}

impl GroupRules<'_> {
    /// Whether two handlers may be in one group. `first` has the earlier turn.
    fn may_join(&self, first: &HandlerRecord, second: &HandlerRecord) -> bool {
        first.queue.is_none()
            && second.queue.is_none()
            && !self.writes_counter(first)
            && !self.writes_counter(second)
            && !self.may_observe_flow(first, second)
            && !self.decided.precedes(first.callback, second.callback)
    }

    /// Whether a handler writes a counter, which periods read.
    fn writes_counter(&self, record: &HandlerRecord) -> bool {
        let mut accesses = record.accesses.iter();
        accesses.any(|access| {
            access.kind == AccessKind::Write && self.counters.contains(&access.type_id)
        })
    }

    /// Whether a stop that `first` returns can change what `second` does or sees. The rule that refuses a stop reads the state right after
    /// `first`. A handler with a period may run because the stop makes this its last chance.
    fn may_observe_flow(&self, first: &HandlerRecord, second: &HandlerRecord) -> bool {
        first.traits.returns_flow && (self.refuses_stops || second.period.is_some())
    }
}
