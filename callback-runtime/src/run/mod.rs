//! A run: one pass through a loop, with the callbacks of its plan.
//!
//! * [`fire`](Run::fire) runs the handlers of a breakpoint (`fire.rs`), and what they answer is taken in (`heed.rs`);
//! * [`scope`](Run::scope) owns a begin/end pair and catches a leave of it (`scope.rs`);
//! * the beginning and the one ending are in `ending.rs`;
//! * [`Guard`] is the same for engines whose control flow is not ours (`guard.rs`).

mod ask;
mod brk;
mod dispatcher;
mod ending;
mod fire;
mod group;
mod guard;
mod heed;
mod last;
mod late;
mod lenient;
mod scope;
mod wish;

pub use brk::Break;
pub(crate) use dispatcher::{Bound, Machine, Traits};
pub use guard::Guard;

use crate::breakpoint::Loop;
use crate::failure::Failure;
use crate::marks::Marks;
use crate::outcome::{Outcome, Stop};
use crate::plan::{AnyCallback, Parts, Plan, PlanError, Resolved, StopRule};
use crate::raw::Frame;
use crate::state::{AsState, Ctx};
use ending::Found;
use lenient::Swallows;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wish::Wish;

/// A run under way: what the closure given to [`Plan::run`] fires breakpoints with.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::Break;
/// breakpoints! { pub loop Relax { scope RUN { on_run_begin; on_start; on_run_end; } } }
///
/// /// The loop, apart from what it is run with.
/// fn relax(run: &mut Run<'_, Relax>) -> Result<(), Break> {
///     run.scope(Relax::RUN, |run| {
///         run.fire(Relax::on_start)?;
///         run.state().insert(0.5);
///         Ok(())
///     })?;
///     Ok(())
/// }
///
/// let mut state = State::new();
/// let outcome = Plan::<Relax>::new().run(&mut state, relax)?;
/// assert!(outcome.is_finished());
/// assert_eq!(state.get(), Some(&0.5));
/// # Ok::<(), PlanError>(())
/// ```
#[repr(C)]
pub struct Run<'a, L: Loop> {
    /// What handlers are called with: the state. At the address of the whole, so that a firing keeps one address less.
    frame: Frame<'a>,
    machine: &'a mut Machine<dyn AnyCallback<L>>,
    resolved: &'a Resolved,
    course: Course,
}

/// What a run knows of itself.
#[derive(Default)]
struct Course {
    /// The breakpoints that are looked at when fired: those with handlers, or all while something is pending.
    live: Marks,
    /// Those whose handlers have a period each: they are looked at when one of them may be due.
    waiting: Marks,
    /// A firing is not just to run the handlers: something is pending, or late.
    attention: bool,
    /// A leave, a stop or a failure waits to be handed on.
    pending: bool,
    /// The open scopes, outermost first.
    open: Vec<usize>,
    stage: Stage,
    wish: Option<Wish>,
    /// What was wished at the end of an outermost scope: it becomes the wish if the loop goes on.
    /// Boxed, because it is looked at in every firing and hardly ever there.
    late: Option<Box<Wish>>,
    failure: Option<Failure>,
    /// What the state held that the run puts there itself.
    found: Found,
    /// How many callbacks, in their order, have been entered.
    entered: usize,
    /// The end of an outermost scope has been fired, and none has been opened since.
    is_over: bool,
    /// Whether a stop may take effect.
    refuse_stops: Option<StopRule>,
    refused: Vec<Stop>,
    swallows: Swallows,
    /// Handlers that were skipped, by breakpoint and place in its list.
    skipped: std::collections::BTreeMap<(usize, usize), u64>,
}

/// How far a run has come on its way to its ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Stage {
    #[default]
    Running,
    /// `on_stop` or `on_interrupt` has been fired. Flows have no effect any more.
    Told,
    /// The end of an outermost scope is fired. An error leads to the exits directly; what is wished acts only if the loop
    /// goes on.
    Ending,
    /// The same of a run that was stopped, or the exits: flows have no effect.
    Closing,
}

