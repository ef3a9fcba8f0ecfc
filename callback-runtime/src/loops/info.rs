//! A loop as a value, so that what does not depend on its type is compiled once.

use super::{Breakpoint, BreakpointId, Loop, Role, ScopeId, ScopeInfo};
use std::any::TypeId;

/// What a [`Loop`] declares in its constants.
#[derive(Debug)]
pub(crate) struct LoopInfo {
    pub(crate) type_id: TypeId,
    pub(crate) name: &'static str,
    pub(crate) breakpoints: &'static [Breakpoint],
    pub(crate) scopes: &'static [ScopeInfo],
}

impl LoopInfo {
    pub(crate) const fn of<L: Loop>() -> &'static Self {
        const {
            &Self {
                type_id: TypeId::of::<L>(),
                name: L::NAME,
                breakpoints: L::BREAKPOINTS,
                scopes: L::SCOPES,
            }
        }
    }

    /// The ids of all breakpoints, in the order of one pass.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = BreakpointId> + use<> {
        BreakpointId::first(self.breakpoints.len())
    }

    /// The first breakpoint with that role. A loop has at most one for enter, stop, interrupt, error and exit.
    pub(crate) fn with_role(&self, role: Role) -> Option<BreakpointId> {
        let mut all = self.breakpoints.iter();
        Some(all.find(|breakpoint| breakpoint.role() == role)?.id())
    }

    pub(crate) fn role(&self, breakpoint: BreakpointId) -> Role {
        self.breakpoints[breakpoint].role()
    }

    /// Whether `inner` is `outer` or a scope inside of it.
    pub(crate) fn is_inside(&self, inner: ScopeId, outer: ScopeId) -> bool {
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
