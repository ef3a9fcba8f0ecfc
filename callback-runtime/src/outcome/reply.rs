//! The types that handlers can return, and how the run gets the returned value.

use crate::callback::Turn;
use crate::loops::{At, AtEach};
use crate::outcome::{BoxError, Flow, dispose};
use crate::raw::{CallContext, Deliver, HandlerStatus, IntoError, Slot};

/// A type that a handler can return at a breakpoint whose answer is `A`.
///
/// A handler returns `()`, a [`Flow`], or a `Result` of either whose error converts into `Box<dyn Error + Send + Sync>`. At a breakpoint that
/// declares an [`Answer`], it returns the answer instead of `()`.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct LossReader;
///
/// #[callback(discover = false)]
/// impl LossReader {
///     fn on_epoch_begin(&self) {}
///
///     fn on_train_end(&self) -> Flow {
///         Flow::Continue
///     }
///
///     fn on_valid_end(&self, record: &Record) -> Result<(), &'static str> {
///         record.get("valid_loss").map(drop).ok_or("there is no loss")
///     }
///
///     fn on_epoch_end(&self) -> Result<Flow, std::io::Error> {
///         Ok(Flow::Continue)
///     }
/// }
///
/// assert_eq!(LossReader.on_valid_end(&Record::default()), Err("there is no loss"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}` here",
    label = "not an answer at this breakpoint",
    note = "return nothing, `Flow`, or a `Result` of either; at a breakpoint that declares an answer, that answer, `Flow`, or a `Result` of either",
    note = "the error of a `Result` is any type that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait Reply<A>: Sized {
    #[doc(hidden)]
    type Delivery: Deliver<Self> + 'static;
    #[doc(hidden)]
    fn delivery() -> Self::Delivery;
}

/// The answer that a breakpoint declares, such as accept or reject. An answer can be merged with another one.
///
/// ```
/// use callbacks::Answer;
/// use callbacks::prelude::*;
///
/// /// A step is accepted if no handler rejects it.
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
    /// Merges this answer with that of a later handler. The answers of a breakpoint are merged in the order of its handlers.
    #[must_use]
    fn merge(self, other: Self) -> Self;
}

/// The answers of the handlers that have already run in this firing of a breakpoint. It is state there: later handlers can ask for
/// `Option<&Answers<A>>`.
///
/// ```
/// use callbacks::prelude::*;
/// # use callbacks::{Answer, Answers};
/// # #[derive(Clone, Debug, PartialEq)]
/// # enum Verdict { Accept, Reject }
/// # impl Answer for Verdict { fn merge(self, other: Self) -> Self { if self == Self::Accept { other } else { self } } }
/// # breakpoints! { loop Relax { scope STEP { before_step; on_update -> Verdict; after_step; } } }
///
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::on_update, || Verdict::Accept);
/// plan.on(Relax::on_update, || Verdict::Reject);
/// plan.on(Relax::on_update, |answers: Option<&Answers<Verdict>>| {
///     let answers = answers.unwrap();
///     assert_eq!(answers.each(), [Verdict::Accept, Verdict::Reject]);
///     assert_eq!(answers.merged(), Some(&Verdict::Reject));
///     Flow::Continue
/// });
/// let outcome = plan.run(&mut State::new(), |run| run.ask(Relax::on_update).map(drop))?;
/// assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Answers<A> {
    /// The merged answer. `None` until a handler answers.
    merged: Option<A>,
    /// The answers, in the order of their handlers.
    each: Vec<A>,
    /// The turn of the handler of each answer.
    turns: Vec<Turn>,
}

impl<A> Default for Answers<A> {
    fn default() -> Self {
        Self {
            merged: None,
            each: Vec::new(),
            turns: Vec::new(),
        }
    }
}

impl<A: Answer> Answers<A> {
    /// Returns the merged answer; `None` if no handler has answered.
    pub fn merged(&self) -> Option<&A> {
        self.merged.as_ref()
    }

    /// Returns every answer, in the order of the handlers.
    pub fn each(&self) -> &[A] {
        &self.each
    }

    /// Takes the answers of an outer firing, before a nested one collects answers of the same type. `None` if there are none.
    pub(crate) fn take_outer(&mut self) -> Option<Self> {
        self.merged.is_some().then(|| std::mem::take(self))
    }

    /// Returns the turns of the handlers whose answers `matches` accepts.
    pub(crate) fn turns(&self, matches: impl Fn(&A) -> bool) -> impl Iterator<Item = Turn> {
        let answers = self.each.iter().zip(&self.turns);
        answers.filter_map(move |(answer, turn)| matches(answer).then_some(*turn))
    }

    /// Takes the merged answer, and removes the single ones.
    pub(crate) fn take(&mut self) -> Option<A> {
        if std::mem::needs_drop::<A>() {
            self.each
                .drain(..)
                .for_each(|answer| dispose(answer, "an answer"));
        }
        self.each.clear();
        self.turns.clear();
        self.merged.take()
    }

