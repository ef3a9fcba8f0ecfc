//! From what is attached to what runs: the order, the names, and one list of bound handlers for each breakpoint.

use super::problem::{Problem, ProblemKind};
use super::{Plan, order};
use crate::breakpoint::{Breakpoint, Loop, Role};
use crate::callback::short_type_name;
use crate::failure::Cause;
use crate::handlers::Handler;
use crate::marks::Marks;
use crate::raw::{Need, Want};
use crate::site::Site;
use std::any::TypeId;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    /// The breakpoints that have handlers.
    pub(crate) live: Marks,
}

/// A handler in its list.
pub(crate) struct Placed {
    pub(crate) instance: usize,
    /// The rank of its callback among all.
    pub(crate) rank: usize,
    pub(crate) site: Site,
    pub(crate) wants: Vec<Want>,
}

impl<L: Loop> Plan<L> {
    /// Brings `resolved` up to date, and says what could not be bound.
    pub(super) fn resolve(&mut self) -> Vec<Problem> {
        if !self.stale {
            return Vec::new();
        }
        let mut problems = self.fulfil();
        self.machine.disarm();
        let mut resolved = Resolved {
            order: order::by_weight_then_insertion(&self.attached),
            names: order::names(&self.attached),
            lists: L::BREAKPOINTS.iter().map(|_| Vec::new()).collect(),
            live: Marks::default(),
        };
        for (rank, instance) in resolved.order.clone().into_iter().enumerate() {
            match self.handlers_of(instance) {
                Ok(handlers) => {
                    for handler in handlers {
                        problems.extend(self.place(&mut resolved, rank, instance, handler).err());
                    }
                }
                Err(why) => {
                    let (name, site) = (&resolved.names[instance], self.attached[instance].site());
                    let text = format!("its `handlers` {why}");
                    problems.push(Problem::of_plan(ProblemKind::Panicked, name, site, text));
                }
            }
        }
        self.resolved = resolved;
        self.stale = false;
        problems
    }

    fn handlers_of(&self, instance: usize) -> Result<Vec<Handler>, Cause> {
        let callback = self.machine.instance(instance).get();
        catch_unwind(AssertUnwindSafe(|| callback.handlers())).map_err(Cause::of_panic)
    }

    fn place(
        &mut self,
        resolved: &mut Resolved,
        rank: usize,
        instance: usize,
        handler: Handler,
    ) -> Result<(), Problem> {
        let Handler { at, site, thunk } = handler;
        if let Some((first, second)) = thunk.clash() {
            return Err(Problem {
                kind: ProblemKind::Clash,
                callback: resolved.names[instance].to_string(),
                breakpoint: Some(at.name()),
                state: Some(short_type_name(second.type_name)),
                site,
                text: clash_text(first, second),
            });
        }
        let wants = thunk.wants().to_vec();
        let index = at.index();
        if self.machine.arm(index, instance, thunk).is_ok() {
            resolved.live.set(index);
            let asks_where = |want: &Want| {
                want.need == Need::Everything || want.type_id == TypeId::of::<Breakpoint>()
            };
            if wants.iter().any(asks_where) {
                self.machine.tell(index, *at);
            }
            resolved.lists[index].push(Placed {
                instance,
                rank,
                site,
                wants,
            });
        }
        Ok(())
    }
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
