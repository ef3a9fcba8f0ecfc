//! The trait [`Loop`], the breakpoints of a loop, and the typed constants that name them.

use super::role::{RecordStage, Role};
use super::{Alias, Availability, BreakpointId, RoundInfo, ScopeCounter, ScopeId, ScopeInfo};
use std::fmt;
use std::marker::PhantomData;

/// A kind of iteration with named breakpoints. `breakpoints!` declares a loop and writes this impl.
///
/// ```
/// use callbacks::{At, Breakpoint, Loop, Role, Scope, ScopeInfo, Availability};
///
/// /// The code that `breakpoints!` writes, by hand.
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
    /// The scopes of the loop, outer ones before inner ones.
    const SCOPES: &'static [ScopeInfo];
    /// The breakpoints of the loop in the order of one pass, `on_enter` first and `on_exit` last; at most [`MAX_BREAKPOINTS`].
    const BREAKPOINTS: &'static [Breakpoint];
    /// The rounds of the loop; `None` if it does not mark where they are complete. See [`Rounds`](crate::Rounds).
    const ROUNDS: Option<RoundInfo> = None;
    /// The counters that the run advances, each where a scope begins.
    const COUNTERS: &'static [ScopeCounter] = &[];
    /// The names of other frameworks for the breakpoints. A program that does not ask for them has none of them.
    const ALIASES: &'static [Alias] = &[];
    /// Declares which state exists at which breakpoint.
    fn availability(availability: &mut Availability<Self>);
}

/// Whether the indices in the constants of a loop are valid. `Plan::new` calls this in a constant, so that it does not compile for a loop
/// that is written by hand with invalid indices.
pub(crate) const fn is_well_formed<L: Loop>() -> bool {
    let (breakpoints, scopes) = (L::BREAKPOINTS, L::SCOPES);
    let mut valid = breakpoints.len() <= MAX_BREAKPOINTS;
    let mut at = 0;
    while at < breakpoints.len() {
        let scope_exists = match breakpoints[at].scope {
            Some(scope) => (scope as usize) < scopes.len(),
            None => true,
        };
        valid = valid && breakpoints[at].index as usize == at && scope_exists;
        at += 1;
    }
    at = 0;
    while at < scopes.len() {
        let ScopeInfo {
            parent, begin, end, ..
        } = scopes[at];
        // A parent is before its children, so that scopes are not nested in a circle.
        let parent_exists = match parent {
            Some(parent) => (parent as usize) < at,
            None => true,
        };
        valid = valid && begin < end && (end as usize) < breakpoints.len() && parent_exists;
        at += 1;
    }
    valid
}

/// The greatest number of breakpoints of a loop. A set with one bit for each breakpoint fits into four words.
///
/// ```
/// use callbacks::{Fit, Loop, MAX_BREAKPOINTS};
///
/// assert!(Fit::BREAKPOINTS.len() <= MAX_BREAKPOINTS);
/// ```
pub const MAX_BREAKPOINTS: usize = 256;

/// A breakpoint of the loop `L`, which names it with a constant such as `Fit::on_epoch_end`. `A` is the [`Answer`](crate::Answer) that the
/// breakpoint declares; handlers there return it or a [`Flow`](crate::Flow).
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// for at in [Fit::on_train_end, Fit::on_valid_end] {
///     plan.on(at, |record: &Record| println!("{record}")).named(at.breakpoint().name());
/// }
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["on_train_end", "on_valid_end"]);
/// # Ok::<(), PlanError>(())
/// ```
pub struct At<L, A = ()> {
    index: u16,
    marker: PhantomData<fn() -> (L, A)>,
}

impl<L: Loop, A> At<L, A> {
    /// Returns the breakpoint at `index` in [`Loop::BREAKPOINTS`]. This is for `breakpoints!`.
    ///
    /// # Panics
    /// Panics if the index is out of range, or the loop has more than [`MAX_BREAKPOINTS`]. `breakpoints!` calls it in a constant, which does
    /// not compile then.
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
            marker: PhantomData,
        }
    }

    /// Returns the name, role and phase of the breakpoint.
    ///
    /// ```
    /// # use callbacks::Fit;
    /// let breakpoint = Fit::on_train_batch_end.breakpoint();
    /// assert_eq!((breakpoint.name(), breakpoint.phase()), ("on_train_batch_end", Some("train")));
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

/// A named point in a loop, at which handlers run. A handler that asks for `&Breakpoint` gets the one at which it runs.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Role;
///
/// /// A line for the record.
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
    loop_name: &'static str,
    index: u16,
    name: &'static str,
    role: Role,
    scope: Option<u8>,
    phase: Option<&'static str>,
    /// Whether the scope that begins or ends here is a phase.
    bounds_phase: bool,
    /// Whether callbacks poll here, though it may not be the end of a scope.
    polls: bool,
    record: RecordStage,
}

