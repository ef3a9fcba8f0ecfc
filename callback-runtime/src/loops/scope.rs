//! The scopes of a loop, and the typed constants that name them.

use super::{Breakpoint, BreakpointId, Loop, ScopeId};
use std::fmt;
use std::marker::PhantomData;

/// A scope of the loop `L`, which names it with a constant such as `Fit::EPOCH`.
///
/// ```
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut steps = 0;
/// let outcome = Plan::<Relax>::new().run(&mut State::new(), |run| {
///     run.scope(Relax::STEP, |_| Ok(steps += 1)).map(drop)
/// })?;
/// assert!(outcome.is_finished());
/// assert_eq!((steps, Relax::STEP.info().name()), (1, "STEP"));
/// # Ok::<(), PlanError>(())
/// ```
pub struct Scope<L> {
    index: u8,
    marker: PhantomData<fn() -> L>,
}

impl<L: Loop> Scope<L> {
    /// Returns the scope at `index` in [`Loop::SCOPES`]. This is for `breakpoints!`.
    ///
    /// # Panics
    /// Panics if the index is out of range. `breakpoints!` calls it in a constant, which does not compile then.
    ///
    /// ```
    /// # use callbacks::{Fit, Scope};
    /// const OUTERMOST: Scope<Fit> = Scope::new(0);
    /// assert_eq!(OUTERMOST.info().name(), "FIT");
    /// ```
    pub const fn new(index: u8) -> Self {
        assert!(
            (index as usize) < L::SCOPES.len(),
            "a scope's index is below the number of its loop's scopes"
        );
        Self {
            index,
            marker: PhantomData,
        }
    }

    /// Returns the name, phase and parent of the scope.
    ///
    /// ```
    /// # use callbacks::Fit;
    /// assert_eq!(Fit::TRAIN_BATCH.info().name(), "TRAIN_BATCH");
    /// ```
    pub const fn info(self) -> &'static ScopeInfo {
        &L::SCOPES[self.index as usize]
    }

    /// Returns the breakpoint at which the scope ends.
    pub(crate) fn end(self) -> &'static Breakpoint {
        &L::BREAKPOINTS[self.info().end().index()]
    }

    pub(crate) const fn id(self) -> ScopeId {
        ScopeId::new(self.index as usize)
    }

    /// Returns the scope with this id.
    pub(crate) fn of_id(id: ScopeId) -> Option<Self> {
        let index = u8::try_from(id.index()).ok()?;
        Some(Self {
            index,
            marker: PhantomData,
        })
    }
}

impl<L> PartialEq for Scope<L> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<L> Eq for Scope<L> {}

impl<L> Clone for Scope<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Scope<L> {}

impl<L: Loop> fmt::Debug for Scope<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", L::NAME, self.info().name)
    }
}

/// The declaration of a scope: a begin and an end breakpoint, and the scope around it.
///
/// ```
/// use callbacks::{Fit, Loop};
///
/// let batch = Fit::TRAIN_BATCH.info();
/// let around = batch.parent().map(|index| Fit::SCOPES[index]);
/// assert_eq!(batch.name(), "TRAIN_BATCH");
/// assert_eq!(around.and_then(|scope| scope.phase()), Some("train"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeInfo {
    name: &'static str,
    pub(super) parent: Option<u8>,
    pub(super) begin: u16,
    pub(super) end: u16,
    phase: Option<&'static str>,
}

impl ScopeInfo {
    /// Makes a scope inside the scope `parent`, from the breakpoint `begin` to the breakpoint `end`. This is for `breakpoints!`. `parent` is an
    /// index into [`Loop::SCOPES`], and the breakpoints are indices into [`Loop::BREAKPOINTS`].
    ///
    /// ```
    /// # use callbacks::ScopeInfo;
    /// let step = ScopeInfo::new("STEP", None, 1, 2, None);
    /// assert_eq!((step.name(), step.parent()), ("STEP", None));
    /// ```
    pub const fn new(
        name: &'static str,
        parent: Option<u8>,
        begin: u16,
        end: u16,
        phase: Option<&'static str>,
    ) -> Self {
        Self {
            name,
            parent,
            begin,
            end,
            phase,
        }
    }

    /// Returns the name of the scope, which is the name of its constant.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the phase that the scope is, in lower case; `None` for a scope that is not declared as a phase.
    pub const fn phase(&self) -> Option<&'static str> {
        self.phase
    }

    /// Returns the scope around this scope, as an index into [`Loop::SCOPES`]; `None` for an outermost scope.
    pub fn parent(&self) -> Option<usize> {
        self.parent.map(usize::from)
    }

    pub(crate) fn parent_id(&self) -> Option<ScopeId> {
        self.parent().map(ScopeId::new)
    }

    pub(crate) const fn begin(&self) -> BreakpointId {
        BreakpointId::new(self.begin as usize)
    }

    pub(crate) const fn end(&self) -> BreakpointId {
        BreakpointId::new(self.end as usize)
    }
}
