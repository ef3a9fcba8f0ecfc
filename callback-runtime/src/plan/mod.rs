//! Plans: callbacks and state, ordered, checked and resolved. What actually runs.

mod attach;
mod check;
mod discover;
mod erased;
mod explain;
mod order;
mod problem;
mod resolve;

pub use attach::Attachment;
pub(crate) use erased::AnyCallback;
pub use explain::Explanation;
pub use problem::{PlanError, Problem, ProblemKind};
pub(crate) use resolve::{Placed, Resolved, with_role};

use crate::availability::States;
use crate::breakpoint::{Breakpoint, Loop};
use crate::callback::{About, Callback};
use crate::raw::{Machine, Table};
use crate::site::Site;
use crate::state::{Ctx, State};
use discover::Request;
use std::any::TypeId;
use std::fmt;

/// The callbacks of a loop, ordered and checked: what actually runs.
///
/// Callbacks are attached; then [`run`](Self::run) checks the plan against the state, and runs the loop with it. A plan
/// runs as often as one likes.
///
/// ```
/// # use callbacks::*;
/// # #[derive(Debug, Clone, Copy)]
/// # struct Relax;
/// # impl Relax { const STEP: Scope<Self> = Scope::new(0); const AFTER_STEP: At<Self> = At::new(2); }
/// # impl Loop for Relax {
/// #     const NAME: &'static str = "Relax";
/// #     const SCOPES: &'static [ScopeInfo] = &[ScopeInfo::new("STEP", None, 1, 2, None)];
/// #     const BREAKPOINTS: &'static [Breakpoint] = &[
/// #         Breakpoint::new("Relax", 0, "on_enter", Role::Enter, None, None),
/// #         Breakpoint::new("Relax", 1, "before_step", Role::Begin, Some(0), None),
/// #         Breakpoint::new("Relax", 2, "after_step", Role::End, Some(0), None),
/// #         Breakpoint::new("Relax", 3, "on_exit", Role::Exit, None, None),
/// #     ];
/// #     fn states(_: &mut States<Self>) {}
/// # }
/// struct Position(f64);
///
/// let mut state = State::new();
/// state.insert(Position(1.0));
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::AFTER_STEP, |position: &Position| println!("{:.3}", position.0));
/// let outcome = plan.run(&mut state, |run| {
///     for _ in 0..10 {
///         run.scope(Relax::STEP, |run| {
///             if let Some(position) = run.state().get_mut::<Position>() {
///                 position.0 *= 0.5;
///             }
///             Ok(())
///         })?;
///     }
///     Ok(())
/// })?;
/// assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct Plan<L: Loop> {
    pub(crate) machine: Machine<dyn AnyCallback<L>>,
    /// One for each callback of the machine.
    attached: Vec<Attached>,
    requests: Vec<Request>,
    /// The next place of insertion.
    next_place: usize,
    of_loop: States<L>,
    of_run: States<L>,
    pub(crate) refuse_stops: Option<StopRule>,
    pub(crate) resolved: Resolved,
    /// Something was attached since `resolved` was made.
    stale: bool,
    notes: Vec<Problem>,
}

/// Why a stop, raised at a breakpoint, may not take effect; `None` if it may.
///
/// ```
/// use callbacks::StopRule;
///
/// let not_before_ten: StopRule = |state, _at| {
///     let steps = state.get::<u64>().copied().unwrap_or_default();
///     (steps < 10).then(|| format!("{steps} of at least 10 steps"))
/// };
/// ```
pub type StopRule = fn(&Ctx<'_>, &Breakpoint) -> Option<String>;

/// What a plan knows of a callback.
struct Attached {
    about: About,
    type_id: TypeId,
    /// Name and weight given when it was attached.
    name: Option<String>,
    weight: Option<f64>,
    /// Where it stands among the others: the place of the call that attached it, and its rank within that call.
    place: (usize, usize),
    added_at: Site,
    by_hand: bool,
    /// Not suppressed by an instance attached by hand.
    active: bool,
}

impl Attached {
    fn weight(&self) -> f64 {
        self.weight.unwrap_or_else(|| self.about.own_weight())
    }

    fn explicit_name(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.about.explicit_name())
    }

    /// Where it is written or, if that is not known, attached.
    fn site(&self) -> Site {
        self.about.own_site().unwrap_or(self.added_at)
    }
}

