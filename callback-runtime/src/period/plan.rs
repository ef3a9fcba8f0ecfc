//! Saves and restores the progress of a plan's periods.

use crate::callback::{CallbackId, HandlerId};
use crate::loops::{BreakpointId, Loop, LoopInfo};
use crate::period::PeriodState;
use crate::plan::{Plan, PlanCore, Resolved};
use crate::run::{Dispatcher, RunCore};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The progress of the periods of a plan's handlers. [`Plan::periods`] returns it, and [`Plan::restore_periods`] restores it.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Periods;
///
/// /// Makes a plan with the same callbacks, as another process does.
/// fn plan() -> Plan<Fit> {
///     let mut plan = Plan::<Fit>::new();
///     plan.on(Fit::on_epoch_end, || {}).named("save").every(Period::epochs(10));
///     plan
/// }
///
/// let mut before = plan();
/// before.check(&State::new())?;
/// let saved: Periods = before.periods();
/// let mut after = plan();
/// after.restore_periods(&saved);
/// after.check(&State::new())?;
/// assert_eq!(after.periods(), saved);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Periods {
    states: BTreeMap<HandlerKey, PeriodState>,
}

/// Names a handler: the name of its callback, the name of its breakpoint, and its index among the callback's handlers with a period there.
type HandlerKey = (Arc<str>, Cow<'static, str>, usize);

/// The error of [`Periods::keep`]: this version cannot read the saved state of a period.
///
/// ```
/// # use callbacks::Periods;
/// let mut periods = Periods::default();
/// let error = periods.keep("save", "on_epoch_end", 0, &[7]).unwrap_err();
/// assert!(error.to_string().starts_with("the saved state of the period of save at on_epoch_end"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the saved state of the period of {callback} at {breakpoint} is not one that this version writes; \
     leave it out, and the period continues from the position of the loop"
)]
pub struct UnreadablePeriod {
    callback: String,
    breakpoint: String,
}

crate::debug_as_display!(UnreadablePeriod);

impl Periods {
    /// Returns the contents, for a file. An entry is the name of a callback, a breakpoint, the index of the handler among the callback's
    /// handlers with a period there, and the numbers of its state.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Periods;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("save").every(Period::epochs(10));
    /// plan.check(&State::new())?;
    /// let mut read = Periods::default();
    /// for (callback, breakpoint, nth, numbers) in plan.periods().entries() {
    ///     assert_eq!((callback, breakpoint, nth), ("save", "on_epoch_end", 0));
    ///     read.keep(callback, breakpoint, nth, &numbers)?;
    /// }
    /// assert_eq!(read, plan.periods());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str, usize, Vec<u64>)> {
        let states = self.states.iter();
        states.map(|((callback, at, nth), state)| {
            (callback.as_ref(), at.as_ref(), *nth, state.to_words())
        })
    }

    /// Gives the periods of a callback another name of it. Returns whether there were any.
    pub(crate) fn rename(&mut self, from: &str, to: &str) -> bool {
        let (renamed, others): (BTreeMap<_, _>, _) = std::mem::take(&mut self.states)
            .into_iter()
            .partition(|((callback, ..), _)| **callback == *from);
        let is_found = !renamed.is_empty();
        self.states = others;
        let renamed = renamed.into_iter();
        self.states
            .extend(renamed.map(|((_, at, nth), state)| ((to.into(), at, nth), state)));
        is_found
    }

    /// Adds an entry that [`entries`](Self::entries) returned. The error is that `numbers` is not the state of a period.
    pub fn keep(
        &mut self,
        callback: &str,
        breakpoint: &str,
        nth: usize,
        numbers: &[u64],
    ) -> Result<(), UnreadablePeriod> {
        let state = PeriodState::from_words(numbers).ok_or_else(|| UnreadablePeriod {
            callback: callback.to_owned(),
            breakpoint: breakpoint.to_owned(),
        })?;
        let key = (callback.into(), breakpoint.to_owned().into(), nth);
        self.states.insert(key, state);
        Ok(())
    }
}

impl<L: Loop> Plan<L> {
    /// Returns the progress of the periods of the plan's handlers.
    ///
    /// Together with the loop's counters, it lets another process continue the run as if nothing had interrupted it. A plan that runs again
    /// continues without it.
    ///
    /// See [`Periods`] for an example.
    pub fn periods(&self) -> Periods {
        self.core.periods()
    }

    /// Lets the periods of this plan continue from `periods`. The plan stores the states of handlers that it does not have, for callbacks that
    /// are attached later.
    ///
    /// See [`Periods`] for an example.
    pub fn restore_periods(&mut self, periods: &Periods) -> &mut Self {
        self.core.periods = periods.clone();
        self.core.restore_period_states();
        self
    }
}

impl PlanCore {
    fn periods(&self) -> Periods {
        let mut periods = self.periods.clone();
        periods.add(&self.dispatcher, &self.resolved, self.loop_info);
        periods
    }

    /// Saves the progress of the periods, before the handlers are bound again.
    pub(crate) fn save_period_states(&mut self) {
        self.periods = self.periods();
    }

    /// Restores the saved progress of the periods of the bound handlers.
    pub(crate) fn restore_period_states(&mut self) {
        for (key, handler) in periodic(&self.dispatcher, &self.resolved, self.loop_info) {
            if let Some(state) = self.periods.states.get(&key) {
                self.dispatcher.restore_period(handler, state);
            }
        }
    }
}

impl Periods {
    /// Adds the states of the bound handlers.
    fn add(&mut self, dispatcher: &Dispatcher, resolved: &Resolved, loop_info: &LoopInfo) {
        for (key, handler) in periodic(dispatcher, resolved, loop_info) {
            if let Some(state) = dispatcher.period_state(handler) {
                self.states.insert(key, state);
            }
        }
    }
}

impl RunCore<'_> {
    /// Returns the progress of the periods of this run.
    pub(crate) fn periods(&self) -> Periods {
        let mut periods = Periods::default();
        periods.add(self.dispatcher, self.resolved, self.loop_info);
        let now = self.frame.clock.position_or_default(self.frame.table());
        for state in periods.states.values_mut() {
            *state = state.clone().saved_at(&now);
        }
        periods
    }

    /// Continues the periods of a saved run at the position of the counters, which have been restored.
    pub(crate) fn restore_periods(&mut self, periods: &Periods) {
        let now = self.frame.clock.position_or_default(self.frame.table());
        for (key, handler) in periodic(self.dispatcher, self.resolved, self.loop_info) {
            if let Some(period) = self.dispatcher.period_mut(handler) {
                period.continue_at(periods.states.get(&key), &now);
            }
        }
    }
}

/// Returns the bound handlers that have a period, each with its key.
fn periodic(
    dispatcher: &Dispatcher,
    resolved: &Resolved,
    loop_info: &LoopInfo,
) -> Vec<(HandlerKey, HandlerId)> {
    let mut nths: HashMap<(BreakpointId, CallbackId), usize> = HashMap::new();
    let records = dispatcher.all_records();
    let periodic = records.filter(|(_, record)| record.period.is_some());
    let keyed = periodic.map(|(handler, record)| {
        let nth = nths.entry((record.at, record.callback)).or_default();
        let name = resolved.names[record.callback].clone();
        let breakpoint = &loop_info.breakpoints[handler.breakpoint];
        let key = (name, breakpoint.name().into(), *nth);
        *nth += 1;
        (key, handler)
    });
    keyed.collect()
}
