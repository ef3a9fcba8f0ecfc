//! The answer of handlers that judge an update.

use callback_runtime::Answer;

/// Whether an update is applied. All handlers are asked, and one rejection rejects the update.
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
    /// No objection to the update.
    #[default]
    Accept,
    /// The update is discarded, and another attempt made.
    Reject,
}

impl Verdict {
    /// Returns `Reject` if the condition holds, else `Accept`.
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
