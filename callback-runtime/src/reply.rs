//! What handlers may return, and how it reaches the run.

use crate::breakpoint::At;
use crate::catch::dispose;
use crate::failure::BoxError;
use crate::flow::Flow;
use crate::raw::{Code, Deliver, Handed, IntoError, Slot};

/// A type that a handler may return at a breakpoint whose answer is `A`.
///
/// Nothing or a [`Flow`], or a `Result` of either whose error converts into `Box<dyn Error + Send + Sync>`. Where the
/// breakpoint declares an [`Answer`], the answer in place of nothing.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Watch;
///
/// #[callback(discover = false)]
/// impl Watch {
///     fn on_epoch_begin(&self) {}
///
///     fn on_train_end(&self) -> Flow {
///         Flow::Continue
///     }
///
///     fn on_valid_end(&self, metrics: &Metrics) -> Result<(), &'static str> {
///         metrics.get("valid_loss").map(drop).ok_or("there is no loss")
///     }
///
///     fn on_epoch_end(&self) -> Result<Flow, std::io::Error> {
///         Ok(Flow::Continue)
///     }
/// }
///
/// assert_eq!(Watch.on_valid_end(&Metrics::default()), Err("there is no loss"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}` here",
    label = "not an answer at this breakpoint",
    note = "return nothing, `Flow`, or a `Result` of either; at a breakpoint that declares an answer, that answer, `Flow`, or a `Result` of either",
    note = "the error of a `Result` is any type that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait Reply<A>: Sized {
    #[doc(hidden)]
    type Via: Deliver<Self> + 'static;
    #[doc(hidden)]
    fn via() -> Self::Via;
}

/// The answer of a breakpoint, such as accept or reject, and how two answers become one.
///
/// ```
/// use callbacks::Answer;
/// use callbacks::prelude::*;
///
/// /// One rejection rejects.
/// #[derive(Clone, Debug, PartialEq)]
/// enum Verdict {
///     Accept,
///     Reject,
/// }
///
/// impl Answer for Verdict {
///     fn merge(self, other: Self) -> Self {
///         if self == Verdict::Accept { other } else { self }
///     }
/// }
///
/// breakpoints! { loop Relax { scope STEP { before_step; on_update -> Verdict; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::on_update, || Verdict::Reject);
/// plan.on(Relax::on_update, || Verdict::Accept);
/// let mut verdict = None;
/// let outcome = plan.run(&mut State::new(), |run| Ok(verdict = run.ask(Relax::on_update)?))?;
/// assert_eq!(verdict, Some(Verdict::Reject));
/// # assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub trait Answer: Clone + 'static {
    /// One answer of two: the handlers' answers are merged from the first to the last.
    #[must_use]
    fn merge(self, other: Self) -> Self;
}

/// The answers given so far at a breakpoint, in this firing. State there: later handlers may ask for `Option<&Votes<A>>`.
///
/// ```
/// use callbacks::prelude::*;
/// # use callbacks::{Answer, Votes};
/// # #[derive(Clone, Debug, PartialEq)]
/// # enum Verdict { Accept, Reject }
/// # impl Answer for Verdict { fn merge(self, other: Self) -> Self { if self == Self::Accept { other } else { self } } }
/// # breakpoints! { loop Relax { scope STEP { before_step; on_update -> Verdict; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::on_update, || Verdict::Accept);
/// plan.on(Relax::on_update, || Verdict::Reject);
/// plan.on(Relax::on_update, |votes: Option<&Votes<Verdict>>| {
///     let votes = votes.unwrap();
///     assert_eq!(votes.each(), [Verdict::Accept, Verdict::Reject]);
///     assert_eq!(votes.merged(), Some(&Verdict::Reject));
///     Flow::Continue
/// });
/// let outcome = plan.run(&mut State::new(), |run| run.ask(Relax::on_update).map(drop))?;
/// assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Votes<A> {
    merged: Option<A>,
    each: Vec<A>,
    /// Whose turn it was at each.
    turns: Vec<usize>,
}

impl<A> Default for Votes<A> {
    fn default() -> Self {
        Self {
            merged: None,
            each: Vec::new(),
            turns: Vec::new(),
        }
    }
}

impl<A: Answer> Votes<A> {
    /// The merged answer; `None` if nobody has answered.
    pub fn merged(&self) -> Option<&A> {
        self.merged.as_ref()
    }

    /// Every answer, in the order of the handlers that gave one.
    pub fn each(&self) -> &[A] {
        &self.each
    }

    /// The votes of a firing that is under way.
    pub(crate) fn set_aside(&mut self) -> Option<Self> {
        self.merged.is_some().then(|| std::mem::take(self))
    }

