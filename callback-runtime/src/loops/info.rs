//! A loop as a value, so that code that does not depend on the loop's type is compiled once.

use super::{Breakpoint, BreakpointId, Loop, Role, RoundInfo, ScopeCounter, ScopeId, ScopeInfo};
use crate::record::RecordedNames;
use crate::state::Ctx;
use std::any::TypeId;

/// The constants of a [`Loop`], and its type.
#[derive(Debug)]
pub(crate) struct LoopInfo {
    pub(crate) type_id: TypeId,
    pub(crate) name: &'static str,
    pub(crate) breakpoints: &'static [Breakpoint],
    pub(crate) scopes: &'static [ScopeInfo],
    pub(crate) rounds: Option<RoundInfo>,
    pub(crate) counters: &'static [ScopeCounter],
}

impl LoopInfo {
    /// Returns the constants of `L`.
    pub(crate) const fn of<L: Loop>() -> &'static Self {
        const {
            &Self {
                type_id: TypeId::of::<L>(),
                name: L::NAME,
                breakpoints: L::BREAKPOINTS,
                scopes: L::SCOPES,
                rounds: L::ROUNDS,
                counters: L::COUNTERS,
            }
        }
    }

    /// Puts the counters that the run advances into the state, and the record of a round with the declared names, unless they are there.
    pub(crate) fn prepare_rounds(&self, state: &mut Ctx<'_>, names: &RecordedNames) {
        for counter in self.counters {
            counter.prepare(state);
        }
        if let Some(rounds) = self.rounds {
            rounds.prepare(state, names);
        }
    }

    /// Whether a scope of the loop advances the counter of this type.
    pub(crate) fn advances(&self, counter: TypeId) -> bool {
        let mut counters = self.counters.iter();
        counters.any(|advanced| advanced.type_id() == counter)
    }

    /// Returns the ids of all breakpoints, in the order of [`Loop::BREAKPOINTS`].
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = BreakpointId> + use<> {
        BreakpointId::first_ids(self.breakpoints.len())
    }

    /// Returns the first breakpoint with this role. A loop has at most one breakpoint with each of the roles enter, stop, interrupt,
    /// error and exit.
    pub(crate) fn first_with_role(&self, role: Role) -> Option<BreakpointId> {
        let mut all = self.breakpoints.iter();
        Some(all.find(|breakpoint| breakpoint.role() == role)?.id())
    }

    pub(crate) fn role(&self, breakpoint: BreakpointId) -> Role {
        self.breakpoints[breakpoint].role()
    }

    /// Returns the outermost scope around `scope`, which may be itself.
    pub(crate) fn outermost(&self, scope: ScopeId) -> ScopeId {
        let mut outermost = scope;
        while let Some(parent) = self.scopes[outermost].parent_id() {
            outermost = parent;
        }
        outermost
    }

    /// Whether `inner` is `outer` or a scope inside it.
    pub(crate) fn is_same_or_inside(&self, inner: ScopeId, outer: ScopeId) -> bool {
        let mut scope = Some(inner);
        while let Some(id) = scope {
            if id == outer {
                return true;
            }
            scope = self.scopes.get(id.index()).and_then(ScopeInfo::parent_id);
        }
        false
    }
}
