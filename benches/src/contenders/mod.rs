//! The contenders: the same handlers fired by `callbacks`, by code written inline, and by its peers.

mod argmin;
mod bevy;
mod check;
mod direct;
mod dynamic;
mod handlers;
mod inline;
mod listing;
mod ours;

pub use handlers::{BoxError, take_total};
use std::fmt;

/// Something that fires handlers.
pub trait Contender {
    /// Fires, so many times. Whoever fires at first prepares, too, which is not counted but timed.
    fn fire(&mut self, times: u64) -> Result<(), BoxError>;
}

/// Who fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Peer {
    /// `callbacks`.
    Ours,
    /// The calls, one below the other.
    Inline,
    /// Calls through function pointers.
    Direct,
    /// A vector of boxed observers.
    Dynamic,
    /// argmin's observers.
    Argmin,
    /// Systems of `bevy_ecs`, on one thread.
    Bevy,
    /// A flag that is checked, and nothing to do.
    Check,
    /// The measuring loop alone.
    Bare,
}

/// What handlers ask for and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signature {
    /// No parameters.
    Nothing,
    /// One value to read: what an observer of argmin gets.
    One,
    /// One value to read, and one to change.
    Two,
    /// The same, of handlers that the compiler may inline.
    Inlined,
    /// Three values to read, and three to change.
    Six,
    /// Two parameters, and a flow for an answer.
    Flow,
    /// Two parameters, and a `Result` for an answer.
    Fallible,
    /// Two parameters, and a verdict for an answer.
    Judging,
    /// Two parameters, and the first handler asks also where the loop stands.
    Placed,
    /// Two parameters, but for the first handler, which asks for the state as a whole.
    Whole,
    /// Two parameters, and the first handler asks also for a type that is not among the first 64 of the process.
    Late,
    /// One value to read, of a type that is not among the first 64 of the process.
    LateOne,
    /// One value to read and one to change, both of types that are not among the first 64 of the process.
    LateTwo,
}

impl Signature {
    /// All of them.
    ///
    /// ```
    /// use callbacks_benches::contenders::{Peer, Setup, Signature};
    ///
    /// let ours = |signature: Signature| Setup::of(Peer::Ours).asking(signature).build();
    /// assert!(Signature::ALL.into_iter().all(|signature| ours(signature).is_some()));
    /// ```
    pub const ALL: [Self; 13] = [
        Self::Nothing,
        Self::One,
        Self::Two,
        Self::Inlined,
        Self::Six,
        Self::Flow,
        Self::Fallible,
        Self::Judging,
        Self::Placed,
        Self::Whole,
        Self::Late,
        Self::LateOne,
        Self::LateTwo,
    ];

    /// What contenders are asked for that do not number the types of their state: as many parameters.
    ///
    /// ```
    /// use callbacks_benches::contenders::Signature;
    ///
    /// assert_eq!(Signature::LateOne.plain(), Signature::One);
    /// assert_eq!(Signature::Flow.plain(), Signature::Flow);
    /// ```
    #[must_use]
    pub const fn plain(self) -> Self {
        match self {
            Self::Placed | Self::Whole | Self::Late | Self::LateTwo => Self::Two,
            Self::LateOne => Self::One,
            other => other,
        }
    }
}

/// A contender and what it is given to do.
///
/// ```
/// use callbacks_benches::contenders::{Peer, Setup, take_total};
///
/// let sum = |peer| {
///     Setup::of(peer).with(8).build().expect("has eight handlers").fire(10)?;
///     Ok::<_, callbacks_benches::contenders::BoxError>(take_total())
/// };
/// assert_eq!(sum(Peer::Ours)?, sum(Peer::Inline)?);
/// # Ok::<(), callbacks_benches::contenders::BoxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Setup {
    /// Who fires.
    pub peer: Peer,
    /// What handlers ask for and answer.
    pub signature: Signature,
    /// How many handlers are fired, at most 64.
    pub handlers: usize,
    /// How many callbacks are attached that have no handler where it is fired.
    pub idle: usize,
    /// How many handlers are there where it is fired that have a period and are not due, at most 64.
    pub waiting: usize,
}

impl Setup {
    /// No callback attached, and handlers of two parameters.
    pub const fn of(peer: Peer) -> Self {
        Self {
            peer,
            signature: Signature::Two,
            handlers: 0,
            idle: 0,
            waiting: 0,
        }
    }

    /// With so many handlers that are fired.
    pub const fn with(self, handlers: usize) -> Self {
        Self { handlers, ..self }
    }

    /// With so many callbacks that are not.
    pub const fn beside(self, idle: usize) -> Self {
        Self { idle, ..self }
    }

    /// With so many handlers that are not due.
    pub const fn awaiting(self, waiting: usize) -> Self {
        Self { waiting, ..self }
    }

    /// With handlers of another signature.
    pub const fn asking(self, signature: Signature) -> Self {
        Self { signature, ..self }
    }

    /// The contender, ready to fire. `None` where the peer has no notion of what it is asked for.
    pub fn build(self) -> Option<Box<dyn Contender>> {
        match self.peer {
            Peer::Ours => Some(ours::build(self)),
            _ if self.waiting > 0 => None,
            Peer::Inline => inline::build(self),
            Peer::Direct => direct::build(self),
            Peer::Dynamic => dynamic::build(self),
            Peer::Argmin => argmin::build(self),
            Peer::Bevy => bevy::build(self),
            Peer::Check => Some(Box::new(check::Check { is_busy: false })),
            Peer::Bare => Some(Box::new(check::Bare)),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ours => "callbacks",
            Self::Inline => "inline",
            Self::Direct => "function pointers",
            Self::Dynamic => "`Vec<Box<dyn Trait>>`",
            Self::Argmin => "argmin observers",
            Self::Bevy => "bevy_ecs systems",
            Self::Check => "inlined empty check",
            Self::Bare => "measuring loop",
        })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "0 → `()`",
            Self::One => "1 → `()`",
            Self::Two => "2 → `()`",
            Self::Inlined => "2 → `()`, inlined",
            Self::Six => "6 → `()`",
            Self::Flow => "2 → `Flow`",
            Self::Fallible => "2 → `Result<(), E>`",
            Self::Judging => "2 → `Verdict`",
            Self::Placed => "2 → `()`, one with `&Breakpoint`",
            Self::Whole => "2 → `()`, one with `Ctx`",
            Self::Late => "2 → `()`, one with a type beyond the first 64",
            Self::LateOne => "1 → `()`, of a type beyond the first 64",
            Self::LateTwo => "2 → `()`, both of types beyond the first 64",
        })
    }
}
