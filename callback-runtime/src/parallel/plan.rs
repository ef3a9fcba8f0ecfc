//! Which handlers may run at the same time, and who runs them.

use crate::callback::Location;
use crate::loops::{BreakpointId, Loop, LoopInfo, Role};
use crate::parallel::Executor;
use crate::plan::{Attached, Attachment, Decided, Plan, PlanCore, Resolved, decided};
use crate::raw::{AccessKind, Sendable};
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::sync::Arc;

impl<L: Loop> Plan<L> {
    /// Lets handlers run at the same time that have nothing to do with each other. What a plan does is not changed by it.
    ///
    /// Handlers of one breakpoint that stand one behind the other are a group if they are of different callbacks, none of them
    /// changes state that another one asks for, and nobody said which of two goes first, not even by way of others. Of a group,
    /// those run elsewhere whose callback was attached with [`add`](Self::add) and all of whose parameters may leave the thread; the
    /// others stay on the loop's thread, and run there meanwhile. Closures and what is discovered stay. Alone run handlers that ask
    /// for [`Ctx`](crate::Ctx) or [`Due`](crate::Due), that answer more than a flow, or that write a counter of the loop; and those at the
    /// beginning, at the end and after a failure of the run. Behind one that may answer a flow there is nobody in its group who has a
    /// period or, where the loop [may refuse stops](Self::refuse_stops), nobody at all.
    ///
    /// As long as no handler fails, the state is what it would be without an executor. If one fails, so does the run, with the first
    /// failure in the order of the plan; only what those of its own group did may be different. This rests on what handlers ask for:
    /// what they share in other ways, as a `Mutex` behind `&T` or a file, is theirs to put in order.
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
    /// let told = plan.explain(&State::new())?;
    /// assert_eq!(told.rows(Fit::on_train_batch_end)[1].executor(), Some("parallel, group 1"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn executor(&mut self, executor: impl Executor) -> &mut Self {
        self.core.executor = Some(Arc::new(executor));
        self.core.stale = true;
        self
    }
}

impl PlanCore {
    /// Cuts the lists of handlers into groups.
    pub(crate) fn form_groups(&mut self, resolved: &Resolved) {
        let Some(executor) = self.executor.clone() else {
            return;
        };
        let rules = GroupRules {
            counters: self
                .of_loop
                .counters
                .iter()
                .map(|reader| reader.of)
                .collect(),
            refuses_stops: self.refuse_stops.is_some(),
            decided: decided(&self.attached, resolved, &self.relations),
        };
        for breakpoint in self.loop_info.ids() {
            if may_be_grouped(self.loop_info, breakpoint) {
                let may_join =
                    |one: &HandlerRecord, other: &HandlerRecord| rules.may_join(one, other);
                self.dispatcher
                    .form_groups(breakpoint, executor.clone(), &may_join);
            }
        }
    }

    /// Where a handler runs, if there is a choice.
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
    /// This instance must be one that can run at the same time as others, on another thread: the plan has a problem, which says
    /// why, if it is not, and a [note](Plan::notes) if it could but nobody stands beside it. Where the plan has an
    /// [`executor`](Plan::executor), what can is run so without being told.
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

/// Whether a callback may leave the loop's thread, and if not, why.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ThreadAffinity {
    Anywhere,
    Local,
    Closure,
    Discovered,
}

impl Attached {
    /// That its handlers may leave the loop's thread, if they may.
    pub(crate) fn portable(&self) -> Option<Sendable> {
        self.sendable
            .filter(|_| matches!(self.affinity, ThreadAffinity::Anywhere))
    }
}

/// Whether handlers of a breakpoint run as a list in which one goes on after another.
pub(crate) fn may_be_grouped(loop_info: &LoopInfo, breakpoint: BreakpointId) -> bool {
    let role = loop_info.role(breakpoint);
    !matches!(role, Role::Enter | Role::Exit | Role::Error)
}

/// What keeps two handlers from being in one group though they ask for nothing of each other.
struct GroupRules<'p> {
    /// The types that the loop counts with.
    counters: Vec<TypeId>,
    /// The loop may refuse stops.
    refuses_stops: bool,
    decided: Decided<'p>,
}

impl GroupRules<'_> {
    fn may_join(&self, one: &HandlerRecord, other: &HandlerRecord) -> bool {
        one.queue.is_none()
            && other.queue.is_none()
            && !self.writes_counter(one)
            && !self.writes_counter(other)
            && !self.may_observe_flow(one, other)
            && !self.decided.leads(one.callback, other.callback)
    }

    /// Whether it moves what periods look at.
    fn writes_counter(&self, record: &HandlerRecord) -> bool {
        let written = record
            .accesses
            .iter()
            .filter(|access| access.kind == AccessKind::Write);
        written
            .into_iter()
            .any(|access| self.counters.contains(&access.type_id))
    }

    /// Whether a stop of the first makes a difference to the second: a rule that refuses it looks at the state behind the first, and
    /// a handler with a period may run because it is its last turn.
    fn may_observe_flow(&self, one: &HandlerRecord, other: &HandlerRecord) -> bool {
        one.traits.returns_flow && (self.refuses_stops || other.period.is_some())
    }
}
