//! What a sanity check finds.

use super::tracker::Trace;
use crate::fit::{Fit, Phase};
use callback_runtime::{At, BoxError, Breakpoint, Failure, Outcome, PlanError};
use std::error::Error;
use std::fmt;

/// The error of a [`SanityCheck`](super::SanityCheck): the part that failed, and why. The trainer is as before the check, unless the part is
/// [`SanityPart::Restore`]. Then everything else is restored all the same, and [`others`](Self::others) has what else failed.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{SanityCheck, SanityPart};
/// # use doc_models::{Line, Points};
///
/// let check = SanityCheck::restoring(|line: &Line| Ok(line.slope), |line, slope| Ok(line.slope = slope));
/// let mut trainer = Trainer::new(Line::default());
/// let error = check.run(&mut trainer, vec![Points(vec![(f64::NAN, 2.0)])]).unwrap_err();
/// assert_eq!(error.part(), Some(&SanityPart::Loss(Phase::Train)));
/// assert_eq!(error.to_string(), "the sanity check failed in the loss of a training batch: `train_loss` is NaN");
/// ```
pub struct SanityCheckError {
    kind: Kind,
    others: Vec<SanityCheckError>,
}

enum Kind {
    Plan(PlanError),
    Part { part: SanityPart, cause: BoxError },
    Failed { part: SanityPart, failure: Failure },
    Interrupted(String),
    NoBatches,
}

/// A part of a sanity check. The phase is that of the pass: [`Phase::Train`] or [`Phase::Valid`].
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::SanityPart;
///
/// assert_eq!(SanityPart::Forward(Phase::Valid).to_string(), "the forward function on a validation batch");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SanityPart {
    /// The learner could not be copied.
    Copy,
    /// The learner, or a value of the state that the check [keeps](super::SanityCheck::keeps), could not be restored. It is not as it was
    /// before the check.
    Restore,
    /// The source of the batches.
    Data(Phase),
    /// The learner's `forward`, or the whole of a step of its own.
    Forward(Phase),
    /// The learner's `loss`.
    Loss(Phase),
    /// The learner's `backward`.
    Backward,
    /// The learner's `step`.
    Step,
    /// A handler of a callback.
    Callback {
        /// The name of the callback.
        name: String,
        /// The name of the breakpoint.
        at: &'static str,
    },
    /// Something else in the loop.
    Loop,
}

impl SanityCheckError {
    const fn of_kind(kind: Kind) -> Self {
        Self {
            kind,
            others: Vec::new(),
        }
    }

    /// Adds what else failed.
    pub(super) fn with_others(mut self, others: impl IntoIterator<Item = Self>) -> Self {
        self.others.extend(others);
        self
    }

    pub(super) fn new(part: SanityPart, cause: impl Into<BoxError>) -> Self {
        let cause = cause.into();
        Self::of_kind(Kind::Part { part, cause })
    }

    pub(super) const fn no_batches() -> Self {
        Self::of_kind(Kind::NoBatches)
    }

    pub(super) fn no_data(phase: Phase) -> Self {
        Self::new(
            SanityPart::Data(phase),
            "it has no batch; give it at least one",
        )
    }

    pub(super) fn not_finite(phase: Phase, name: &str, value: f64) -> Self {
        Self::new(SanityPart::Loss(phase), format!("`{name}` is {value}"))
    }

    pub(super) fn interrupted(outcome: &Outcome) -> Self {
        Self::of_kind(Kind::Interrupted(outcome.to_string()))
    }

    /// The failure of the run, with the part in which it was.
    pub(super) fn failed(failure: &Failure, trace: &Trace) -> Self {
        let origin = failure.origin();
        let part = match (origin.callback(), origin.breakpoint()) {
            (Some(name), Some(at)) => SanityPart::Callback {
                name: name.to_owned(),
                at: at.name(),
            },
            _ => SanityPart::after(trace.last.as_ref()),
        };
        let failure = failure.clone();
        Self::of_kind(Kind::Failed { part, failure })
    }

    /// Returns the part that failed; `None` for problems of the plan, an interrupt, and a check of 0 batches.
    ///
    /// ```
    /// use callbacks::shelf::{SanityCheckError, SanityPart};
    ///
    /// fn is_worth_a_fit(error: &SanityCheckError) -> bool {
    ///     matches!(error.part(), Some(SanityPart::Callback { name, .. }) if name == "Progress")
    /// }
    /// # let _ = is_worth_a_fit;
    /// ```
    pub const fn part(&self) -> Option<&SanityPart> {
        match &self.kind {
            Kind::Part { part, .. } | Kind::Failed { part, .. } => Some(part),
            _ => None,
        }
    }

