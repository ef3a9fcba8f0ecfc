//! Asking: a breakpoint whose handlers answer more than a flow.

use super::heed::origin;
use super::{Break, Run};
use crate::breakpoint::{At, Loop};
use crate::failure::Origin;
use crate::reply::{Answer, Votes};

impl<L: Loop> Run<'_, L> {
    /// Runs the handlers of a breakpoint that declares an answer, and returns their merged answer, `None` if nobody gave one.
    /// A stop, or a leave, wins over any answer.
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
        let told = self.ask_who(at, |_| false)?;
        Ok(told.map(|(merged, _)| merged))
    }

    /// The same, with those who gave an answer that `is_such`: for a loop that has to name those who rejected. Where there is none,
    /// it costs no more than [`ask`](Self::ask).
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
    /// let mut told = None;
    /// let outcome = plan.run(&mut State::new(), |run| {
    ///     told = run.ask_who(Relax::on_update, |accept| !accept.0)?;
    ///     Ok(())
    /// })?;
    /// let (merged, rejecters) = told.unwrap();
    /// assert_eq!(merged, Accept(false));
    /// let names: Vec<_> = rejecters.iter().filter_map(|origin| origin.callback()).collect();
    /// assert_eq!(names, ["strict"]);
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[inline]
    pub fn ask_who<A: Answer>(
        &mut self,
        at: At<L, A>,
        is_such: impl Fn(&A) -> bool,
    ) -> Result<Option<(A, Vec<Origin>)>, Break> {
        if !self.has_work(at.index()) {
            return Ok(None);
        }
        self.ask_handled(at, is_such)
    }

    #[inline(never)]
    fn ask_handled<A: Answer>(
        &mut self,
        at: At<L, A>,
        is_such: impl Fn(&A) -> bool,
    ) -> Result<Option<(A, Vec<Origin>)>, Break> {
        // A handler may run a plan of its own on this state, that asks for the same answers.
        let aside = self.votes::<A>().and_then(Votes::set_aside);
        let goes_on = self.fire_handled(at.index());
        let told = self.count_votes(at, is_such);
        if let Some(aside) = aside {
            self.frame.view().insert(aside);
        }
        if goes_on {
            Ok(told)
        } else {
            Err(Break::PENDING)
        }
    }

    fn votes<A: Answer>(&mut self) -> Option<&mut Votes<A>> {
        self.frame.get_mut()
    }

    fn count_votes<A: Answer>(
        &mut self,
        at: At<L, A>,
        is_such: impl Fn(&A) -> bool,
    ) -> Option<(A, Vec<Origin>)> {
        let resolved = self.resolved;
        let votes = self.votes::<A>()?;
        let turns = votes.turns(is_such);
        let who = turns.map(|turn| origin::<L>(resolved, at.index(), turn));
        let who = who.collect();
        // Cleared and not removed: the next votes need no allocation.
        Some((votes.take()?, who))
    }
}
