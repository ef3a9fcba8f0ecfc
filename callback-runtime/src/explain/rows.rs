//! What an explanation is made of: one listing for each breakpoint, one row for each handler in it.

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

    /// Its handlers, in the order in which they run.
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
    pub(super) place: usize,
    pub(super) callback: String,
    pub(super) weight: f64,
    pub(super) discovered: bool,
    pub(super) why: Why,
    pub(super) reads: Vec<StateUse>,
    pub(super) writes: Vec<StateUse>,
    pub(super) provides: Vec<String>,
    pub(super) period: Option<String>,
    pub(super) executor: Option<String>,
    pub(super) on_failure: OnFailure,
    pub(super) location: Location,
}

impl Row {
    /// Its place at the breakpoint, from 1.
    pub fn place(&self) -> usize {
        self.place
    }

    /// The callback's name.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// The callback's weight.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The callback was discovered, not attached by hand.
    pub fn is_discovered(&self) -> bool {
        self.discovered
    }

    /// Why it stands here among the handlers of its breakpoint.
    pub fn why(&self) -> &Why {
        &self.why
    }

    /// The state that it reads and does not write.
    pub fn reads(&self) -> &[StateUse] {
        &self.reads
    }

    /// The state that it may change. `Ctx` is `everything`.
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

    /// Where it runs, if the plan has an executor: `parallel, group 1`, or the loop's thread. Groups are numbered at each breakpoint.
    pub fn executor(&self) -> Option<&str> {
        self.executor.as_deref()
    }

    /// What a failure of its callback does to the run.
    pub fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    /// Where it is written.
    pub fn location(&self) -> Location {
        self.location
    }
}

/// State that a handler asks for. It equals its text, in which a question mark says that the handler can do without.
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
    /// The type of the state, without its path; with it where two types of the plan are called the same.
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The handler can do without.
    pub fn is_optional(&self) -> bool {
        self.optional
    }
}

impl fmt::Display for StateUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let halted_at = if self.optional { "?" } else { "" };
        write!(f, "{}{halted_at}", self.state)
    }
}

impl PartialEq<&str> for StateUse {
    fn eq(&self, text: &&str) -> bool {
        let state = if self.optional {
            text.strip_suffix('?')
        } else {
            Some(*text)
        };
        state == Some(self.state.as_str())
    }
}

/// Why a handler stands where it stands: against the one above it or, for the first one, against the one below.
///
/// ```
/// use callbacks::explain::Why;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("early").weight(-1.0);
/// plan.on(Fit::on_epoch_end, || {}).named("one");
/// plan.on(Fit::on_epoch_end, || {}).named("other");
/// plan.on(Fit::on_epoch_end, || {}).named("waits").weight(-2.0).after("other");
/// plan.on(Fit::on_fit_end, || {}).named("single");
/// let explanation = plan.explain(&State::new())?;
/// let why: Vec<_> = explanation.rows(Fit::on_epoch_end).iter().map(|row| row.why().to_string()).collect();
/// assert_eq!(why, ["weight", "weight", "insertion", "after other"]);
/// assert_eq!(explanation.rows(Fit::on_fit_end)[0].why(), &Why::Alone);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// There is no other callback here.
    Alone,
    /// By weight.
    Weight,
    /// The weights are equal; the one that was inserted first goes first.
    Insertion,
    /// A declared order puts it after these; weight and insertion do not.
    After(String),
    /// A declared order puts the handler below it after it; weight and insertion do not.
    Before(String),
    /// By its weight it would run later, but the handler below it waits for another callback, which has no handler here.
    Meanwhile(String),
    /// Another handler of the same callback stands above; they run as they are written.
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
