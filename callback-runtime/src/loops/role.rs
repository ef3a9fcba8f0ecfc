//! What a breakpoint is for: its role in its loop, and what the record has there.

/// The role of a breakpoint in its loop.
///
/// ```
/// use callbacks::{Fit, Loop, Role};
///
/// let ends = Fit::BREAKPOINTS.iter().filter(|breakpoint| breakpoint.role() == Role::End);
/// assert_eq!(ends.count(), Fit::SCOPES.len());
/// assert_eq!(Fit::on_train_batch_after_loss.breakpoint().role(), Role::Inside);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The first breakpoint of a run, at which callbacks acquire their resources.
    Enter,
    /// The begin of a scope.
    Begin,
    /// A breakpoint between the begin and the end of a scope.
    Inside,
    /// The end of a scope.
    End,
    /// Fired in a run that is stopped, just before its outermost scope ends.
    Stop,
    /// Fired in a run that is interrupted, just before its outermost scope ends.
    Interrupt,
    /// Fired in a run that fails.
    Error,
    /// The last breakpoint of a run, at which callbacks release their resources.
    Exit,
}

/// How much of a round the record has at a breakpoint, as far as the loop declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordStage {
    Undeclared,
    /// What was measured, with the parameters as they are at the breakpoint: `before_update measures;`.
    Measured,
    /// All of it: `after_step completes Step;`.
    Complete,
}