    /// Returns the problems of the plan, if they are the error: then nothing has run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::SanityCheck;
    /// # use doc_models::{Line, Points};
    /// let check = SanityCheck::restoring(|line: &Line| Ok(line.slope), |line, slope| Ok(line.slope = slope));
    /// let mut trainer = Trainer::new(Line::default()).learning_rate(f64::NAN);
    /// let error = check.run(&mut trainer, vec![Points(vec![(1.0, 2.0)])]).unwrap_err();
    /// assert_eq!(error.plan().map(|plan| plan.problems().len()), Some(1));
    /// ```
    pub const fn plan(&self) -> Option<&PlanError> {
        match &self.kind {
            Kind::Plan(error) => Some(error),
            _ => None,
        }
    }
}

impl SanityCheckError {
    /// Returns what else failed, if something could not be restored: other values that could not be restored, and then what the check found.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::{SanityCheck, SanityPart};
    /// # use doc_models::{Line, Points};
    /// let check = SanityCheck::restoring(|_: &Line| Ok(()), |_, ()| Err("the disk is full".into()));
    /// let error = check.run(&mut Trainer::new(Line::default()), vec![Points(vec![(f64::NAN, 2.0)])]).unwrap_err();
    /// assert_eq!(error.part(), Some(&SanityPart::Restore));
    /// assert!(error.others().next().unwrap().to_string().ends_with("`train_loss` is NaN"));
    /// ```
    pub fn others(&self) -> impl Iterator<Item = &Self> {
        self.others.iter()
    }
}

impl From<PlanError> for SanityCheckError {
    fn from(error: PlanError) -> Self {
        Self::of_kind(Kind::Plan(error))
    }
}

impl SanityPart {
    /// Returns the part of the loop that comes after a breakpoint.
    fn after(last: Option<&Breakpoint>) -> Self {
        let Some(at) = last else {
            return Self::Loop;
        };
        let phase = match at.phase() {
            Some("train") => Phase::Train,
            Some("valid") => Phase::Valid,
            _ => return Self::Loop,
        };
        let parts: [(At<Fit>, Self); 10] = [
            (Fit::on_train_begin, Self::Data(phase)),
            (Fit::on_valid_begin, Self::Data(phase)),
            (Fit::on_train_batch_end, Self::Data(phase)),
            (Fit::on_valid_batch_end, Self::Data(phase)),
            (Fit::on_train_batch_begin, Self::Forward(phase)),
            (Fit::on_valid_batch_begin, Self::Forward(phase)),
            (Fit::on_train_batch_after_pred, Self::Loss(phase)),
            (Fit::on_valid_batch_after_pred, Self::Loss(phase)),
            (Fit::on_train_batch_before_backward, Self::Backward),
            (Fit::on_train_batch_before_step, Self::Step),
        ];
        let mut parts = parts.into_iter();
        let part = parts.find(|(after, _)| after.breakpoint() == at);
        part.map_or(Self::Loop, |(_, part)| part)
    }
}

impl fmt::Display for SanityPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Copy => f.write_str("the copy of the learner"),
            Self::Restore => f.write_str("restoring the trainer"),
            Self::Data(phase) => write!(f, "the {} data", adjective(*phase)),
            Self::Forward(phase) => {
                write!(f, "the forward function on a {} batch", adjective(*phase))
            }
            Self::Loss(phase) => write!(f, "the loss of a {} batch", adjective(*phase)),
            Self::Backward => f.write_str("the backward function on a training batch"),
            Self::Step => f.write_str("the step of the optimiser"),
            Self::Callback { name, at } => write!(f, "the callback {name} at {at}"),
            Self::Loop => f.write_str("the loop"),
        }
    }
}

fn adjective(phase: Phase) -> &'static str {
    match phase {
        Phase::Valid => "validation",
        _ => "training",
    }
}

impl fmt::Display for SanityCheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        let mut others = self.others.iter();
        others.try_for_each(|other| write!(f, "\n  also, {other}"))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(error) => error.fmt(f),
            Self::Part { part, cause } => write!(f, "the sanity check failed in {part}: {cause}"),
            Self::Failed { part, failure } => write_failure(f, part, failure),
            Self::Interrupted(outcome) => write!(f, "the sanity check was {outcome}"),
            Self::NoBatches => {
                f.write_str("a sanity check of 0 batches checks nothing; give at least 1")
            }
        }
    }
}

/// The text of a failure names its callback. For the loop itself, the part says more.
fn write_failure(f: &mut fmt::Formatter<'_>, part: &SanityPart, failure: &Failure) -> fmt::Result {
    if failure.origin().callback().is_some() {
        return write!(f, "the sanity check failed in {failure}");
    }
    write!(f, "the sanity check failed in {part}: {}", failure.cause())?;
    failure
        .later()
        .try_for_each(|fault| write!(f, "\n  later, {fault}"))
}

callback_runtime::debug_as_display!(SanityCheckError);

impl Error for SanityCheckError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            Kind::Plan(error) => Some(error),
            Kind::Part { cause, .. } => Some(cause.as_ref()),
            Kind::Failed { failure, .. } => Some(failure),
            Kind::Interrupted(_) | Kind::NoBatches => None,
        }
    }
}
