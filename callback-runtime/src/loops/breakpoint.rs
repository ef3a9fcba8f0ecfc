//! Loops: kinds of iteration, with named breakpoints and the scopes around them.

use super::{Availability, BreakpointId, ScopeId};
use std::fmt;
use std::marker::PhantomData;

/// A kind of iteration with named breakpoints. Declared with `breakpoints!`, which writes this impl.
///
/// ```
/// use callbacks::{At, Breakpoint, Loop, Role, Scope, ScopeInfo, Availability};
///
/// /// What `breakpoints!` writes, by hand.
/// #[derive(Debug, Clone, Copy)]
/// struct Relax;
///
/// impl Relax {
///     const BEFORE_STEP: At<Self> = At::new(1);
///     const AFTER_STEP: At<Self> = At::new(2);
///     const STEP: Scope<Self> = Scope::new(0);
/// }
///
/// impl Loop for Relax {
///     const NAME: &'static str = "Relax";
///     const SCOPES: &'static [ScopeInfo] = &[ScopeInfo::new("STEP", None, 1, 2, None)];
///     const BREAKPOINTS: &'static [Breakpoint] = &[
///         Breakpoint::new("Relax", 0, "on_enter", Role::Enter, None, None),
///         Breakpoint::new("Relax", 1, "before_step", Role::Begin, Some(0), None),
///         Breakpoint::new("Relax", 2, "after_step", Role::End, Some(0), None),
///         Breakpoint::new("Relax", 3, "on_exit", Role::Exit, None, None),
///     ];
///     fn availability(_: &mut Availability<Self>) {}
/// }
///
/// assert_eq!(Relax::BEFORE_STEP.breakpoint().name(), "before_step");
/// assert_eq!(Relax::STEP.info().name(), "STEP");
/// ```
pub trait Loop: Sized + 'static {
    /// The name of the loop.
    const NAME: &'static str;
    /// Its scopes, outer ones first.
    const SCOPES: &'static [ScopeInfo];
    /// Its breakpoints in the order of one pass, `on_enter` first and `on_exit` last; at most [`MAX_BREAKPOINTS`].
    const BREAKPOINTS: &'static [Breakpoint];
    /// Declares which state exists where.
    fn availability(availability: &mut Availability<Self>);
}

/// Whether the indices of a loop are indices of its own tables. Evaluated in a constant, so that `Plan::new` does not compile for a
/// loop written by hand with wrong ones.
pub(crate) const fn is_well_formed<L: Loop>() -> bool {
    let (breakpoints, scopes) = (L::BREAKPOINTS, L::SCOPES);
    let mut well = breakpoints.len() <= MAX_BREAKPOINTS;
    let mut at = 0;
    while at < breakpoints.len() {
        let scope_exists = match breakpoints[at].scope {
            Some(scope) => (scope as usize) < scopes.len(),
            None => true,
        };
        well = well && breakpoints[at].index as usize == at && scope_exists;
        at += 1;
    }
    at = 0;
    while at < scopes.len() {
        let ScopeInfo {
            parent, begin, end, ..
        } = scopes[at];
        // A parent stands before its children, so that there is no circle.
        let parent_exists = match parent {
            Some(parent) => (parent as usize) < at,
            None => true,
        };
        well = well && begin < end && (end as usize) < breakpoints.len() && parent_exists;
        at += 1;
    }
    well
}

/// The greatest number of breakpoints of a loop. One bit for each fits into four words.
///
/// ```
/// use callbacks::{Fit, Loop, MAX_BREAKPOINTS};
///
/// assert!(Fit::BREAKPOINTS.len() <= MAX_BREAKPOINTS);
/// ```
pub const MAX_BREAKPOINTS: usize = 256;

/// A breakpoint of the loop `L`, as its constant: `Fit::on_epoch_end`. `A` is what handlers there answer besides a
/// [`Flow`](crate::Flow).
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// for at in [Fit::on_train_end, Fit::on_valid_end] {
///     plan.on(at, |metrics: &Metrics| println!("{metrics}")).named(at.breakpoint().name());
/// }
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["on_train_end", "on_valid_end"]);
/// # Ok::<(), PlanError>(())
/// ```
pub struct At<L, A = ()> {
    index: u16,
    of: PhantomData<fn() -> (L, A)>,
}

impl<L: Loop, A> At<L, A> {
    /// The breakpoint at `index` in [`Loop::BREAKPOINTS`], for `breakpoints!`.
    ///
    /// # Panics
    /// For an index out of range, or a loop of more than [`MAX_BREAKPOINTS`]. In a constant, where `breakpoints!` calls it,
    /// that does not compile.
    ///
    /// ```
    /// # use callbacks::{At, Fit};
    /// const FIRST: At<Fit> = At::new(0);
    /// assert_eq!(FIRST.breakpoint().name(), "on_enter");
    /// ```
    pub const fn new(index: u16) -> Self {
        assert!(
            (index as usize) < L::BREAKPOINTS.len() && L::BREAKPOINTS.len() <= MAX_BREAKPOINTS,
            "a breakpoint's index is below the number of its loop's breakpoints, of which there are at most 256"
        );
        Self {
            index,
            of: PhantomData,
        }
    }

