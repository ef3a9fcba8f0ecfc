//! What is wrong with a plan, told before it runs.

use crate::site::Site;
use std::error::Error;
use std::fmt;

/// One thing that is wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub(crate) kind: ProblemKind,
    pub(crate) callback: String,
    pub(crate) breakpoint: Option<&'static str>,
    pub(crate) state: Option<String>,
    pub(crate) site: Site,
    pub(crate) text: String,
}

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A handler asks for state that nobody provides.
    Missing,
    /// A handler asks for state that exists elsewhere in the loop.
    NotHere,
    /// Two parameters of a handler that cannot be held together.
    Clash,
    /// Two provide the same state.
    TwoProviders,
    /// Two callbacks have the same explicit name.
    SameName,
    /// A weight is NaN.
    Weight,
    /// A required callback is not there.
    Required,
    /// A callback panicked when asked for its handlers.
    Panicked,
    /// A handler can never run. Worth knowing, but no error.
    NeverRuns,
}

impl Problem {
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
    pub fn site(&self) -> Site {
        self.site
    }

    pub(crate) fn is_error(&self) -> bool {
        self.kind != ProblemKind::NeverRuns
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.site, self.callback)?;
        if let Some(breakpoint) = self.breakpoint {
            write!(f, " at {breakpoint}")?;
        }
        write!(f, ": {}", self.text)
    }
}

/// Everything that is wrong with a plan; nothing has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    problems: Vec<Problem>,
}

/// A report of more problems than this ends in a count.
const SHOWN: usize = 20;

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
            write!(f, "\n  {problem}")?;
        }
        match count.checked_sub(SHOWN) {
            Some(more @ 1..) => write!(f, "\n  … and {more} more"),
            _ => Ok(()),
        }
    }
}

impl Error for PlanError {}