    /// Adds the answer of the handler with this turn.
    fn add(&mut self, answer: A, turn: Turn) {
        self.each.push(answer.clone());
        self.turns.push(turn);
        self.merged = Some(match self.merged.take() {
            Some(merged) => merged.merge(answer),
            None => answer,
        });
    }
}

impl<L, A> At<L, A> {
    /// Checks that a handler at this breakpoint can return `R`, and returns its delivery. This works like [`ask`](crate::state::param::ask). It
    /// is a method, so that the compiler knows the answer of the breakpoint before it checks the bound.
    #[doc(hidden)]
    pub fn returns<R: Reply<A, Delivery = V>, V>(self) -> V {
        R::delivery()
    }
}

impl<L> AtEach<L> {
    /// [`At::returns`] for several breakpoints, each of whose handlers needs a delivery of its own.
    #[doc(hidden)]
    pub fn returns<R: Reply<(), Delivery = V>, V>(self) -> fn() -> V {
        R::delivery
    }
}

/// Delivers `()`.
#[doc(hidden)]
#[derive(Debug)]
pub struct DeliverNothing;

impl Reply<()> for () {
    type Delivery = DeliverNothing;
    fn delivery() -> DeliverNothing {
        DeliverNothing
    }
}

impl Deliver<()> for DeliverNothing {
    #[inline]
    fn deliver(&self, (): (), _: Turn, _: &mut CallContext<'_>) {}
}

/// Delivers a [`Flow`].
#[doc(hidden)]
#[derive(Debug)]
pub struct DeliverFlow;

#[diagnostic::do_not_recommend]
impl<A> Reply<A> for Flow {
    type Delivery = DeliverFlow;
    fn delivery() -> DeliverFlow {
        DeliverFlow
    }
}

impl Deliver<Flow> for DeliverFlow {
    const RETURNS_FLOW: bool = true;

    #[inline]
    fn deliver(&self, flow: Flow, _: Turn, context: &mut CallContext<'_>) {
        // Both arms take the flow, so that none is dropped here.
        match flow {
            Flow::Continue => {}
            flow => deliver_flow(flow, context),
        }
    }
}

#[cold]
fn deliver_flow(flow: Flow, context: &mut CallContext<'_>) {
    context.reply.flow = Some(flow);
    context.status = HandlerStatus::Flow;
}

/// Delivers an [`Answer`] into the slot of the answers, which is looked up when the handler is bound.
#[doc(hidden)]
pub struct DeliverAnswer<A>(Slot<Answers<A>>);

#[diagnostic::do_not_recommend]
impl<A: Answer> Reply<A> for A {
    type Delivery = DeliverAnswer<A>;
    fn delivery() -> DeliverAnswer<A> {
        DeliverAnswer(Slot::of())
    }
}

impl<A: Answer> Deliver<A> for DeliverAnswer<A> {
    const RETURNS_ANSWER: bool = true;

    fn deliver(&self, answer: A, turn: Turn, context: &mut CallContext<'_>) {
        context.collect(&self.0, |answers| answers.add(answer, turn));
    }
}

/// Delivers a `Result`. It has the conversion of the error, so that the bound on `E` is checked in one place. A call stores the error as it
/// is; only the report of the failure converts it.
#[doc(hidden)]
#[derive(Debug)]
pub struct DeliverResult<V, E> {
    /// Delivers the value of `Ok`.
    ok: V,
    /// Converts the error of `Err`.
    into_error: fn(E) -> BoxError,
}

#[diagnostic::do_not_recommend]
impl<A, R: Reply<A>, E: Into<BoxError> + 'static> Reply<A> for Result<R, E> {
    type Delivery = DeliverResult<R::Delivery, E>;
    fn delivery() -> Self::Delivery {
        DeliverResult {
            ok: R::delivery(),
            into_error: E::into,
        }
    }
}

impl<R, V: Deliver<R>, E: 'static> Deliver<Result<R, E>> for DeliverResult<V, E> {
    const RETURNS_ANSWER: bool = V::RETURNS_ANSWER;
    const RETURNS_FLOW: bool = V::RETURNS_FLOW;

    #[inline]
    fn deliver(&self, reply: Result<R, E>, turn: Turn, context: &mut CallContext<'_>) {
        match reply {
            Ok(reply) => self.ok.deliver(reply, turn, context),
            Err(error) => deliver_error(error, context),
        }
    }

    fn conversion(&self) -> Option<IntoError> {
        let (into_error, inner) = (self.into_error, self.ok.conversion());
        Some(Box::new(move |error| match (error.downcast(), &inner) {
            (Ok(error), _) => into_error(*error),
            // The error of a `Result` inside this one.
            (Err(error), Some(inner)) => inner(error),
            (Err(_), None) => "an error of a type that the handler does not return".into(),
        }))
    }
}

#[cold]
#[inline(never)]
fn deliver_error<E: 'static>(error: E, context: &mut CallContext<'_>) {
    context.reply.error = Some(Box::new(error));
    context.status = HandlerStatus::Error;
}
