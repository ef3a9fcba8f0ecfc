//! What is answered when an update is judged.

use callback_runtime::Answer;

/// Whether an update is taken. Every handler answers, and one rejection rejects.
///
/// ```
/// use callbacks::Answer;
/// use callbacks::driver::Verdict;
///
/// assert_eq!(Verdict::Accept.merge(Verdict::Reject), Verdict::Reject);
/// assert_eq!(Verdict::Accept.merge(Verdict::Accept), Verdict::Accept);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Verdict {
    /// Take it, as far as I am asked.
    #[default]
    Accept,
    /// Throw it away, and make another attempt.
    Reject,
}

impl Verdict {
    /// `Reject` where the condition holds, `Accept` elsewhere.
    ///
    /// ```
    /// # use callbacks::driver::Verdict;
    /// let error = 0.7;
    /// assert_eq!(Verdict::reject_if(error > 0.5), Verdict::Reject);
    /// ```
    pub const fn reject_if(condition: bool) -> Self {
        if condition {
            Self::Reject
        } else {
            Self::Accept
        }
    }

    /// Whether it rejects.
    ///
    /// ```
    /// # use callbacks::driver::Verdict;
    /// assert!(Verdict::Reject.is_reject());
    /// assert!(!Verdict::default().is_reject());
    /// ```
    pub const fn is_reject(self) -> bool {
        matches!(self, Self::Reject)
    }
}

impl Answer for Verdict {
    fn merge(self, other: Self) -> Self {
        Self::reject_if(self.is_reject() || other.is_reject())
    }
}
