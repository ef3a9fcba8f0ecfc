//! Resolves a plan: orders and names the attached callbacks, and binds their handlers to the breakpoints.

use super::order::{Circle, DecidedOrders, Members};
use super::problem::{Problem, ProblemKind};
use super::{OrderRule, PlanCore, ProblemText, UndecidedPair, order, undecided};
use crate::callback::{CallbackId, Handler, Location, Rank, short_type_name};
use crate::loops::{Breakpoint, BreakpointSet};
use crate::outcome::catch;
use crate::period::{HandlerPeriod, asks_why, attached_period};
use crate::raw::{Access, AccessKind};
use crate::run::{HandlerRecord, HandlerTraits};
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// The result of resolving a plan.
#[derive(Default)]
pub(crate) struct Resolved {
    /// The callbacks, in the order in which they run.
    pub(crate) order: Vec<CallbackId>,
    /// The name of each callback, by its id. Empty for a suppressed callback.
    pub(crate) names: Vec<Arc<str>>,
    /// The call that attached each callback, by its id.
    pub(crate) attached_at: Vec<Location>,
    /// Whether each callback is ready-made, by its id.
    pub(crate) ready_made: Vec<bool>,
    /// The breakpoints at which each callback declares handlers, also those that could not be bound. Has no entry for a callback whose
    /// `handlers` panicked.
    pub(crate) handled: HashMap<CallbackId, BreakpointSet>,
    /// The breakpoints with a bound handler that has no period.
    pub(crate) active: BreakpointSet,
    /// The breakpoints with a bound handler that has a period.
    pub(crate) periodic: BreakpointSet,
    /// The types that the loop declares for the whole run.
    pub(crate) of_whole_run: Vec<TypeId>,
    /// The callbacks by type, group and name, as relations refer to them.
    pub(crate) members: Members,
    /// The declared orders.
    pub(crate) orders: Vec<OrderRule>,
    /// The pairs of callbacks that use the same state and whose order is undecided.
    pub(crate) undecided: Vec<UndecidedPair>,
}

impl Resolved {
    /// Returns the rank of each of `count` callbacks, by its id. A suppressed callback has no rank of its own.
    pub(crate) fn ranks(&self, count: usize) -> Vec<Rank> {
        let mut ranks = vec![Rank::default(); count];
        for (rank, id) in self.order.iter().enumerate() {
            ranks[*id] = Rank::new(rank);
        }
        ranks
    }
}

impl PlanCore {
    /// Updates `resolved` if the plan has changed. Returns the callbacks and handlers that could not be attached, ordered or bound.
    pub(crate) fn resolve(&mut self) -> Vec<Problem> {
        if !self.stale {
            return Vec::new();
        }
        let mut problems = self.attach_discovered();
        self.refresh_infos();
        self.save_period_states();
        self.dispatcher.unbind_all();
        let mut resolved = Resolved {
            handled: HashMap::with_capacity(self.attached.len()),
            of_whole_run: self.of_loop.of_whole_run(),
            ..Resolved::default()
        };
        problems.extend(self.put_in_order(&mut resolved));
        for (rank, id) in resolved.order.clone().into_iter().enumerate() {
            problems.extend(self.bind_callback(&mut resolved, Rank::new(rank), id));
        }
        let decided = DecidedOrders::of(&self.attached, &resolved, &self.relations);
        resolved.undecided = undecided::find_pairs(self, &decided);
        self.form_groups(&decided);
        self.set_persisted_callbacks(&resolved);
        self.resolved = resolved;
        self.restore_period_states();
        self.stale = false;
        problems
    }

    /// Names and sorts the callbacks. Returns the circles among the declared orders.
    fn put_in_order(&self, resolved: &mut Resolved) -> Vec<Problem> {
        let attached = &self.attached;
        let names = order::names(attached);
        let members = Members::of(attached, &names);
        let orders = order::declared_orders(attached, &names, &members, &self.relations);
        let (order, circles) = order::sort(attached, &orders);
        let problem = |circle: &Circle| circle.problem(&orders, attached, &names);
        let problems = circles.iter().map(problem).collect();
        resolved.order = order;
        resolved.attached_at = attached.iter().map(|callback| callback.added_at).collect();
        let is_ready_made = |callback: &super::Attached| callback.info.is_ready_made();
        resolved.ready_made = attached.iter().map(is_ready_made).collect();
        (resolved.names, resolved.members, resolved.orders) = (names, members, orders);
        problems
    }