impl<L: Loop> Plan<L> {
    /// Checks the plan and runs the loop `body` with it. Every callback is entered before and exited afterwards, in every
    /// ending; a panic, of a handler or of `body`, is an ending too.
    ///
    /// The `Err` is a plan with problems, told before anything ran; a run that failed says so in its outcome.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Flow::stop("enough"));
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     run.scope(Relax::STEP, |_| Ok(()))?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(outcome.stopped().map(Stop::reason), Some("enough"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn run<'s>(
        &mut self,
        state: impl Into<Ctx<'s>>,
        body: impl FnOnce(&mut Run<'_, L>) -> Result<(), Break>,
    ) -> Result<Outcome, PlanError> {
        let state = state.into();
        self.prepare(state.as_table())?;
        let mut run = Run::begin(self.parts(), state);
        if run.enter().is_ok() {
            let caught = catch_unwind(AssertUnwindSafe(|| body(&mut run)));
            run.heed_body(caught);
        }
        Ok(run.end())
    }
}

impl<'a, L: Loop> Run<'a, L> {
    fn begin(parts: Parts<'a, L>, mut state: Ctx<'a>) -> Self {
        let Parts {
            machine,
            resolved,
            clock,
            gates,
            totals,
            refuse_stops,
        } = parts;
        let course = Course {
            live: resolved.live,
            waiting: resolved.timed,
            found: Found::take(&mut state),
            refuse_stops,
            ..Course::default()
        };
        clock.begin();
        let now = clock.position_if_it_can_be_told(state.as_table());
        machine.begin(gates, &now, &totals);
        Self {
            machine,
            resolved,
            frame: Frame::of(state.into_view(), gates, clock),
            course,
        }
    }

    /// What it knows of itself, for a guard to keep.
    fn into_course(mut self) -> Course {
        std::mem::take(&mut self.course)
    }

    /// The state of the run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut state = State::new();
    /// let outcome = Plan::<Fit>::new().run(&mut state, |run| {
    ///     run.state().insert(1_u32);
    ///     Ok(())
    /// })?;
    /// assert_eq!(state.get(), Some(&1_u32));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state(&mut self) -> Ctx<'_> {
        Ctx::from(self.frame.view())
    }

    /// Whether any handler runs at a breakpoint: a loop may leave out work that only they would see.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {});
    /// let mut handled = Vec::new();
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     handled = vec![run.is_handled(Fit::on_epoch_end), run.is_handled(Fit::on_epoch_begin)];
    ///     Ok(())
    /// })?;
    /// assert_eq!(handled, [true, false]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_handled<A>(&self, at: crate::At<L, A>) -> bool {
        let (resolved, at) = (self.resolved, at.index());
        resolved.live.has(at) || resolved.timed.has(at)
    }

    /// Notes an error of the loop's own now and not when it is handed on, for a loop that has something to finish first. Later
    /// errors are attached to the first one. A break that is no error is handed back as it is.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut closed_after_failure = false;
    /// let outcome = Plan::<Fit>::new().run(&mut State::new(), |run| {
    ///     let read = Err("no data".into()).map_err(|broken| run.note(broken));
    ///     closed_after_failure = run.failure().is_some();
    ///     read
    /// })?;
    /// assert!(closed_after_failure);
    /// assert_eq!(outcome.failed().unwrap().cause().to_string(), "no data");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn note(&mut self, broken: Break) -> Break {
        self.heed_body::<()>(Ok(Err(broken)));
        Break::PENDING
    }

    /// How the run has failed, if it has; nothing more will run then but what is told of it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// let mut seen = None;
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::before_step, || Err::<(), _>("the disk is full"));
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     let stepped = run.scope(Relax::STEP, |_| Ok(()));
    ///     seen = run.failure().map(|failure| failure.cause().to_string());
    ///     stepped.map(drop)
    /// })?;
    /// assert_eq!(seen.as_deref(), Some("the disk is full"));
    /// # assert!(outcome.failed().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn failure(&self) -> Option<&Failure> {
        self.course.failure.as_ref()
    }
}

impl<L: Loop> fmt::Debug for Run<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self
            .course
            .open
            .iter()
            .map(|scope| L::SCOPES[*scope].name());
        write!(f, "Run<{}> in ", L::NAME)?;
        f.debug_list().entries(open).finish()
    }
}
