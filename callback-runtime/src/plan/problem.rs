//! The problems of a plan. A check reports them before anything runs.

use super::problem_text::{ProblemText, length, one_line, wrap};
use crate::callback::Location;
use crate::debug_as_display;
use std::error::Error;
use std::fmt;

/// One problem of a plan.
///
/// ```
/// use callbacks::ProblemKind;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_train_batch_begin, |loss: &Loss| println!("{loss}")).named("hasty");
/// let error = plan.check(&State::new()).unwrap_err();
/// let problem = &error.problems()[0];
/// assert_eq!((problem.kind(), problem.callback()), (ProblemKind::NotHere, "hasty"));
/// assert_eq!((problem.breakpoint(), problem.state()), (Some("on_train_batch_begin"), Some("Loss")));
/// assert!(problem.location().line() > 0);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    /// The name of the callback or, for a problem of the whole plan, of what is wrong: a loop, a request or a setting.
    pub(crate) callback: String,
    /// The name of the breakpoint, for a problem of one handler.
    pub(crate) breakpoint: Option<&'static str>,
    /// The short name of the type, for a problem of one type of state.
    pub(crate) state: Option<String>,
    /// The source location that the report names.
    pub(crate) location: Location,
    /// The call that attached the callback. `None` for a problem of the whole plan.
    pub(crate) attached_at: Option<Location>,
    pub(crate) text: ProblemText,
}

/// The rule that a plan breaks.
///
/// ```
/// use callbacks::ProblemKind;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |_: &String| {});
/// plan.on(Fit::on_epoch_end, |_: &Epoch, _: &mut Epoch| {});
/// plan.require("gradient clipping");
/// let error = plan.check(&State::new()).unwrap_err();
/// let kinds: Vec<_> = error.problems().iter().map(|problem| problem.kind()).collect();
/// assert_eq!(kinds, [ProblemKind::Missing, ProblemKind::Clash, ProblemKind::Required]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A handler asks for state that nothing provides.
    Missing,
    /// A handler asks for state that does not exist at its breakpoint, but elsewhere in the loop.
    NotHere,
    /// Two parameters of a handler cannot be borrowed together.
    Clash,
    /// A handler asks to change state that only the run changes.
    ReadOnly,
    /// Two callbacks, or a callback and the loop, provide the same state.
    TwoProviders,
    /// Two callbacks have the same explicit name.
    SameName,
    /// A weight is NaN.
    Weight,
    /// A required callback is not attached.
    Required,
    /// An order names a callback that is not attached, and the name of an attached one is similar.
    Misspelt,
    /// An order names a callback that is not attached. A note, not an error.
    Idle,
    /// The declared orders of some callbacks form a circle: each must run before the next one, and the last one before the first.
    Circle,
    /// Two callbacks are attached, and one of them declares that it is incompatible with the other.
    Incompatible,
    /// Two callbacks write the same state, and only insertion decides which of them runs first.
    Conflict,
    /// A callback reads state that another one writes after it, and only insertion decides that order.
    EarlyReader,
    /// User code panicked while the plan was prepared: a `Default`, a filter, `info` or `handlers`.
    Panicked,
    /// A callback with `parallel` cannot run in parallel.
    NotParallel,
    /// A callback with `parallel` can run in parallel, but no other handler can run at the same time. A note, not an error.
    Alone,
    /// A callback cannot run in the background, or only some of its handlers can.
    Background,
    /// A setting is invalid, such as a period of 0 steps.
    Setting,
    /// A callback monitors a name that nothing puts into the record.
    NotRecorded,
    /// A callback monitors a name that the run does not record, or that is similar to one that it does, unless a callback that does not declare
    /// its names adds it. A note, not an error.
    MaybeNotRecorded,
    /// A callback has no effect without a breakpoint that the run does not fire.
    NotFired,
    /// A handler can never run. A note, not an error.
    NeverRuns,
    /// A callback that [`Plan::discover`](crate::Plan::discover) finds cannot be made without arguments. A note, not an error.
    NeedsArguments,
    /// Callbacks that were attached by hand write the same state, and only insertion decides their order. A note, not an error.
    Undecided,
}

impl Problem {
    /// Makes a problem of a callback as a whole, or of the plan. `name` is the name of the callback or of what else is wrong.
    pub(crate) fn of_plan(
        kind: ProblemKind,
        name: &str,
        location: Location,
        text: impl Into<ProblemText>,
    ) -> Self {
        Self {
            kind,
            callback: name.to_owned(),
            breakpoint: None,
            state: None,
            location,
            attached_at: None,
            text: text.into(),
        }
    }

    /// Sets the short name of the type of state.
    pub(crate) fn with_state(self, state: String) -> Self {
        let state = Some(state);
        Self { state, ..self }
    }