    /// Binds the handlers of a callback. Returns those that could not be bound.
    fn bind_callback(
        &mut self,
        resolved: &mut Resolved,
        rank: Rank,
        id: CallbackId,
    ) -> Vec<Problem> {
        let (attached, callback) = (&self.attached[id], self.dispatcher.callback(id));
        let handlers = match catch(|| (attached.functions.handlers)(callback)) {
            Ok(handlers) => handlers,
            Err(why) => {
                let (name, location) = (&resolved.names[id], attached.location());
                let text = ProblemText::plain(format!("its `handlers` {why}"));
                let problem = Problem::of_plan(ProblemKind::Panicked, name, location, text);
                return vec![problem];
            }
        };
        let at = handlers.iter().map(|handler| handler.at.id());
        resolved.handled.insert(id, at.collect());
        self.add_worker(id, &handlers);
        let handlers = handlers.into_iter();
        let problems =
            handlers.filter_map(|handler| self.bind_handler(resolved, rank, id, handler));
        problems.collect()
    }

    /// Binds a handler as the last one of its breakpoint. Returns why it could not be bound.
    fn bind_handler(
        &mut self,
        resolved: &mut Resolved,
        rank: Rank,
        id: CallbackId,
        handler: Handler,
    ) -> Option<Problem> {
        if let Some((first, second)) = handler.erased.find_clash() {
            let (name, text) = (&resolved.names[id], clash_text(first, second));
            return Some(Problem {
                breakpoint: Some(handler.at.name()),
                state: Some(short_type_name(second.type_name)),
                attached_at: Some(self.attached[id].added_at),
                ..Problem::of_plan(
                    ProblemKind::Clash,
                    name,
                    self.attached[id].handler_location(&handler),
                    text,
                )
            });
        }
        let at = handler.at.id();
        let record = self.record_of(rank, id, &handler);
        let is_periodic = record.period.is_some();
        let reads_breakpoint = reads_breakpoint(&record.accesses);
        let portable = self.attached[id].portable();
        if self.dispatcher.bind(at, record, handler.erased, portable) {
            if is_periodic {
                resolved.periodic.insert(at);
            } else {
                resolved.active.insert(at);
            }
            if reads_breakpoint {
                self.dispatcher.provide_breakpoint(at, *handler.at);
            }
        }
        None
    }

    /// Makes the record of a handler that is not bound yet.
    fn record_of(&self, rank: Rank, id: CallbackId, handler: &Handler) -> HandlerRecord {
        let erased = &handler.erased;
        let attached = &self.attached[id];
        let period = attached_period(&attached.periods, self.loop_info, handler.at.id());
        let period = period.or_else(|| handler.period.clone());
        let can_run_in_background = erased.can_run_in_background();
        HandlerRecord {
            callback: id,
            rank,
            at: handler.at.id(),
            bound_to: handler.bound_to,
            joint: handler.joint,
            location: attached.handler_location(handler),
            // A handler that provides state takes the whole state, but uses only the type that it provides.
            accesses: match handler.provides {
                Some(_) => Vec::new(),
                None => erased.accesses().to_vec(),
            },
            changes_state: erased.changes_state(),
            on_failure: attached.on_failure,
            provides: handler.provides,
            period: period.map(|period| Box::new(HandlerPeriod::new(period))),
            asks_why: asks_why(erased.accesses()),
            traits: HandlerTraits::default(),
            group: None,
            can_run_in_background,
            queue: self.background_queue(id).filter(|_| can_run_in_background),
        }
    }
}

/// Whether a handler with these accesses may read the breakpoint from the state.
fn reads_breakpoint(accesses: &[Access]) -> bool {
    let breakpoint = TypeId::of::<Breakpoint>();
    let mut accesses = accesses.iter();
    accesses.any(|access| access.kind == AccessKind::Everything || access.type_id == breakpoint)
}

/// Describes two parameters of a handler that cannot be borrowed together.
fn clash_text(first: Access, second: Access) -> String {
    if first.kind == AccessKind::Everything || second.kind == AccessKind::Everything {
        let text = "asks for `Ctx` beside other parameters; `Ctx` is everything, and stands alone";
        return text.to_owned();
    }
    let name = short_type_name(second.type_name);
    format!("asks for `{name}` twice, and at least once to change it; ask for `&mut {name}` alone")
}
