//! What outlives a run.

/// What a handler's period must remember to go on in another process.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Memory {}
