//! The declarations that an [`Availability`](super::Availability) collects, without the type of the loop.

use super::{BreakpointId, BreakpointSet, LoopInfo, Role};
use crate::callback::{Location, ProducedName};
use crate::period::{CounterReader, Position};
use crate::plan::Problem;
use std::any::{TypeId, type_name};
use std::borrow::Cow;

/// Which state exists at which breakpoint of a loop, and which breakpoints a run does not fire. A plan has one table of its loop and one of
/// its run.
pub(crate) struct AvailabilityTable {
    loop_info: &'static LoopInfo,
    /// The types of state that the loop provides, in the order of their declarations.
    pub(crate) declared: Vec<Declared>,
    /// The counters of the loop, at most one for each unit.
    pub(crate) counters: Vec<CounterReader>,
    /// The position at which the run ends, in the units for which it is known.
    pub(crate) totals: Position,
    /// The breakpoints that the run does not fire, each with the reason; the last one of a breakpoint counts. A list, because a program that drops
    /// a plan compiles the code that drops a map.
    pub(crate) silent: Vec<(BreakpointId, String)>,
    /// The names that the loop puts into the record; `None` if it does not say which.
    pub(crate) records: Option<Vec<Cow<'static, str>>>,
    /// The beginnings of names that the run does not record, each with the reason.
    pub(crate) unrecorded: Vec<(&'static str, String)>,
    /// The beginnings of names that the run may not record, each with the reason.
    pub(crate) may_lack: Vec<(&'static str, String)>,
    /// The names that settings of callbacks can refer to, each with its kind.
    pub(crate) known_names: Vec<(&'static str, Cow<'static, str>)>,
    /// The invalid settings of the loop.
    pub(crate) problems: Vec<Problem>,
}

/// A type of state, and the breakpoints at which the loop provides it.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) type_id: TypeId,
    pub(crate) type_name: &'static str,
    /// The breakpoints at which the state exists.
    pub(crate) at: BreakpointSet,
    /// The breakpoint whose firing provides the state. A run that does not fire it does not provide the state.
    since: Option<BreakpointId>,
    /// The source location of the declaration.
    pub(crate) location: Location,
}

impl Declared {
    pub(crate) fn of<T: 'static>(at: BreakpointSet, location: Location) -> Self {
        Self {
            type_id: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            at,
            since: None,
            location,
        }
    }

    /// Sets the breakpoint whose firing provides the state.
    pub(crate) fn since(self, breakpoint: BreakpointId) -> Self {
        Self {
            since: Some(breakpoint),
            ..self
        }
    }
}

impl AvailabilityTable {
    pub(crate) fn new(loop_info: &'static LoopInfo) -> Self {
        Self {
            loop_info,
            declared: Vec::new(),
            counters: Vec::new(),
            totals: Position::new(),
            silent: Vec::new(),
            records: None,
            unrecorded: Vec::new(),
            may_lack: Vec::new(),
            known_names: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Returns all breakpoints of the loop.
    pub(crate) fn everywhere(&self) -> BreakpointSet {
        self.loop_info.ids().collect()
    }

    /// Returns the types that exist at every breakpoint.
    pub(crate) fn of_whole_run(&self) -> Vec<TypeId> {
        let everywhere = self.everywhere();
        let declared = self.declared.iter();
        let declared = declared.filter(|declared| declared.at == everywhere);
        declared.map(|declared| declared.type_id).collect()
    }

    /// Returns the breakpoints with this role.
    pub(crate) fn of_role(&self, role: Role) -> BreakpointSet {
        let has_role = |id: &BreakpointId| self.loop_info.role(*id) == role;
        self.loop_info.ids().filter(has_role).collect()
    }

    /// Returns the last breakpoint of the innermost scope around `breakpoint`; `breakpoint` itself if no scope is around it.
    pub(crate) fn scope_end(&self, breakpoint: BreakpointId) -> BreakpointId {
        let scope = self.loop_info.breakpoints[breakpoint].scope_id();
        scope.map_or(breakpoint, |scope| self.loop_info.scopes[scope].end())
    }

    /// Records that the run does not fire these breakpoints. `because` is the reason.
    pub(crate) fn silence(
        &mut self,
        breakpoints: impl IntoIterator<Item = BreakpointId>,
        because: &str,
    ) {
        let silent = breakpoints.into_iter().map(|id| (id, because.to_owned()));
        self.silent.extend(silent);
    }

    /// Returns the breakpoints inside scopes, except those from `begin` to `end`.
    pub(crate) fn scoped_outside(
        &self,
        begin: BreakpointId,
        end: BreakpointId,
    ) -> impl Iterator<Item = BreakpointId> + use<> {
        let breakpoints = self.loop_info.breakpoints;
        let ids = self.loop_info.ids();
        ids.filter(move |id| breakpoints[*id].scope_id().is_some() && !(begin..=end).contains(id))
    }

    /// Whether the run that this table describes fires the breakpoint that provides the state.
    pub(crate) fn provides(&self, declared: &Declared) -> bool {
        declared
            .since
            .is_none_or(|breakpoint| self.why_silent(breakpoint).is_none())
    }

    /// Returns the reason why the run does not record a value of this name; `None` if it may record it.
    pub(crate) fn why_unrecorded(&self, name: &str) -> Option<&str> {
        let mut unrecorded = self.unrecorded.iter();
        let found = unrecorded.find(|(beginning, _)| name.starts_with(beginning));
        found.map(|(_, because)| because.as_str())
    }

    /// Whether the run may record a value that a callback produces.
    pub(crate) fn may_record(&self, produced: &ProducedName) -> bool {
        let mut at = produced.breakpoint().into_iter();
        at.all(|at| self.why_silent(at).is_none())
    }

    /// Returns the reason why the run does not fire the breakpoint; `None` if it may fire it.
    pub(crate) fn why_silent(&self, breakpoint: BreakpointId) -> Option<&str> {
        let mut silent = self.silent.iter().rev();
        let (_, why) = silent.find(|(silent, _)| *silent == breakpoint)?;
        Some(why)
    }
}
