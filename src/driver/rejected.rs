//! Rejected attempts, and the failure of a step that has too many of them.

use super::Attempt;
use crate::fit::Step;
use callback_runtime::{Origin, Record};
use std::collections::BTreeMap;
use std::fmt;

/// The rejected attempts at the step under way, in order, with their records. Empty when a step begins.
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 })
///     .on(Driver::on_compute_update_end, reject_if(|attempt: &Attempt| attempt.get() < 3))
///     .on(Driver::on_step_end, |rejected: &RejectedAttempts| {
///         for attempt in rejected.iter() {
///             println!("{} rejected by {}: {}", attempt.attempt, attempt.rejecters[0], attempt.record);
///         }
///         assert_eq!(rejected.iter().count(), 2);
///     });
/// assert!(driver.run(5)?.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RejectedAttempts {
    attempts: Vec<RejectedAttempt>,
}

impl RejectedAttempts {
    /// Returns the attempts, the first one first.
    ///
    /// ```
    /// # use callbacks::driver::RejectedAttempts;
    /// assert_eq!(RejectedAttempts::default().iter().count(), 0);
    /// ```
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &RejectedAttempt> {
        self.attempts.iter()
    }

    pub(super) fn push(&mut self, attempt: RejectedAttempt) {
        self.attempts.push(attempt);
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        // This is on the hot path: most steps have no rejected attempt, and this finds it without a call.
        if !self.attempts.is_empty() {
            self.attempts.clear();
        }
    }

    /// Returns the failure of `step`, all of whose attempts were rejected.
    pub(super) fn too_many(&self, step: Step) -> TooManyRejections {
        let mut rejecters = BTreeMap::<String, (Rejecter, u64)>::new();
        for rejecter in self.iter().flat_map(|attempt| &attempt.rejecters) {
            let entry = rejecters.entry(rejecter.to_string());
            entry.or_insert_with(|| (rejecter.clone(), 0)).1 += 1;
        }
        TooManyRejections {
            step,
            attempts: self.iter().count(),
            rejecters: rejecters.into_values().collect(),
        }
    }
}

/// An attempt that was rejected. [`RejectedAttempts`] has those of a step.
///
/// ```
/// use callbacks::driver::RejectedAttempt;
///
/// fn worst(attempts: &[RejectedAttempt]) -> Option<f64> {
///     let errors = attempts.iter().filter_map(|attempt| attempt.record.get("energy.error_of_mean"));
///     errors.reduce(f64::max)
/// }
/// # assert_eq!(worst(&[]), None);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RejectedAttempt {
    /// The number of the attempt.
    pub attempt: Attempt,
    /// What rejected it, in the order in which the rules were called.
    pub rejecters: Vec<Rejecter>,
    /// The record of the attempt.
    pub record: Record,
}

impl RejectedAttempt {
    pub(super) fn new(attempt: Attempt, rejecters: Vec<Rejecter>, record: Record) -> Self {
        Self {
            attempt,
            rejecters,
            record,
        }
    }
}

/// What rejected an attempt.
///
/// ```
/// use callbacks::driver::Rejecter;
///
/// fn name(rejecter: &Rejecter) -> &str {
///     match rejecter {
///         Rejecter::Callback(origin) => origin.callback().unwrap_or_default(),
///         Rejecter::Driven => "its own rule",
///     }
/// }
/// assert_eq!(name(&Rejecter::Driven), "its own rule");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Rejecter {
    /// A callback.
    Callback(Origin),
    /// The accept rule of the driven system: [`Driven::judge`](super::Driven::judge).
    Driven,
}

impl fmt::Display for Rejecter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback(origin) => origin.fmt(f),
            Self::Driven => f.write_str("the accept rule of the driven system"),
        }
    }
}

/// The cause of a run's failure if all attempts at a step were rejected, up to the limit of
/// [`VariationalDriver::retry_limit`](super::VariationalDriver::retry_limit).
///
/// ```
/// use callbacks::driver::TooManyRejections;
/// use callbacks::prelude::*;
/// use std::error::Error;
/// # use doc_models::Well;
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).retry_limit(5);
/// driver.plan().on(Driver::on_compute_update_end, || Verdict::Reject).named("picky");
/// let outcome = driver.run(1)?;
/// let why = outcome.failed().and_then(Error::source).and_then(|cause| cause.downcast_ref::<TooManyRejections>()).unwrap();
/// assert_eq!(why.attempts, 5);
/// assert!(why.to_string().starts_with("5 attempts at step 1 were rejected, by picky at on_compute_update_end"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TooManyRejections {
    /// The number of the step that failed.
    pub step: Step,
    /// The number of attempts.
    pub attempts: usize,
    /// What rejected attempts, and how many of them.
    pub rejecters: Vec<(Rejecter, u64)>,
}

impl fmt::Display for TooManyRejections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, attempts, .. } = self;
        write!(f, "{attempts} attempts at step {step} were rejected")?;
        for (index, (rejecter, times)) in self.rejecters.iter().enumerate() {
            let by = if index == 0 { ", by" } else { " and by" };
            write!(f, "{by} {rejecter} ({times} of them)")?;
        }
        f.write_str("; accept more, change what is attempted, or give a greater `retry_limit`")
    }
}

callback_runtime::debug_as_display!(Rejecter, TooManyRejections);

impl std::error::Error for TooManyRejections {}
