//! The states of a plan's periods, so that they go on from where they were.

use crate::callback::{CallbackId, HandlerId};
use crate::loops::{BreakpointId, Loop};
use crate::period::PeriodState;
use crate::plan::{Plan, PlanCore};
use std::borrow::Cow;
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
    period_states: BTreeMap<Key, PeriodState>,
}

/// A handler: its callback's name, its breakpoint, and its place among the callback's handlers with a period there.
type Key = (Arc<str>, Cow<'static, str>, usize);

/// What was kept of a period is not what this version writes.
///
/// ```
/// # use callbacks::Periods;
/// let mut periods = Periods::default();
/// let error = periods.keep("save", "on_epoch_end", 0, &[7]).unwrap_err();
/// assert!(error.to_string().starts_with("what was kept of the period of save at on_epoch_end"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "what was kept of the period of {callback} at {breakpoint} is not what this version writes; \
     leave it out, and the period goes on from where the loop stands"
)]
pub struct UnreadablePeriod {
    callback: String,
    breakpoint: String,
}

impl Periods {
    /// The contents for a file. For each handler: the name of its callback, its breakpoint, its place among the callback's handlers with a
    /// period there, and the numbers of its state.
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
        let period_states = self.period_states.iter();
        period_states.map(|((callback, at, nth), period_state)| {
            (
                callback.as_ref(),
                at.as_ref(),
                *nth,
                period_state.to_words(),
            )
        })
    }

    /// Adds an entry that [`entries`](Self::entries) returned.
    pub fn keep(
        &mut self,
        callback: &str,
        breakpoint: &str,
        nth: usize,
        numbers: &[u64],
    ) -> Result<(), UnreadablePeriod> {
        let period_state = PeriodState::from_words(numbers).ok_or_else(|| UnreadablePeriod {
            callback: callback.to_owned(),
            breakpoint: breakpoint.to_owned(),
        })?;
        let key = (callback.into(), breakpoint.to_owned().into(), nth);
        self.period_states.insert(key, period_state);
        Ok(())
    }
}

impl<L: Loop> Plan<L> {
    /// The states of the periods of the plan's handlers. With the loop's counters this is all that a run needs to go on as if it had not been
    /// interrupted, also in another process. A plan that runs again goes on by itself.
    ///
    /// See [`Periods`] for an example.
    pub fn periods(&self) -> Periods {
        self.core.periods()
    }

    /// Lets the periods of this plan go on from `periods`. States of handlers that the plan does not have are kept until it has them.
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
        for (key, handler) in self.periodic() {
            if let Some(state) = self.dispatcher.period_state(handler) {
                periods.period_states.insert(key, state);
            }
        }
        periods
    }

    /// Saves what the periods of the bound handlers remember, before the handlers are bound anew.
    pub(crate) fn save_period_states(&mut self) {
        self.periods = self.periods();
    }

    /// Lets the periods of the bound handlers go on from the saved states.
    pub(crate) fn restore_period_states(&mut self) {
        for (key, handler) in self.periodic() {
            if let Some(state) = self.periods.period_states.get(&key) {
                self.dispatcher.restore_period(handler, state);
            }
        }
    }

    /// The handlers that have a period, each with its key.
    fn periodic(&self) -> Vec<(Key, HandlerId)> {
        let mut nths: HashMap<(BreakpointId, CallbackId), usize> = HashMap::new();
        let records = self.dispatcher.all_records();
        let periodic = records.filter(|(_, record)| record.period.is_some());
        let keyed = periodic.map(|(handler, record)| {
            let nth = nths
                .entry((handler.breakpoint, record.callback))
                .or_default();
            let name = self.resolved.names[record.callback].clone();
            let breakpoint = &self.loop_info.breakpoints[handler.breakpoint];
            let key = (name, breakpoint.name().into(), *nth);
            *nth += 1;
            (key, handler)
        });
        keyed.collect()
    }
}
