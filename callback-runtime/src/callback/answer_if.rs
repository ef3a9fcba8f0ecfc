//! Handlers from closures that return `bool`.

use crate::callback::Closure;
use crate::raw::Params;

/// A handler that turns the `bool` of a closure into an answer. [`answer_if`] makes it.
///
/// ```
/// use callbacks::{AnswerIf, Flow, answer_if};
///
/// fn stop_if<F>(closure: F) -> AnswerIf<F, Flow> {
///     answer_if(closure, Flow::stop("it is so"), Flow::Continue)
/// }
/// # let _ = stop_if(|| true);
/// ```
#[derive(Debug, Clone)]
pub struct AnswerIf<F, A> {
    closure: F,
    /// The answer for `true`.
    yes: A,
    /// The answer for `false`.
    no: A,
}

/// Makes a handler that answers `yes` if the closure returns `true`, and `no` if it returns `false`. The parameters of the closure are
/// state, like those of any handler.
///
/// A handler cannot return a `bool` itself, because a `bool` does not say what the loop should do.
///
/// ```
/// use callbacks::answer_if;
/// use callbacks::prelude::*;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut state = State::new();
/// state.insert(0.001);
/// let mut plan = Plan::<Relax>::new();
/// let is_cold = |rate: &f64| *rate < 0.01;
/// plan.on(Relax::before_step, answer_if(is_cold, Flow::stop("cold"), Flow::Continue));
/// let outcome = plan.run(&mut state, |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// assert_eq!(outcome.stopped().map(Stop::reason), Some("cold"));
/// # Ok::<(), PlanError>(())
/// ```
pub fn answer_if<F, A>(closure: F, yes: A, no: A) -> AnswerIf<F, A> {
    AnswerIf { closure, yes, no }
}

impl<F, K, A> Closure<AnswerIf<K, A>> for AnswerIf<F, A>
where
    F: Closure<K, Out = bool>,
    A: Clone + 'static,
{
    type Out = A;
    type Params = F::Params;

    fn call(&mut self, items: <F::Params as Params>::Items<'_>) -> A {
        if self.closure.call(items) {
            self.yes.clone()
        } else {
            self.no.clone()
        }
    }
}
