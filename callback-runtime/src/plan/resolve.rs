//! From what is attached to what runs: the order, the names, and one list of bound handlers for each breakpoint.

use super::order::{Decided, Members, PlanSays};
use super::problem::{Problem, ProblemKind};
use super::{Attached, Plan, Text, declared, order, schedule, undecided};
use crate::background::Background;
use crate::breakpoint::{Breakpoint, Loop, Role};
use crate::callback::short_type_name;
use crate::catch::catch;
use crate::failure::Cause;
use crate::handlers::Handler;
use crate::leniency::OnFailure;
use crate::marks::Marks;
use crate::period::Period;
use crate::raw::{Need, Want};
use crate::run::Traits;
use crate::site::Site;
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
    pub(crate) lists: Vec<Vec<Placed>>,
    /// Where a callback has handlers, also those that could not be bound; without the callbacks that could not say.
    pub(super) handled: HashMap<usize, Marks>,
    /// The breakpoints that have a handler without a period.
    pub(crate) live: Marks,
    /// The breakpoints that have a handler with a period.
    pub(crate) timed: Marks,
    /// Whom others name.
    pub(super) members: Members,
    /// Those whose types have parameters: what their types are called does not name them.
    pub(super) generic: HashSet<usize>,
    /// What was said of the order.
    pub(crate) orders: Vec<declared::Order>,
    /// Writers of one state whose order nobody decided.
    pub(crate) undecided: Vec<declared::Undecided>,
    /// The same of who reads and who writes after it.
    pub(crate) early_readers: Vec<declared::Undecided>,
}

/// A handler in its list.
pub(crate) struct Placed {
    pub(crate) instance: usize,
    /// The rank of its callback among all.
    pub(crate) rank: usize,
    pub(crate) site: Site,
    pub(crate) wants: Vec<Want>,
    /// It may change the state.
    pub(crate) changes_state: bool,
    /// What its failure does to the run.
    pub(crate) on_failure: OnFailure,
    /// It does nothing but put this into the state.
    pub(crate) provides: Option<Want>,
    /// How often it runs, if not whenever its breakpoint fires.
    pub(crate) period: Option<Period>,
    pub(super) traits: Traits,
    /// Which group of its list it is in.
    pub(super) group: Option<usize>,
    /// It can run in the background.
    pub(crate) can_lag: bool,
    /// The queue that it runs behind, if it does.
    pub(crate) queue: Option<Background>,
}

impl<L: Loop> Plan<L> {
    /// Brings `resolved` up to date, and says what could not be bound.
    pub(super) fn resolve(&mut self) -> Vec<Problem> {
        if !self.stale {
            return Vec::new();
        }
        let mut problems = self.fulfil();
        self.ask_again();
        self.note_periods();
        self.machine.disarm();
        let mut resolved = Resolved {
            lists: L::BREAKPOINTS.iter().map(|_| Vec::new()).collect(),
            handled: HashMap::with_capacity(self.attached.len()),
            ..Resolved::default()
        };
        problems.extend(self.put_in_order(&mut resolved));
        for (rank, instance) in resolved.order.clone().into_iter().enumerate() {
            if self.machine.instance(instance).is_generic() {
                resolved.generic.insert(instance);
            }
            match self.handlers_of(instance) {
                Ok(handlers) => {
                    let at = handlers.iter().map(|handler| handler.at.index());
                    resolved.handled.insert(instance, at.collect());
                    self.open_lane(instance, &handlers);
                    for handler in handlers {
                        let placed = self.place(&mut resolved, rank, instance, handler);
                        problems.extend(placed.err().map(|problem| *problem));
                    }
                }
                Err(why) => {
                    let (name, site) = (&resolved.names[instance], self.attached[instance].site());
                    let text = format!("its `handlers` {why}");
                    let text = Text::plain(text);
                    problems.push(Problem::of_plan(ProblemKind::Panicked, name, site, text));
                }
            }
        }
        self.find_undecided(&mut resolved);
        self.find_groups(&mut resolved);
        self.resolved = resolved;
        self.remind();
        self.stale = false;
        problems
    }

    /// Names and order. What was said of the order may be a circle.
    fn put_in_order(&self, resolved: &mut Resolved) -> Vec<Problem> {
        let attached = &self.attached;
        resolved.names = order::names(attached);
        resolved.members = Members::of(attached, &resolved.names);
        resolved.orders = order::orders(attached, &resolved.names, &resolved.members, &self.says);
        let sorted = order::sort(attached, &resolved.orders);
        resolved.order = sorted.order;
        let circles = sorted.circles.iter();
        circles
            .map(|circle| order::describe(circle, &resolved.orders, attached, &resolved.names))
            .collect()
    }

    fn find_undecided(&self, resolved: &mut Resolved) {
        let decided = decided(&self.attached, resolved, &self.says);
        let pairs = undecided::pairs(&resolved.lists, &decided, self.strict);
        (resolved.undecided, resolved.early_readers) = (pairs.writers, pairs.early_readers);
    }

    fn handlers_of(&self, instance: usize) -> Result<Vec<Handler>, Cause> {
        let callback = self.machine.instance(instance);
        catch(|| callback.handlers())
    }

    fn place(
        &mut self,
        resolved: &mut Resolved,
        rank: usize,
        instance: usize,
        handler: Handler,
    ) -> Result<(), Box<Problem>> {
        let Handler {
            at,
            site,
            thunk,
            provides,
            period,
        } = handler;
        let said = schedule::scheduled::<L>(&self.attached[instance].periods, at);
        let period = said.or(period);
        if let Some((first, second)) = thunk.clash() {
            return Err(Box::new(Problem {
                kind: ProblemKind::Clash,
                callback: resolved.names[instance].to_string(),
                breakpoint: Some(at.name()),
                state: Some(short_type_name(second.type_name)),
                site,
                text: clash_text(first, second).into(),
            }));
        }
        // To put a value in, its thunk asks for everything; nobody is to be told of that.
        let wants = match provides {
            Some(_) => Vec::new(),
            None => thunk.wants().to_vec(),
        };
        let (index, changes_state) = (at.index(), thunk.changes_state());
        let can_lag = thunk.can_lag();
        let queue = self.queue_of(instance).filter(|_| can_lag);
        let portable = self.attached[instance].portable();
        let armed = self
            .machine
            .arm(index, instance, thunk, period.clone(), portable);
        if armed {
            match period {
                Some(_) => resolved.timed.set(index),
                None => resolved.live.set(index),
            }
            let asks_where = |want: &Want| {
                want.need == Need::Everything || want.type_id == TypeId::of::<Breakpoint>()
            };
            if wants.iter().any(asks_where) {
                self.machine.tell(index, *at);
            }
            let nth = resolved.lists[index].len();
            resolved.lists[index].push(Placed {
                instance,
                rank,
                site,
                wants,
                changes_state,
                on_failure: self.attached[instance].on_failure,
                provides,
                period,
                traits: self.machine.traits(index, nth),
                group: None,
                can_lag,
                queue,
            });
        }
        Ok(())
    }
}

pub(super) fn decided<'p>(
    attached: &'p [Attached],
    resolved: &Resolved,
    says: &[PlanSays],
) -> Decided<'p> {
    let (orders, order) = (&resolved.orders, &resolved.order);
    Decided::of(attached, orders, order, &resolved.members, says)
}

fn clash_text(first: Want, second: Want) -> String {
    let name = |want: &Want| short_type_name(want.type_name);
    if first.need == Need::Everything || second.need == Need::Everything {
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
    L::BREAKPOINTS.iter().position(|place| place.role() == role)
}
