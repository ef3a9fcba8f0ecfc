//! What is different between two plans: who came, who went, who moved, who does something else.

use crate::loops::Breakpoint;
use std::fmt;

/// What is different between two plans; print it.
///
/// ```
/// use callbacks::explain::What;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |_: &Metrics| {}).named("print");
/// let before = plan.explain(&State::new())?;
/// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("decay").weight(-1.0);
/// let difference = before.diff(&plan.explain(&State::new())?);
///
/// let [change] = difference.changes() else { unreachable!() };
/// assert_eq!((change.callback(), change.what()), ("decay", &What::Came { at: 1 }));
/// assert_eq!(difference.to_string(), "on_epoch_end\n  + decay, at place 1\n");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub(super) changes: Vec<Change>,
}

/// One thing that is different.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("print");
/// let told = plan.explain(&State::new())?;
/// let difference = told.diff(&Plan::<Fit>::new().explain(&State::new())?);
/// let change = &difference.changes()[0];
/// assert_eq!(change.breakpoint(), Some(Fit::on_epoch_end.breakpoint()));
/// assert_eq!(change.callback(), "print");
/// assert_eq!(change.to_string(), "- print");
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub(super) breakpoint: Option<&'static Breakpoint>,
    pub(super) callback: String,
    pub(super) what: What,
}

/// What is different about a callback or one of its handlers.
///
/// ```
/// use callbacks::explain::What;
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("first");
/// plan.on(Fit::on_epoch_end, || {}).named("second");
/// let before = plan.explain(&State::new())?;
/// plan.on(Fit::on_epoch_end, || {}).named("new").weight(-1.0);
/// let difference = before.diff(&plan.explain(&State::new())?);
/// // `first` and `second` stand further down, but not because they moved.
/// assert_eq!(difference.changes().len(), 1);
/// assert_eq!(difference.changes()[0].what(), &What::Came { at: 1 });
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// It is new, at this place.
    Came {
        /// Its place at the breakpoint, from 1.
        at: usize,
    },
    /// It is gone.
    Went,
    /// It passed others that are in both plans.
    Moved {
        /// Its place in the first plan.
        from: usize,
        /// Its place in the second.
        to: usize,
    },
    /// One of its columns is different. A weight is that of the callback, and told once.
    Changed {
        /// Which: `weight`, `reads`, `writes`, `provides`, `period`, `executor` or `on failure`.
        column: &'static str,
        /// What it was; `-` for nothing.
        from: String,
        /// What it is.
        to: String,
    },
}

impl Difference {
    /// All of them: first those of whole callbacks, then those of handlers in the order of the loop.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return f.write_str("no difference\n");
        }
        for at_one in self
            .changes
            .chunk_by(|one, next| one.breakpoint == next.breakpoint)
        {
            let place = at_one.first().and_then(|change| change.breakpoint);
            writeln!(f, "{}", place.map_or("everywhere", Breakpoint::name))?;
            for change in at_one {
                writeln!(f, "  {change}")?;
            }
        }
        Ok(())
    }
}

impl Change {
    /// The breakpoint at which it is different; `None` for what is different of the callback as a whole.
    pub fn breakpoint(&self) -> Option<&'static Breakpoint> {
        self.breakpoint
    }

    /// The name of the callback.
    pub fn callback(&self) -> &str {
        &self.callback
    }

    /// What is different.
    pub fn what(&self) -> &What {
        &self.what
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let callback = &self.callback;
        match &self.what {
            What::Came { at } => write!(f, "+ {callback}, at place {at}"),
            What::Went => write!(f, "- {callback}"),
            What::Moved { from, to } => write!(f, "~ {callback}: place {from} -> {to}"),
            What::Changed { column, from, to } => {
                write!(f, "~ {callback}: {column} {from} -> {to}")
            }
        }
    }
}
