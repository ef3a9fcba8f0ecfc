//! Resolves a plan: orders and names the attached callbacks, and binds their handlers to the breakpoints.

use super::order::{DecidedOrders, Members, PlanRelation};
use super::problem::{Problem, ProblemKind};
use super::{Attached, OrderRule, PlanCore, ProblemText, UndecidedPair, order, undecided};
use crate::callback::{CallbackId, Handler, Location, Rank, short_type_name};
use crate::loops::{Breakpoint, BreakpointSet};
use crate::outcome::{Cause, catch};
use crate::period::{HandlerPeriod, asks_why, attached_period};
use crate::raw::{Access, AccessKind};
use crate::run::{HandlerRecord, HandlerTraits};
use std::any::TypeId;
use std::collections::{HashMap, HashSet};
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
    /// The breakpoints at which each callback declares handlers, also those that could not be bound. Has no entry for a callback whose
    /// `handlers` panicked.
    pub(crate) handled: HashMap<CallbackId, BreakpointSet>,
    /// The breakpoints with a bound handler that has no period.
    pub(crate) active: BreakpointSet,
    /// The breakpoints with a bound handler that has a period.
    pub(crate) periodic: BreakpointSet,
    /// The callbacks by type, group and name, as relations refer to them.
    pub(crate) members: Members,
    /// The callbacks of generic types. The short name of such a type can also be that of another type.
    pub(crate) generic: HashSet<CallbackId>,
    /// The declared orders.
    pub(crate) orders: Vec<OrderRule>,
    /// Pairs that write the same state and whose order is undecided.
    pub(crate) undecided: Vec<UndecidedPair>,
    /// Pairs of a reader and a later writer of the same state whose order is undecided.
    pub(crate) early_readers: Vec<UndecidedPair>,
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
            ..Resolved::default()
        };
        problems.extend(self.put_in_order(&mut resolved));
        for (rank, id) in resolved.order.clone().into_iter().enumerate() {
            problems.extend(self.bind_callback(&mut resolved, Rank::new(rank), id));
        }
        self.find_undecided(&mut resolved);
        self.form_groups(&resolved);
        self.resolved = resolved;
        self.restore_period_states();
        self.stale = false;
        problems
    }

    /// Names and sorts the callbacks. Returns the circles among the declared orders.
    fn put_in_order(&self, resolved: &mut Resolved) -> Vec<Problem> {
        let attached = &self.attached;
        resolved.names = order::names(attached);
        resolved.attached_at = attached.iter().map(|callback| callback.added_at).collect();
        resolved.members = Members::of(attached, &resolved.names);
        resolved.orders = order::declared_orders(
            attached,
            &resolved.names,
            &resolved.members,
            &self.relations,
        );
        let sorted = order::sort(attached, &resolved.orders);
        resolved.order = sorted.order;
        let circles = sorted.circles.iter();
        circles
            .map(|circle| {
                order::circle_problem(circle, &resolved.orders, attached, &resolved.names)
            })
            .collect()
    }

    /// Finds the callbacks that use the same state and whose order only insertion decides.
    fn find_undecided(&self, resolved: &mut Resolved) {
        let decided = decided_orders(&self.attached, resolved, &self.relations);
        let pairs = undecided::find_pairs(&self.dispatcher, self.loop_info, &decided, self.strict);
        (resolved.undecided, resolved.early_readers) = (pairs.writers, pairs.early_readers);
    }

    /// Binds the handlers of a callback. Returns those that could not be bound.
    fn bind_callback(
        &mut self,
        resolved: &mut Resolved,
        rank: Rank,
        id: CallbackId,
    ) -> Vec<Problem> {
        if self.attached[id].functions.is_generic() {
            resolved.generic.insert(id);
        }
        let handlers = match self.handlers_of(id) {
            Ok(handlers) => handlers,
            Err(why) => {
                let (name, location) = (&resolved.names[id], self.attached[id].location());
                let text = ProblemText::plain(format!("its `handlers` {why}"));
                return vec![Problem::of_plan(
                    ProblemKind::Panicked,
                    name,
                    location,
                    text,
                )];
            }
        };
        let at = handlers.iter().map(|handler| handler.at.id());
        resolved.handled.insert(id, at.collect());
        self.add_worker(id, &handlers);
        let bound = handlers.into_iter().filter_map(|handler| {
            let bound = self.bind_handler(resolved, rank, id, handler);
            bound.err().map(|problem| *problem)
        });
        bound.collect()
    }

    fn handlers_of(&self, id: CallbackId) -> Result<Vec<Handler>, Cause> {
        let callback = self.dispatcher.callback(id);
        catch(|| self.attached[id].functions.handlers(callback))
    }

    /// Binds a handler as the last one of its breakpoint.
    fn bind_handler(
        &mut self,
        resolved: &mut Resolved,
        rank: Rank,
        id: CallbackId,
        handler: Handler,
    ) -> Result<(), Box<Problem>> {
        if let Some((first, second)) = handler.erased.find_clash() {
            return Err(Box::new(Problem {
                kind: ProblemKind::Clash,
                callback: resolved.names[id].to_string(),
                breakpoint: Some(handler.at.name()),
                state: Some(short_type_name(second.type_name)),
                location: self.attached[id].handler_location(&handler),
                attached_at: Some(self.attached[id].added_at),
                text: clash_text(first, second).into(),
            }));
        }
        let breakpoint = handler.at.id();
        let record = self.record_of(rank, id, &handler);
        let (is_periodic, reads_breakpoint) =
            (record.period.is_some(), reads_breakpoint(&record.accesses));
        let portable = self.attached[id].portable();
        if self
            .dispatcher
            .bind(breakpoint, record, handler.erased, portable)
        {
            if is_periodic {
                resolved.periodic.insert(breakpoint);
            } else {
                resolved.active.insert(breakpoint);
            }
            if reads_breakpoint {
                self.dispatcher.provide_breakpoint(breakpoint, *handler.at);
            }
        }
        Ok(())
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

/// Returns which orders the weights and the declarations of a plan decide.
pub(crate) fn decided_orders<'p>(
    attached: &'p [Attached],
    resolved: &Resolved,
    relations: &[PlanRelation],
) -> DecidedOrders<'p> {
    let (orders, order) = (&resolved.orders, &resolved.order);
    DecidedOrders::of(attached, orders, order, &resolved.members, relations)
}

/// Describes two parameters of a handler that cannot be borrowed together.
fn clash_text(first: Access, second: Access) -> String {
    let name = |access: &Access| short_type_name(access.type_name);
    if first.kind == AccessKind::Everything || second.kind == AccessKind::Everything {
        return "asks for `Ctx` beside other parameters; `Ctx` is everything, and stands alone"
            .into();
    }
    format!(
        "asks for `{0}` twice, and at least once to change it; ask for `&mut {0}` alone",
        name(&second)
    )
}
