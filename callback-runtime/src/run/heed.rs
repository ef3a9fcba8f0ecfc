//! What handlers answer, off the hot path: flows become wishes, errors and panics the failure.

use super::wish::{What, Wish};
use super::{Course, Stage};
use crate::breakpoint::{Breakpoint, Loop};
use crate::catch::quietly;
use crate::failure::{Cause, Failure, Fault, Origin};
use crate::flow::Flow;
use crate::marks::Marks;
use crate::outcome::Stop;
use crate::plan::Resolved;
use crate::raw::{Code, Frame};
use crate::state::Ctx;
use std::ops::ControlFlow;

/// Refused stops are kept up to this number: a stopper that asks at every batch must not fill the memory.
const REFUSED_KEPT: usize = 100;

impl Course {
    /// Takes in what a handler answered; gives back how it failed.
    #[cold]
    pub(super) fn heed<L: Loop>(
        &mut self,
        resolved: &Resolved,
        at: usize,
        index: usize,
        code: Code,
        frame: &mut Frame<'_>,
    ) -> Result<(), Cause> {
        match code {
            Code::Continue => return Ok(()),
            Code::Absent => {
                self.skip(resolved, at, index);
                return Ok(());
            }
            Code::Raised | Code::Failed | Code::Several | Code::Late => {}
        }
        match frame.handed.sink.flow.take() {
            Some(flow) if self.hears(&flow) => {
                let origin = origin::<L>(resolved, at, index);
                let state = Ctx::from(frame.view());
                self.wish::<L>(flow, origin, &L::BREAKPOINTS[at], &state)
            }
            _ => Ok(()),
        }
    }

    /// Counts a handler that did not run for want of state, if it was to run at all.
    fn skip(&mut self, resolved: &Resolved, at: usize, index: usize) {
        let instance = resolved.lists[at][index].instance;
        if !self.swallows.have_disabled(instance) {
            *self.skipped.entry((at, index)).or_insert(0) += 1;
        }
    }

    fn wish<L: Loop>(
        &mut self,
        flow: Flow,
        origin: Origin,
        at: &Breakpoint,
        state: &Ctx<'_>,
    ) -> Result<(), Cause> {
        let what = match flow {
            Flow::Continue => return Ok(()),
            Flow::Interrupt(reason) => What::Interrupt(reason.into_owned()),
            Flow::Stop(reason) => What::Stop(reason.into_owned()),
            Flow::Leave(left) => {
                let index = left.index_in::<L>();
                let open = |scope: &usize| Some(*scope) == index;
                match self.open.iter().rposition(open) {
                    None => return Err(Cause::NotOpen(left.to_string())),
                    Some(depth) => What::Leave(depth),
                }
            }
        };
        // Leaving the outermost scope may be the end of the run: it must be no way round what refuses stops.
        let refusable = matches!(&what, What::Stop(_) | What::Leave(0));
        let refused = self.refuse_stops.filter(|_| refusable);
        if let Some(because) = refused.and_then(|rule| rule(state, at)) {
            self.refuse(origin, &format!("{what} (refused: {because})"));
        } else {
            self.accept(Wish { what, origin });
        }
        Ok(())
    }

    /// Whether a flow can have an effect here. At the end of an outermost scope there is no scope to leave.
    fn hears(&self, flow: &Flow) -> bool {
        match self.stage {
            Stage::Running => true,
            Stage::Ending => !matches!(flow, Flow::Leave(_)),
            Stage::Told | Stage::Closing => false,
        }
    }

    fn accept(&mut self, wish: Wish) {
        if self.stage == Stage::Running {
            wish.raise(&mut self.wish);
            self.suspend();
        } else {
            // All breakpoints count as handled, so that the next one looks.
            let mut late = self.late.take().map(|late| *late);
            wish.raise(&mut late);
            self.late = late.map(Box::new);
            self.attend();
        }
    }

    fn refuse(&mut self, origin: Origin, reason: &str) {
        quietly(|| tracing::info!(%origin, reason, "a stop is refused"));
        if self.refused.len() < REFUSED_KEPT {
            self.refused.push(Stop::new(origin, reason.to_owned()));
        }
    }

    /// Notes that something went wrong; the first is the failure, later ones are attached to it.
    pub(super) fn fail(&mut self, fault: Fault) -> ControlFlow<()> {
        quietly(|| tracing::error!(%fault, "the run fails"));
        match &mut self.failure {
            Some(failure) => failure.attach(Failure::new(fault)),
            None => self.failure = Some(Failure::new(fault)),
        }
        self.suspend();
        ControlFlow::Break(())
    }

    /// Whether the run comes to its end: it is not only a scope that is left.
    pub(super) fn is_stopping(&self) -> bool {
        let stops = |wish: &Wish| !matches!(wish.what, What::Leave(_));
        self.wish.as_ref().is_some_and(stops)
    }

    /// From now on every firing hands on what is pending. All breakpoints count as handled, so that the empty ones look.
    pub(super) fn suspend(&mut self) {
        self.pending = true;
        self.attend();
    }

    fn attend(&mut self) {
        self.attention = true;
        self.live = Marks::ALL;
    }

    /// A scope that was left is behind: the loop goes on.
    pub(super) fn resume(&mut self, resolved: &Resolved) {
        self.wish = None;
        self.pending = false;
        self.attention = self.late.is_some();
        // What was wished at its end waits for the next breakpoint, handled or not.
        self.live = match self.late {
            Some(_) => Marks::ALL,
            None => resolved.live,
        };
    }
}

/// Who runs in a list.
pub(super) fn origin<L: Loop>(resolved: &Resolved, at: usize, index: usize) -> Origin {
    let placed = &resolved.lists[at][index];
    let name = resolved.names[placed.instance].clone();
    Origin::handler(name, L::BREAKPOINTS[at], placed.site)
}
