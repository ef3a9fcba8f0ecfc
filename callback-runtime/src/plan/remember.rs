//! What the periods of a plan's handlers remember, so that they go on where they were.

use super::Plan;
use crate::breakpoint::Loop;
use crate::period::Memory;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Where the periods of a plan's handlers stand: from [`Plan::periods`], for [`Plan::restore_periods`].
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Periods;
///
/// /// A plan of the same callbacks, as another process makes it.
/// fn plan() -> Plan<Fit> {
///     let mut plan = Plan::<Fit>::new();
///     plan.on(Fit::on_epoch_end, || {}).named("save").every(Period::epochs(10));
///     plan
/// }
///
/// let mut before = plan();
/// before.check(&State::new())?;
/// let kept: Periods = before.periods();
/// let mut after = plan();
/// after.restore_periods(&kept);
/// after.check(&State::new())?;
/// assert_eq!(after.periods(), kept);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Periods {
    memories: BTreeMap<Key, Memory>,
}

/// A handler: its callback's name, its breakpoint, and its place among the callback's handlers with a period there.
type Key = (Arc<str>, &'static str, usize);

impl<L: Loop> Plan<L> {
    /// Where the periods of its handlers stand: with the loop's counters, all that a run needs to go on as if it had not been cut,
    /// also in another process. A plan that runs again goes on by itself.
    ///
    /// See [`Periods`] for an example.
    pub fn periods(&self) -> Periods {
        let mut kept = self.periods.clone();
        for (key, list, at) in self.timed() {
            if let Some(memory) = self.machine.memory(list, at) {
                kept.memories.insert(key, memory);
            }
        }
        kept
    }

    /// Goes on with periods where `periods` were. What is of handlers that this plan does not have is kept for when it has.
    ///
    /// See [`Periods`] for an example.
    pub fn restore_periods(&mut self, periods: &Periods) -> &mut Self {
        self.periods = periods.clone();
        self.remind();
        self
    }

    /// Takes note of what would be lost with the bound handlers.
    pub(super) fn note_periods(&mut self) {
        self.periods = self.periods();
    }

    /// Tells the bound handlers what was noted.
    pub(super) fn remind(&mut self) {
        for (key, list, at) in self.timed() {
            if let Some(memory) = self.periods.memories.get(&key) {
                self.machine.remember(list, at, memory);
            }
        }
    }

    /// The handlers that have a period, and where the machine has them.
    fn timed(&self) -> Vec<(Key, usize, usize)> {
        let mut timed = Vec::new();
        for (list, placed) in self.resolved.lists.iter().enumerate() {
            let mut nths: HashMap<usize, usize> = HashMap::new();
            let handlers = placed.iter().enumerate();
            for (at, handler) in handlers.filter(|(_, handler)| handler.period.is_some()) {
                let nth = nths.entry(handler.instance).or_default();
                let name = self.resolved.names[handler.instance].clone();
                timed.push(((name, L::BREAKPOINTS[list].name(), *nth), list, at));
                *nth += 1;
            }
        }
        timed
    }
}
