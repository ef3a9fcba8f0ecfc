//! From what is attached to what runs: the order, the names, and one list of bound handlers for each breakpoint.

use super::order::{Decided, Members, PlanRelation};
use super::problem::{Problem, ProblemKind};
use super::{Attached, OrderRule, Plan, ProblemText, UndecidedPair, order, undecided};
use crate::background::Background;
use crate::callback::{Handler, Location, short_type_name};
use crate::loops::{Breakpoint, BreakpointSet, Loop, Role};
use crate::outcome::{Cause, OnFailure, catch};
use crate::period::{Period, attached_period};
use crate::raw::{Access, AccessKind};
use crate::run::HandlerTraits;
use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a plan comes to.
#[derive(Default)]
pub(crate) struct Resolved {
    /// The callbacks, in the order in which they run.
    pub(crate) order: Vec<usize>,
    /// Their names, by callback.
    pub(crate) names: Vec<Arc<str>>,
    /// For each breakpoint its handlers, as the machine has them.
    pub(crate) lists: Vec<Vec<HandlerRecord>>,
    /// Where a callback has handlers, also those that could not be bound; without the callbacks that could not say.
    pub(crate) handled: HashMap<usize, BreakpointSet>,
    /// The breakpoints that have a handler without a period.
    pub(crate) active: BreakpointSet,
    /// The breakpoints that have a handler with a period.
    pub(crate) periodic: BreakpointSet,
    /// Whom others name.
    pub(crate) members: Members,
    /// Those whose types have parameters: what their types are called does not name them.
    pub(crate) generic: HashSet<usize>,
    /// What was said of the order.
    pub(crate) orders: Vec<OrderRule>,
    /// Writers of one state whose order nobody decided.
    pub(crate) undecided: Vec<UndecidedPair>,
    /// The same of who reads and who writes after it.
    pub(crate) early_readers: Vec<UndecidedPair>,
}

/// A handler in its list.
pub(crate) struct HandlerRecord {
    pub(crate) instance: usize,
    /// The rank of its callback among all.
    pub(crate) rank: usize,
    pub(crate) location: Location,
    pub(crate) accesses: Vec<Access>,
    /// It may change the state.
    pub(crate) changes_state: bool,
    /// What its failure does to the run.
    pub(crate) on_failure: OnFailure,
    /// It does nothing but put this into the state.
    pub(crate) provides: Option<Access>,
    /// How often it runs, if not whenever its breakpoint fires.
    pub(crate) period: Option<Period>,
    pub(crate) traits: HandlerTraits,
    /// Which group of its list it is in.
    pub(crate) group: Option<usize>,
    /// It can run in the background.
    pub(crate) can_run_in_background: bool,
    /// The queue that it runs behind, if it does.
    pub(crate) queue: Option<Background>,
}

impl<L: Loop> Plan<L> {
    /// Brings `resolved` up to date, and says what could not be bound.
    pub(crate) fn resolve(&mut self) -> Vec<Problem> {
        if !self.stale {
            return Vec::new();
        }
        let mut problems = self.attach_discovered();
        self.refresh_infos();
        self.save_period_states();
        self.dispatcher.unbind_all();
        let mut resolved = Resolved {
            lists: L::BREAKPOINTS.iter().map(|_| Vec::new()).collect(),
            handled: HashMap::with_capacity(self.attached.len()),
            ..Resolved::default()
        };
        problems.extend(self.put_in_order(&mut resolved));
        for (rank, instance) in resolved.order.clone().into_iter().enumerate() {
            if self.dispatcher.instance(instance).is_generic() {
                resolved.generic.insert(instance);
            }
            match self.handlers_of(instance) {
                Ok(handlers) => {
                    let at = handlers.iter().map(|handler| handler.at.index());
                    resolved.handled.insert(instance, at.collect());
                    self.add_worker(instance, &handlers);
                    for handler in handlers {
                        let record = self.bind_handler(&mut resolved, rank, instance, handler);
                        problems.extend(record.err().map(|problem| *problem));
                    }
                }
                Err(why) => {
                    let (name, location) = (
                        &resolved.names[instance],
                        self.attached[instance].location(),
                    );
                    let text = format!("its `handlers` {why}");
                    let text = ProblemText::plain(text);
                    problems.push(Problem::of_plan(
                        ProblemKind::Panicked,
                        name,
                        location,
                        text,
                    ));
                }
            }
        }
        self.find_undecided(&mut resolved);
        self.form_groups(&mut resolved);
        self.resolved = resolved;
        self.restore_period_states();
        self.stale = false;
        problems
    }

