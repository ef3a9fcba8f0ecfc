//! What a handler does at one of its calls, for tests that try each action at each call.

use callbacks::{BoxError, Flow, Loop, Scope};

/// What a handler does.
pub(crate) enum Action<L> {
    Stop,
    Interrupt,
    Leave(Scope<L>),
    Fail,
    Panic,
}

impl<L: Loop> Action<L> {
    /// Every action, with a leave of each of these scopes.
    pub(crate) fn all<const N: usize>(scopes: [Scope<L>; N]) -> Vec<Self> {
        let mut all = vec![Self::Stop, Self::Interrupt, Self::Fail, Self::Panic];
        all.extend(scopes.map(Self::Leave));
        all
    }

    pub(crate) fn act(self) -> Result<Flow, BoxError> {
        match self {
            Self::Stop => Ok(Flow::stop("enough")),
            Self::Interrupt => Ok(Flow::interrupt("a signal")),
            Self::Leave(scope) => Ok(Flow::leave(scope)),
            Self::Fail => Err("no more paper".into()),
            Self::Panic => panic!("a bug"),
        }
    }
}

impl<L> Clone for Action<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for Action<L> {}

impl<L: Loop> std::fmt::Debug for Action<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stop => f.write_str("Stop"),
            Self::Interrupt => f.write_str("Interrupt"),
            Self::Leave(scope) => write!(f, "Leave({})", scope.info().name()),
            Self::Fail => f.write_str("Fail"),
            Self::Panic => f.write_str("Panic"),
        }
    }
}
