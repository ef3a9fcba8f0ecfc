//! What a run does at the begin and the end of a scope that counts. A plan finds the slots once, and each scope uses them.

use super::{LoopInfo, RoundInfo, ScopeId};
use crate::raw::{Slot, View};
use crate::record::Record;

/// Advances a counter, if it is in the state.
pub(super) type Advance = Box<dyn Fn(&mut View<'_>) + Send + Sync>;

/// Reads a counter; 0 if it is absent.
pub(super) type CountReader = Box<dyn Fn(&mut View<'_>) -> u64 + Send + Sync>;

/// What the scopes of a loop count; nothing in most loops.
///
/// The box hides its type, so that a program that drops a plan does not compile the code that drops each counter.
#[derive(Default)]
pub(crate) struct ScopeCounts(Option<Box<dyn CountScopes>>);

/// What [`ScopeCounts`] has in its box: [`Counts`] alone.
pub(crate) trait CountScopes: Send + Sync {
    /// Advances the counters of a scope that begins. If the scope is a round, its record begins.
    fn begin(&self, scope: ScopeId, state: &mut View<'_>);
    /// Marks the record as complete, if the scope that ends is a round.
    fn complete(&self, scope: ScopeId, state: &mut View<'_>);
}

/// The counters that the scopes of a loop advance, and the scopes that are rounds.
struct Counts {
    counters: Vec<(ScopeId, Advance)>,
    rounds: Option<RoundScopes>,
}

/// The scopes that are rounds: each counts, and ends where the record is complete.
struct RoundScopes {
    scopes: Vec<ScopeId>,
    info: RoundInfo,
    count: CountReader,
    record: Slot<Record>,
}

impl ScopeCounts {
    pub(crate) fn of(loop_info: &'static LoopInfo) -> Self {
        let counts = || -> Box<dyn CountScopes> { Box::new(Counts::of(loop_info)) };
        Self((!loop_info.counters.is_empty()).then(counts))
    }

    /// Returns what counts; `None` if no scope does.
    #[inline]
    pub(crate) fn get(&self) -> Option<&dyn CountScopes> {
        self.0.as_deref()
    }
}

impl Counts {
    fn of(loop_info: &'static LoopInfo) -> Self {
        let counters = loop_info.counters.iter();
        Self {
            counters: counters
                .map(|counter| (counter.scope(), counter.advance()))
                .collect(),
            rounds: RoundScopes::of(loop_info),
        }
    }

    fn round_at(&self, scope: ScopeId) -> Option<&RoundScopes> {
        let rounds = self.rounds.as_ref();
        rounds.filter(|rounds| rounds.scopes.contains(&scope))
    }
}

impl CountScopes for Counts {
    fn begin(&self, scope: ScopeId, state: &mut View<'_>) {
        for (counted, advance) in &self.counters {
            if *counted == scope {
                advance(state);
            }
        }
        if let Some(round) = self.round_at(scope) {
            let count = (round.count)(state);
            if let Some(record) = state.get_mut_at(&round.record) {
                record.begin(round.info.at(count));
            }
        }
    }

    fn complete(&self, scope: ScopeId, state: &mut View<'_>) {
        if let Some(round) = self.round_at(scope)
            && let Some(record) = state.get_mut_at(&round.record)
        {
            record.complete();
        }
    }
}

impl RoundScopes {
    /// Returns the scopes of the loop that are rounds, if a scope counts them.
    fn of(loop_info: &'static LoopInfo) -> Option<Self> {
        let info = loop_info.rounds?;
        let ends_round =
            |scope: ScopeId| loop_info.breakpoints[loop_info.scopes[scope].end()].is_round_end();
        let counters = loop_info.counters.iter();
        let counters = counters.filter(|counter| counter.type_id() == info.counter());
        let scopes = counters.map(|counter| counter.scope());
        Some(Self {
            scopes: scopes.filter(|scope| ends_round(*scope)).collect(),
            info,
            count: info.reader(),
            record: Slot::of(),
        })
    }
}
