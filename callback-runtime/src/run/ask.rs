//! Firing breakpoints whose handlers return an answer.

use super::{Break, Run, RunCore};
use crate::callback::{HandlerId, Turn};
use crate::loops::{At, BreakpointId, Loop};
use crate::outcome::{Answer, Answers, Origin};

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers of a breakpoint that declares an answer. Returns their merged answer, or `None` if no handler returned
    /// one. A stop or a leave overrules every answer, and is returned as an `Err`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Answer;
    /// # #[derive(Clone, Debug, PartialEq)]
    /// # struct Accept(bool);
    /// # impl Answer for Accept { fn merge(self, other: Self) -> Self { Self(self.0 && other.0) } }
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_update -> Accept; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_update, || Accept(true));
    /// plan.on(Relax::on_update, || Accept(false));
    /// let mut answer = None;
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     answer = run.ask(Relax::on_update)?;
    ///     Ok(())
    /// })?;
    /// assert_eq!(answer, Some(Accept(false)));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ask<A: Answer>(&mut self, at: At<L, A>) -> Result<Option<A>, Break> {
        let report = self.ask_with_origins(at, |_| false)?;
        Ok(report.map(|(merged, _)| merged))
    }

    /// Like [`ask`](Self::ask), but also returns the handlers whose answers `matches` accepts, so that a loop can name the handlers that
    /// rejected a step. It costs no more than `ask` if there is no such answer.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::Answer;
    /// # #[derive(Clone, Debug, PartialEq)]
    /// # struct Accept(bool);
    /// # impl Answer for Accept { fn merge(self, other: Self) -> Self { Self(self.0 && other.0) } }
    /// # breakpoints! { loop Relax { scope STEP { before_step; on_update -> Accept; after_step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::on_update, || Accept(true)).named("lenient");
    /// plan.on(Relax::on_update, || Accept(false)).named("strict");
    /// let mut report = None;
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     report = run.ask_with_origins(Relax::on_update, |answer| !answer.0)?;
    ///     Ok(())
    /// })?;
    /// let (merged, rejecters) = report.unwrap();
    /// assert_eq!(merged, Accept(false));
    /// let names: Vec<_> = rejecters.iter().filter_map(|origin| origin.callback()).collect();
    /// assert_eq!(names, ["strict"]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[inline]
    pub fn ask_with_origins<A: Answer>(
        &mut self,
        at: At<L, A>,
        matches: impl Fn(&A) -> bool,
    ) -> Result<Option<(A, Vec<Origin>)>, Break> {
        if !self.core.has_work(at.id()) {
            return Ok(None);
        }
        self.core.ask_handled(at.id(), matches)
    }
}

impl RunCore<'_> {
    #[inline(never)]
    fn ask_handled<A: Answer>(
        &mut self,
        at: BreakpointId,
        matches: impl Fn(&A) -> bool,
    ) -> Result<Option<(A, Vec<Origin>)>, Break> {
        // A handler may run another plan on this state that collects answers of the same type.
        let outer = self.answers::<A>().and_then(Answers::take_outer);
        let continues = self.fire_handled(at);
        let merged = self.take_answers(at, matches);
        if let Some(outer) = outer {
            self.frame.view().insert(outer);
        }
        if continues {
            Ok(merged)
        } else {
            Err(Break::PENDING)
        }
    }

    /// Returns the answers of the handlers so far.
    fn answers<A: Answer>(&mut self) -> Option<&mut Answers<A>> {
        self.frame.get_mut()
    }

    /// Merges the answers of the handlers that ran, and returns the handlers whose answers `matches` accepts.
    fn take_answers<A: Answer>(
        &mut self,
        at: BreakpointId,
        matches: impl Fn(&A) -> bool,
    ) -> Option<(A, Vec<Origin>)> {
        let turns: Vec<Turn> = self.answers::<A>()?.turns(matches).collect();
        let origins = turns
            .into_iter()
            .map(|turn| self.origin(HandlerId::new(at, turn)));
        let origins = origins.collect();
        // Clears the answers and keeps their memory, so that the next ones need no allocation.
        Some((self.answers::<A>()?.take()?, origins))
    }
}