impl<L: Loop> Plan<L> {
    /// A plan without callbacks.
    pub fn new() -> Self {
        Self {
            machine: Machine::new(L::BREAKPOINTS.len()),
            attached: Vec::new(),
            requests: Vec::new(),
            next_place: 0,
            of_loop: States::of_loop(),
            of_run: States::nothing(),
            refuse_stops: None,
            resolved: Resolved::default(),
            stale: true,
            notes: Vec::new(),
        }
    }

    /// Says what only the coming runs know: state that they provide beside what the loop declares, and breakpoints that they
    /// will not fire. Replaces what was said before.
    pub fn expect(&mut self, say: impl FnOnce(&mut States<L>)) -> &mut Self {
        self.of_run = States::nothing();
        say(&mut self.of_run);
        self
    }

    /// Lets a rule of the loop refuse stops: asked when a callback stops the run, it answers why that is too early, or `None`. A
    /// refused stop is noted in the outcome and forgotten. An interrupt is not asked about.
    pub fn refuse_stops(&mut self, rule: StopRule) -> &mut Self {
        self.refuse_stops = Some(rule);
        self
    }

    /// Checks the plan against a state without running anything. All problems are reported together.
    pub fn check(&mut self, state: &State) -> Result<(), PlanError> {
        self.prepare(state.table())
    }

    /// What is worth knowing of the plan and no error: handlers that can never run. Filled by a check.
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// The first callback of type `C`: to read, after a run, what it has gathered.
    pub fn get<C: Callback<L>>(&self) -> Option<&C> {
        let mut all = (0..self.attached.len()).filter(|at| self.attached[*at].active);
        all.find_map(|at| self.machine.instance(at).get().as_any().downcast_ref())
    }

    /// The first callback of type `C`, to change.
    pub fn get_mut<C: Callback<L>>(&mut self) -> Option<&mut C> {
        let is_one = |at: &usize| {
            self.attached[*at].active && self.machine.instance(*at).get().as_any().is::<C>()
        };
        let at = (0..self.attached.len()).find(is_one)?;
        // What it tells of itself may change with it.
        self.stale = true;
        self.machine
            .instance_mut(at)
            .get_mut()
            .as_any_mut()
            .downcast_mut()
    }

    /// The names of the callbacks, in the order in which they run. Empty before a check.
    pub fn names(&self) -> Vec<&str> {
        let resolved = &self.resolved;
        let order = resolved.order.iter();
        order.map(|at| resolved.names[*at].as_ref()).collect()
    }

    /// Resolves what has changed, and checks.
    pub(crate) fn prepare(&mut self, state: &Table) -> Result<(), PlanError> {
        let mut problems = self.resolve();
        problems.extend(check::check(&check::Subject {
            attached: &self.attached,
            resolved: &self.resolved,
            of_loop: &self.of_loop,
            of_run: &self.of_run,
            state,
        }));
        problems.sort_by_key(Problem::site);
        let (errors, notes): (Vec<_>, Vec<_>) = problems.into_iter().partition(Problem::is_error);
        self.notes = notes;
        if errors.is_empty() {
            return Ok(());
        }
        // Resolved anew next time, so that it reports the same problems again.
        self.stale = true;
        Err(PlanError::new(errors))
    }
}

impl<L: Loop> Default for Plan<L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Loop> fmt::Debug for Plan<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self
            .attached
            .iter()
            .map(|callback| callback.about.type_label());
        write!(f, "Plan<{}> ", L::NAME)?;
        f.debug_list().entries(labels).finish()
    }
}