    /// Names and order. What was said of the order may be a circle.
    fn put_in_order(&self, resolved: &mut Resolved) -> Vec<Problem> {
        let attached = &self.attached;
        resolved.names = order::names(attached);
        resolved.members = Members::of(attached, &resolved.names);
        resolved.orders = order::orders(
            attached,
            &resolved.names,
            &resolved.members,
            &self.plan_relations,
        );
        let sorted = order::sort(attached, &resolved.orders);
        resolved.order = sorted.order;
        let circles = sorted.circles.iter();
        circles
            .map(|circle| order::describe(circle, &resolved.orders, attached, &resolved.names))
            .collect()
    }

    fn find_undecided(&self, resolved: &mut Resolved) {
        let decided = decided(&self.attached, resolved, &self.plan_relations);
        let pairs = undecided::pairs(&resolved.lists, &decided, self.strict);
        (resolved.undecided, resolved.early_readers) = (pairs.writers, pairs.early_readers);
    }

    fn handlers_of(&self, instance: usize) -> Result<Vec<Handler>, Cause> {
        let callback = self.dispatcher.instance(instance);
        catch(|| callback.handlers())
    }

    fn bind_handler(
        &mut self,
        resolved: &mut Resolved,
        rank: usize,
        instance: usize,
        handler: Handler,
    ) -> Result<(), Box<Problem>> {
        let Handler {
            at,
            location,
            erased,
            provides,
            period,
        } = handler;
        let said = attached_period::<L>(&self.attached[instance].periods, at);
        let period = said.or(period);
        if let Some((first, second)) = erased.clash() {
            return Err(Box::new(Problem {
                kind: ProblemKind::Clash,
                callback: resolved.names[instance].to_string(),
                breakpoint: Some(at.name()),
                state: Some(short_type_name(second.type_name)),
                location,
                text: clash_text(first, second).into(),
            }));
        }
        // To put a value in, its thunk asks for everything; nobody is to be told of that.
        let accesses = match provides {
            Some(_) => Vec::new(),
            None => erased.accesses().to_vec(),
        };
        let (index, changes_state) = (at.index(), erased.changes_state());
        let can_run_in_background = erased.can_run_in_background();
        let queue = self
            .background_queue(instance)
            .filter(|_| can_run_in_background);
        let portable = self.attached[instance].portable();
        let bound = self
            .dispatcher
            .bind(index, instance, erased, period.clone(), portable);
        if bound {
            match period {
                Some(_) => resolved.periodic.set(index),
                None => resolved.active.set(index),
            }
            let asks_where = |access: &Access| {
                access.kind == AccessKind::Everything
                    || access.type_id == TypeId::of::<Breakpoint>()
            };
            if accesses.iter().any(asks_where) {
                self.dispatcher.provide_breakpoint(index, *at);
            }
            let nth = resolved.lists[index].len();
            resolved.lists[index].push(HandlerRecord {
                instance,
                rank,
                location,
                accesses,
                changes_state,
                on_failure: self.attached[instance].on_failure,
                provides,
                period,
                traits: self.dispatcher.traits(index, nth),
                group: None,
                can_run_in_background,
                queue,
            });
        }
        Ok(())
    }
}

pub(crate) fn decided<'p>(
    attached: &'p [Attached],
    resolved: &Resolved,
    plan_relations: &[PlanRelation],
) -> Decided<'p> {
    let (orders, order) = (&resolved.orders, &resolved.order);
    Decided::of(attached, orders, order, &resolved.members, plan_relations)
}

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

/// The index of the breakpoint that has this role.
pub(crate) fn with_role<L: Loop>(role: Role) -> Option<usize> {
    L::BREAKPOINTS
        .iter()
        .position(|bind_handler| bind_handler.role() == role)
}