    /// The rule that the plan breaks.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The name of the callback. For a problem of the whole plan, the name of the loop, request or setting that is wrong.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// The name of the breakpoint, if the problem is one of a handler.
    pub fn breakpoint(&self) -> Option<&'static str> {
        self.breakpoint
    }

    /// The type of the state, if the problem is one of a type of state.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The source location of the handler or the callback; the call that attached the callback, if it has none or is
    /// [ready-made](crate::CallbackInfo::ready_made).
    pub fn location(&self) -> Location {
        self.location
    }

    /// The call that attached the callback, such as `plan.add(…)`, `.callback(…)` or `plan.discover()`. `None` for a problem of the whole
    /// plan. The text names it if it is not the [location](Self::location).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # struct Journal;
    /// #[callback(register = false)]
    /// impl Journal {
    ///     fn on_epoch_end(&self, notes: &mut String) {
    ///         notes.push('.');
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Journal);
    /// let error = plan.check(&State::new()).unwrap_err();
    /// let problem = &error.problems()[0];
    /// let attached_at = problem.attached_at().unwrap();
    /// assert!(attached_at.line() > problem.location().line());
    /// assert!(problem.to_string().contains(&format!("Journal at on_epoch_end (attached at {attached_at}): nothing provides")));
    /// ```
    pub fn attached_at(&self) -> Option<Location> {
        self.attached_at
    }

    /// What to write instead, or what helps to find out.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |notes: &mut String| notes.push('.'));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// let hint = error.problems()[0].hint();
    /// assert_eq!(hint, Some("insert one with `state.insert(…)`, `.state(…)` or `.lend(…)`, or ask for `Option<&String>`"));
    /// ```
    pub fn hint(&self) -> Option<&str> {
        self.text.hint.as_deref()
    }

    pub(crate) fn is_error(&self) -> bool {
        let notes = [
            ProblemKind::NeverRuns,
            ProblemKind::NeedsArguments,
            ProblemKind::Undecided,
            ProblemKind::Alone,
            ProblemKind::Idle,
            ProblemKind::MaybeNotRecorded,
        ];
        !notes.contains(&self.kind)
    }

    /// Returns the location, the callback, the breakpoint, the attachment and `text` as one line.
    fn line(&self, text: &impl fmt::Display) -> String {
        let Self {
            location, callback, ..
        } = self;
        let at = self
            .breakpoint
            .map(|breakpoint| format!(" at {breakpoint}"));
        let attached_at = self.attached_at.filter(|at| !at.is_same_line(location));
        let attached_at = attached_at.map(|attached_at| format!(" (attached at {attached_at})"));
        let [at, attached_at] = [at, attached_at].map(Option::unwrap_or_default);
        one_line(&format!("{location}: {callback}{at}{attached_at}: {text}"))
    }

    /// Writes the lines of a report: the problem, each of its steps, and the hint.
    fn report(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{INDENT}{}", self.line(&self.text.what))?;
        for step in &self.text.steps {
            write!(f, "\n{INDENT}{INDENT}{INDENT}{}", one_line(step))?;
        }
        let room = WIDTH - 2 * length(INDENT);
        if let Some(hint) = self.hint() {
            for line in wrap(&one_line(hint), room) {
                write!(f, "\n{INDENT}{INDENT}{line}")?;
            }
        }
        Ok(())
    }
}

/// Writes the problem and its hint on one line.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(&self.text))
    }
}

/// All problems of a plan, found before anything has run. The text shows the first twenty, each with what to write instead, and counts
/// the others.
///
/// ```
/// use callbacks::prelude::*;
///
/// fn train(plan: &mut Plan<Fit>) -> Result<Outcome, PlanError> {
///     plan.run(&mut State::new(), |_run| Ok(()))
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |notes: &mut String| notes.push('.'));
/// let error = train(&mut plan).unwrap_err();
/// assert_eq!(error.problems().len(), 1);
/// assert!(error.to_string().starts_with("the plan has 1 problem\n"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PlanError {
    pub(super) problems: Vec<Problem>,
}

/// The number of problems that a report shows before it counts the others.
const SHOWN: usize = 20;
/// The width in characters at which the hints of a report are wrapped.
const WIDTH: usize = 100;
const INDENT: &str = "  ";

impl PlanError {
    /// The problems, sorted by their source location.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "the plan has {count} problem{plural}")?;
        for problem in self.problems.iter().take(SHOWN) {
            problem.report(f)?;
        }
        match count.checked_sub(SHOWN) {
            Some(more @ 1..) => write!(f, "\n  … and {more} more"),
            _ => Ok(()),
        }
    }
}

debug_as_display!(Problem, PlanError);

impl Error for PlanError {}