    /// Its name, role and phase.
    ///
    /// ```
    /// # use callbacks::Fit;
    /// let place = Fit::on_train_batch_end.breakpoint();
    /// assert_eq!((place.name(), place.phase()), ("on_train_batch_end", Some("train")));
    /// ```
    pub const fn breakpoint(self) -> &'static Breakpoint {
        &L::BREAKPOINTS[self.index as usize]
    }

    #[inline]
    pub(crate) const fn id(self) -> BreakpointId {
        BreakpointId::new(self.index as usize)
    }
}

impl<L, A> Clone for At<L, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L, A> Copy for At<L, A> {}

impl<L: Loop, A> fmt::Debug for At<L, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", L::NAME, self.breakpoint())
    }
}

/// A scope of the loop `L`, as its constant: `Fit::EPOCH`.
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
    of: PhantomData<fn() -> L>,
}

impl<L: Loop> Scope<L> {
    /// The scope at `index` in [`Loop::SCOPES`], for `breakpoints!`.
    ///
    /// # Panics
    /// For an index out of range. In a constant, where `breakpoints!` calls it, that does not compile.
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
            of: PhantomData,
        }
    }

    /// Its name, phase and parent.
    ///
    /// ```
    /// # use callbacks::Fit;
    /// assert_eq!(Fit::TRAIN_BATCH.info().name(), "TRAIN_BATCH");
    /// ```
    pub const fn info(self) -> &'static ScopeInfo {
        &L::SCOPES[self.index as usize]
    }

    pub(crate) const fn id(self) -> ScopeId {
        ScopeId::new(self.index as usize)
    }
}

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

/// The role of a breakpoint in its loop.
///
/// ```
/// use callbacks::{Fit, Loop, Role};
///
/// let ends = Fit::BREAKPOINTS.iter().filter(|place| place.role() == Role::End);
/// assert_eq!(ends.count(), Fit::SCOPES.len());
/// assert_eq!(Fit::on_train_batch_after_loss.breakpoint().role(), Role::Inside);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A callback acquires what it needs; before everything else.
    Enter,
    /// A scope begins.
    Begin,
    /// Between a scope's begin and its end.
    Inside,
    /// A scope ends.
    End,
    /// The run was stopped; just before its outermost scope ends.
    Stop,
    /// The run was interrupted; just before its outermost scope ends.
    Interrupt,
    /// The run failed.
    Error,
    /// A callback gives back what it acquired; after everything else.
    Exit,
}

/// A named place in a loop. A handler that asks for `&Breakpoint` gets the one at which it runs.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Role;
///
/// /// A line for the log.
/// fn line(at: &Breakpoint) -> String {
///     let role = if at.role() == Role::Begin { "begin" } else { "…" };
///     format!("{} {}: {role}, {}", at.loop_name(), at.phase().unwrap_or("-"), at.name())
/// }
///
/// assert_eq!(line(Fit::on_train_begin.breakpoint()), "Fit train: begin, on_train_begin");
/// assert_eq!(Fit::on_epoch_end.breakpoint().to_string(), "on_epoch_end");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breakpoint {
    looping: &'static str,
    index: u16,
    name: &'static str,
    role: Role,
    scope: Option<u8>,
    phase: Option<&'static str>,
}

impl Breakpoint {
    /// A breakpoint of the loop named `looping`: for `breakpoints!`. `index` is its place in [`Loop::BREAKPOINTS`], `scope`
    /// an index into [`Loop::SCOPES`].
    ///
    /// ```
    /// # use callbacks::{Breakpoint, Role};
    /// let place = Breakpoint::new("Relax", 1, "before_step", Role::Begin, Some(0), None);
    /// assert_eq!((place.loop_name(), place.name()), ("Relax", "before_step"));
    /// ```
    pub const fn new(
        looping: &'static str,
        index: u16,
        name: &'static str,
        role: Role,
        scope: Option<u8>,
        phase: Option<&'static str>,
    ) -> Self {
        Self {
            looping,
            index,
            name,
            role,
            scope,
            phase,
        }
    }

    /// The loop's name.
    pub const fn loop_name(&self) -> &'static str {
        self.looping
    }

    /// Its own name, as handlers are named.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The role of the breakpoint in its loop.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The phase around it, in lower case; `None` outside of a phase.
    pub const fn phase(&self) -> Option<&'static str> {
        self.phase
    }

    #[inline]
    pub(crate) const fn id(&self) -> BreakpointId {
        BreakpointId::new(self.index as usize)
    }

    pub(crate) fn scope_id(&self) -> Option<ScopeId> {
        self.scope.map(|scope| ScopeId::new(usize::from(scope)))
    }
}

impl fmt::Display for Breakpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A begin/end pair of breakpoints.
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
    parent: Option<u8>,
    begin: u16,
    end: u16,
    phase: Option<&'static str>,
}

impl ScopeInfo {
    /// A scope inside the scope `parent`, between the breakpoints `begin` and `end`: for `breakpoints!`. All three are indices,
    /// into [`Loop::SCOPES`] and [`Loop::BREAKPOINTS`].
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

    /// Its name, as its constant.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The phase that it is, in lower case; `None` for a scope that is not declared as one.
    pub const fn phase(&self) -> Option<&'static str> {
        self.phase
    }

    /// The scope it is written in, as an index into [`Loop::SCOPES`]; `None` for an outermost one.
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
