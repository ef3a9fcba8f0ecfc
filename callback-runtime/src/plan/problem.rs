//! The problems of a plan, which a check reports before anything runs.

use super::problem_text::{ProblemText, length, one_line, wrap};
use crate::callback::Location;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) callback: String,
    pub(crate) breakpoint: Option<&'static str>,
    pub(crate) state: Option<String>,
    pub(crate) location: Location,
    pub(crate) text: ProblemText,
}

/// What kind of thing is wrong.
///
/// ```
/// use callbacks::ProblemKind;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |_: &String| {});
/// plan.on(Fit::on_epoch_end, |_: &Epoch, _: &mut Epoch| {});
/// plan.require("nobody");
/// let error = plan.check(&State::new()).unwrap_err();
/// let kinds: Vec<_> = error.problems().iter().map(|problem| problem.kind()).collect();
/// assert_eq!(kinds, [ProblemKind::Missing, ProblemKind::Clash, ProblemKind::Required]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A handler asks for state that nothing provides.
    Missing,
    /// A handler asks for state that exists elsewhere in the loop.
    NotHere,
    /// Two parameters of a handler that cannot be held together.
    Clash,
    /// A handler asks to change what only the run changes.
    ReadOnly,
    /// Two provide the same state.
    TwoProviders,
    /// Two callbacks have the same explicit name.
    SameName,
    /// A weight is NaN.
    Weight,
    /// A required callback is not there.
    Required,
    /// The declared orders of some callbacks form a circle.
    Circle,
    /// Two callbacks are attached that one of them says cannot be together.
    Incompatible,
    /// Two callbacks write the same state, and nothing decides which of them runs first.
    Conflict,
    /// A callback reads what another one writes after it, and nothing decides that order.
    EarlyReader,
    /// A `Default`, a filter, `info` or `handlers` of a callback panicked while the plan was made.
    Panicked,
    /// A callback that must run in parallel and cannot.
    NotParallel,
    /// A callback with `parallel` can run in parallel, but no other handler can run beside it. A note, no error.
    Alone,
    /// A callback for the background cannot run there, or only some of its handlers can.
    Background,
    /// A setting of the loop that cannot be.
    Setting,
    /// A handler can never run. Worth knowing, but no error.
    NeverRuns,
    /// The order of callbacks that write the same state is that of a list written by hand. Worth knowing, but no error.
    Undecided,
}

impl Problem {
    /// About a callback, or something else of the plan, as a whole.
    pub(crate) fn of_plan(
        kind: ProblemKind,
        info: &str,
        location: Location,
        text: impl Into<ProblemText>,
    ) -> Self {
        Self {
            kind,
            callback: info.to_owned(),
            breakpoint: None,
            state: None,
            location,
            text: text.into(),
        }
    }

    /// What kind of thing is wrong.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The callback's name.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// The breakpoint, where it is about one.
    pub fn breakpoint(&self) -> Option<&'static str> {
        self.breakpoint
    }

    /// The type of the state, where it is about one.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The handler's place in the source, or where the callback is attached.
    pub fn location(&self) -> Location {
        self.location
    }

    /// What to write instead, or what helps to find that out.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |notes: &mut String| notes.push('.'));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// let hint = error.problems()[0].hint();
    /// assert_eq!(hint, Some("insert one into the state before the run, or ask for `Option<&String>`"));
    /// ```
    pub fn hint(&self) -> Option<&str> {
        self.text.hint()
    }

    pub(crate) fn is_error(&self) -> bool {
        let is_note = matches!(
            self.kind,
            ProblemKind::NeverRuns | ProblemKind::Undecided | ProblemKind::Alone
        );
        !is_note
    }

    /// The callback and the breakpoint, then `text`.
    fn line(&self, text: &impl fmt::Display) -> String {
        let at = match self.breakpoint {
            Some(breakpoint) => format!(" at {breakpoint}"),
            None => String::new(),
        };
        one_line(&format!("{}: {}{at}: {text}", self.location, self.callback))
    }

    /// The lines of a report: the problem, each of its steps, and the hint.
    fn report(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{INDENT}{}", self.line(&self.text.what()))?;
        for step in self.text.steps() {
            write!(f, "\n{INDENT}{INDENT}{INDENT}{}", one_line(step))?;
        }
        let room = WIDTH - 2 * length(INDENT);
        for line in self
            .hint()
            .into_iter()
            .flat_map(|hint| wrap(&one_line(hint), room))
        {
            write!(f, "\n{INDENT}{INDENT}{line}")?;
        }
        Ok(())
    }
}

/// In one line, with its hint.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(&self.text))
    }
}

/// All problems of a plan, of which nothing has run. The text shows the first twenty, each with what to write instead, and counts the
/// others.
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    problems: Vec<Problem>,
}

/// A report of more problems than this ends in a count.
const SHOWN: usize = 20;
/// The width of the lines of a report.
const WIDTH: usize = 100;
const INDENT: &str = "  ";

impl PlanError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// The problems, by their place in the source.
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

impl Error for PlanError {}