    /// Whose turn it was when such an answer was given.
    pub(crate) fn turns(&self, is_such: impl Fn(&A) -> bool) -> impl Iterator<Item = usize> {
        let given = self.each.iter().zip(&self.turns);
        given.filter_map(move |(vote, turn)| is_such(vote).then_some(*turn))
    }

    pub(crate) fn take(&mut self) -> Option<A> {
        if std::mem::needs_drop::<A>() {
            self.each
                .drain(..)
                .for_each(|vote| dispose(vote, "an answer"));
        }
        self.each.clear();
        self.turns.clear();
        self.merged.take()
    }

    fn add(&mut self, vote: A, turn: usize) {
        self.each.push(vote.clone());
        self.turns.push(turn);
        self.merged = Some(match self.merged.take() {
            Some(merged) => merged.merge(vote),
            None => vote,
        });
    }
}

impl<L, A> At<L, A> {
    /// A bound check and its witness in one, like [`ask`](crate::param::ask): a handler here may return `R`. A method, so that
    /// the breakpoint's answer is known before the bound is looked at.
    #[doc(hidden)]
    pub fn returns<R: Reply<A, Via = V>, V>(self) -> V {
        R::via()
    }
}

/// Delivers `()`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Silent;

impl Reply<()> for () {
    type Via = Silent;
    fn via() -> Silent {
        Silent
    }
}

impl Deliver<()> for Silent {
    #[inline]
    fn deliver(&self, (): (), _: usize, _: &mut Handed<'_>) {}
}

/// Delivers a [`Flow`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Flows;

#[diagnostic::do_not_recommend]
impl<A> Reply<A> for Flow {
    type Via = Flows;
    fn via() -> Flows {
        Flows
    }
}

impl Deliver<Flow> for Flows {
    const RAISES: bool = true;

    #[inline]
    fn deliver(&self, flow: Flow, _: usize, handed: &mut Handed<'_>) {
        if flow != Flow::Continue {
            raise(flow, handed);
        }
    }
}

#[cold]
fn raise(flow: Flow, handed: &mut Handed<'_>) {
    handed.sink.flow = Some(flow);
    handed.code = Code::Raised;
}

/// Delivers an [`Answer`]. It has looked for the votes' place in the state when the handler was bound.
#[doc(hidden)]
pub struct Ballot<A>(Slot<Votes<A>>);

#[diagnostic::do_not_recommend]
impl<A: Answer> Reply<A> for A {
    type Via = Ballot<A>;
    fn via() -> Ballot<A> {
        Ballot(Slot::of())
    }
}

impl<A: Answer> Deliver<A> for Ballot<A> {
    const ANSWERS: bool = true;

    fn deliver(&self, vote: A, turn: usize, handed: &mut Handed<'_>) {
        handed.collect(&self.0, |votes| votes.add(vote, turn));
    }
}

/// Delivers a `Result`. Carries the conversion of the error, so that the bound on `E` is checked in one place; it is taken out when
/// the handler is bound, so that a call reads nothing of it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Tries<V, E> {
    ok: V,
    into_error: fn(E) -> BoxError,
}

#[diagnostic::do_not_recommend]
impl<A, R: Reply<A>, E: Into<BoxError> + 'static> Reply<A> for Result<R, E> {
    type Via = Tries<R::Via, E>;
    fn via() -> Self::Via {
        Tries {
            ok: R::via(),
            into_error: E::into,
        }
    }
}

impl<R, V: Deliver<R>, E: 'static> Deliver<Result<R, E>> for Tries<V, E> {
    const ANSWERS: bool = V::ANSWERS;
    const RAISES: bool = V::RAISES;

    #[inline]
    fn deliver(&self, reply: Result<R, E>, turn: usize, handed: &mut Handed<'_>) {
        match reply {
            Ok(reply) => self.ok.deliver(reply, turn, handed),
            Err(error) => fail(error, handed),
        }
    }

    fn conversion(&self) -> Option<IntoError> {
        let (into_error, inner) = (self.into_error, self.ok.conversion());
        Some(Box::new(move |error| match (error.downcast(), &inner) {
            (Ok(error), _) => into_error(*error),
            // Of a `Result` inside of this one.
            (Err(error), Some(inner)) => inner(error),
            (Err(_), None) => "an error of a type that the handler does not return".into(),
        }))
    }
}

#[cold]
#[inline(never)]
fn fail<E: 'static>(error: E, handed: &mut Handed<'_>) {
    handed.sink.error = Some(Box::new(error));
    handed.code = Code::Failed;
}