impl Breakpoint {
    /// Makes a breakpoint of the loop named `loop_name`. This is for `breakpoints!`. `index` is its index in [`Loop::BREAKPOINTS`], and `scope`
    /// the index of the scope around it in [`Loop::SCOPES`].
    ///
    /// ```
    /// # use callbacks::{Breakpoint, Role};
    /// let breakpoint = Breakpoint::new("Relax", 1, "before_step", Role::Begin, Some(0), None);
    /// assert_eq!((breakpoint.loop_name(), breakpoint.name()), ("Relax", "before_step"));
    /// ```
    pub const fn new(
        loop_name: &'static str,
        index: u16,
        name: &'static str,
        role: Role,
        scope: Option<u8>,
        phase: Option<&'static str>,
    ) -> Self {
        Self {
            loop_name,
            index,
            name,
            role,
            scope,
            phase,
            bounds_phase: false,
            polls: false,
            record: RecordStage::Undeclared,
        }
    }

    /// Makes this the begin or the end of a phase itself. `breakpoints!` calls this.
    ///
    /// ```
    /// # use callbacks::{Breakpoint, Role};
    /// let breakpoint = Breakpoint::new("Relax", 1, "on_warm_begin", Role::Begin, Some(0), Some("warm"));
    /// assert!(!breakpoint.bounds_phase() && breakpoint.with_phase_bound().bounds_phase());
    /// ```
    #[must_use]
    pub const fn with_phase_bound(self) -> Self {
        Self {
            bounds_phase: true,
            ..self
        }
    }

    /// Makes this a place where the record of a round is complete. `breakpoints!` calls this for `on_step_end completes Step`.
    ///
    /// ```
    /// # use callbacks::{Breakpoint, Role};
    /// let breakpoint = Breakpoint::new("Relax", 3, "after_step", Role::End, Some(0), None);
    /// assert!(!breakpoint.is_round_end() && breakpoint.with_round_end().is_round_end());
    /// ```
    #[must_use]
    pub const fn with_round_end(self) -> Self {
        Self {
            record: RecordStage::Complete,
            ..self
        }
    }

    /// Makes this a place to poll, though it may not be the end of a scope. `breakpoints!` calls this for `on_step_start polls`.
    ///
    /// ```
    /// # use callbacks::{Breakpoint, Role};
    /// let breakpoint = Breakpoint::new("Relax", 2, "on_force", Role::Inside, Some(0), None);
    /// assert!(!breakpoint.is_poll() && breakpoint.with_polls().is_poll());
    /// ```
    #[must_use]
    pub const fn with_polls(self) -> Self {
        Self {
            polls: true,
            ..self
        }
    }

    /// Makes this a place where the record has what was measured. `breakpoints!` calls this for `before_parameter_update measures`.
    ///
    /// ```
    /// # use callbacks::{Breakpoint, Role};
    /// let breakpoint = Breakpoint::new("Relax", 2, "before_update", Role::Inside, Some(0), None);
    /// assert!(!breakpoint.is_measured() && breakpoint.with_measures().is_measured());
    /// ```
    #[must_use]
    pub const fn with_measures(self) -> Self {
        Self {
            record: RecordStage::Measured,
            ..self
        }
    }

    /// Returns the name of the loop.
    pub const fn loop_name(&self) -> &'static str {
        self.loop_name
    }

    /// Returns the name of the breakpoint, after which handlers are named.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the role of the breakpoint in its loop.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns the phase around the breakpoint, in lower case; `None` outside of a phase.
    pub const fn phase(&self) -> Option<&'static str> {
        self.phase
    }

    /// Whether a phase begins or ends here, and not a scope in it.
    ///
    /// ```
    /// # use callbacks::Fit;
    /// assert!(Fit::on_train_end.breakpoint().bounds_phase());
    /// assert!(!Fit::on_train_batch_end.breakpoint().bounds_phase());
    /// ```
    pub const fn bounds_phase(&self) -> bool {
        self.bounds_phase
    }

    /// Whether callbacks poll here: look at the clock, or for a signal. They do at the end of each scope and round, and where the loop
    /// declares `polls`.
    ///
    /// ```
    /// use callbacks::{Driver, Fit};
    ///
    /// assert!(Fit::on_train_batch_end.breakpoint().is_poll());
    /// // A step whose attempts are all rejected has no end.
    /// assert!(Driver::on_step_start.breakpoint().is_poll());
    /// ```
    pub const fn is_poll(&self) -> bool {
        self.polls || self.is_round_end() || matches!(self.role, Role::End)
    }

    /// Whether the record has numbers here that were measured with the parameters as they are here: at the end of each phase, and where the
    /// loop declares `measures`, because it changes the parameters before the round is complete.
    ///
    /// ```
    /// # use callbacks::{Driver, Fit};
    /// assert!(Fit::on_valid_end.breakpoint().is_measured());
    /// assert!(Driver::before_parameter_update.breakpoint().is_measured());
    /// ```
    pub const fn is_measured(&self) -> bool {
        let ends_phase = self.bounds_phase && matches!(self.role, Role::End);
        ends_phase || matches!(self.record, RecordStage::Measured)
    }

    /// Whether the record of a round is complete here.
    ///
    /// ```
    /// use callbacks::Fit;
    ///
    /// assert!(Fit::on_epoch_end.breakpoint().is_round_end());
    /// assert!(!Fit::on_train_batch_end.breakpoint().is_round_end());
    /// ```
    pub const fn is_round_end(&self) -> bool {
        matches!(self.record, RecordStage::Complete)
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
