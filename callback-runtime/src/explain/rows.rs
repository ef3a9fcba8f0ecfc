//! The listings of an explanation: one for each breakpoint, with one row for each handler.

use crate::callback::Location;
use crate::loops::Breakpoint;
use crate::outcome::OnFailure;
use std::fmt;

/// A breakpoint and its handlers, in the order in which they run.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("first");
/// plan.on(Fit::on_epoch_end, || {}).named("second");
/// let explanation = plan.explain(&State::new())?;
/// let listing = &explanation.breakpoints()[0];
/// assert_eq!(listing.breakpoint().name(), "on_epoch_end");
/// let names: Vec<_> = listing.rows().iter().map(|row| row.callback()).collect();
/// assert_eq!(names, ["first", "second"]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub(super) breakpoint: &'static Breakpoint,
    pub(super) rows: Vec<Row>,
}

impl Listing {
    /// The breakpoint.
    pub fn breakpoint(&self) -> &'static Breakpoint {
        self.breakpoint
    }

    /// The handlers of the breakpoint, in the order in which they run.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// One handler at one breakpoint.
///
/// ```
/// use callbacks::explain::Why;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |_: &Epoch, _: Option<&Loss>| {}).named("print").weight(10.0);
/// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("decay");
/// let explanation = plan.explain(&State::new())?;
/// let [decay, print] = explanation.rows(Fit::on_epoch_end) else { unreachable!() };
/// assert_eq!((decay.callback(), decay.weight()), ("decay", 0.0));
/// assert_eq!(decay.writes(), ["LearningRate"]);
/// assert_eq!(print.reads(), ["Epoch", "Loss?"]);
/// assert_eq!(print.why(), &Why::Weight);
/// assert_eq!(print.place(), 2);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The position at the breakpoint, from 1.
    pub(super) place: usize,
    /// The name of the callback.
    pub(super) callback: String,
    pub(super) weight: f64,
    pub(super) discovered: bool,
    pub(super) why: Why,
    pub(super) reads: Vec<StateUse>,
    pub(super) writes: Vec<StateUse>,
    pub(super) provides: Vec<String>,
    /// The declared period; `None` for a handler that runs at every firing.
    pub(super) period: Option<String>,
    /// Where the handler runs, if the plan has an executor.
    pub(super) executor: Option<String>,
    /// What a failure does to the run: at enter always `Fail`, elsewhere the policy of the callback.
    pub(super) on_failure: OnFailure,
    pub(super) location: Location,
}

impl Row {
    /// The position of the handler at its breakpoint, from 1.
    pub fn place(&self) -> usize {
        self.place
    }

    /// The name of the callback.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// The weight of the callback.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Whether the callback was discovered, and not attached by hand.
    pub fn is_discovered(&self) -> bool {
        self.discovered
    }

    /// The reason for the position of the handler.
    pub fn why(&self) -> &Why {
        &self.why
    }

    /// The state that the handler reads and does not write.
    pub fn reads(&self) -> &[StateUse] {
        &self.reads
    }

    /// The state that the handler may change. A handler that asks for `Ctx` writes `everything`.
    pub fn writes(&self) -> &[StateUse] {
        &self.writes
    }

    /// The state that the handler inserts if it is absent.
    pub fn provides(&self) -> &[String] {
        &self.provides
    }

    /// How often the handler runs, if not at every firing.
    pub fn period(&self) -> Option<&str> {
        self.period.as_deref()
    }

    /// Where the handler runs, if the plan has an executor: `parallel, group 1`, or the loop's thread. The groups of each breakpoint are
    /// numbered from 1.
    pub fn executor(&self) -> Option<&str> {
        self.executor.as_deref()
    }

    /// What a failure of the handler does to the run.
    pub fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    /// The source location of the handler.
    pub fn location(&self) -> Location {
        self.location
    }
}

/// A type of state that a handler asks for. Displayed as the name of the type, with a question mark if the handler asks for an `Option`.
/// It compares equal to that text.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |_: Option<&Loss>| {});
/// let explanation = plan.explain(&State::new())?;
/// let loss = &explanation.breakpoints()[0].rows()[0].reads()[0];
/// assert_eq!(loss, &"Loss?");
/// assert_eq!((loss.state(), loss.is_optional()), ("Loss", true));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateUse {
    pub(super) state: String,
    pub(super) optional: bool,
}

impl StateUse {
    /// The name of the type, without its path. With its path if two types of the plan have the same name.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Whether the handler asks for an `Option`, and runs without the state, too.
    pub fn is_optional(&self) -> bool {
        self.optional
    }
}

impl fmt::Display for StateUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.optional { "?" } else { "" };
        write!(f, "{}{mark}", self.state)
    }
}

impl PartialEq<&str> for StateUse {
    fn eq(&self, text: &&str) -> bool {
        let mark = if self.optional { "?" } else { "" };
        text.strip_suffix(mark) == Some(&*self.state)
    }
}

/// The reason for the position of a handler at its breakpoint: why it runs after the handler above it or, for the first handler, before
/// the handler below it.
///
/// ```
/// use callbacks::explain::Why;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("light").weight(-1.0);
/// plan.on(Fit::on_epoch_end, || {}).named("first");
/// plan.on(Fit::on_epoch_end, || {}).named("second");
/// plan.on(Fit::on_epoch_end, || {}).named("waits").weight(-2.0).after("second");
/// plan.on(Fit::on_fit_end, || {}).named("single");
/// let explanation = plan.explain(&State::new())?;
/// let why: Vec<_> = explanation.rows(Fit::on_epoch_end).iter().map(|row| row.why().to_string()).collect();
/// assert_eq!(why, ["weight", "weight", "insertion", "after second"]);
/// assert_eq!(explanation.rows(Fit::on_fit_end)[0].why(), &Why::Alone);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// No other callback has a handler here.
    Alone,
    /// The weights decide.
    Weight,
    /// The weights are equal, and the callback that was inserted first runs first.
    Insertion,
    /// A declared order puts the handler after the named callbacks; weight and insertion do not.
    After(String),
    /// A declared order puts the handler before the named callback, which is below it; weight and insertion do not.
    Before(String),
    /// By weight and insertion the handler would run later, but the named callback, which is below it, waits for another callback that has no
    /// handler here.
    Meanwhile(String),
    /// The handler above it belongs to the same callback. Handlers of one callback run in the order in which they are declared.
    Written,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alone => f.write_str("alone"),
            Self::Weight => f.write_str("weight"),
            Self::Insertion => f.write_str("insertion"),
            Self::After(other) => write!(f, "after {other}"),
            Self::Before(other) => write!(f, "before {other}"),
            Self::Meanwhile(other) => write!(f, "{other} waits"),
            Self::Written => f.write_str("as written"),
        }
    }
}
