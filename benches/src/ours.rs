//! `callbacks`: the same handlers attached to a plan.

use crate::{Input, Output, work};
use callbacks::prelude::*;
use callbacks::{Break, PlanError};

callbacks::breakpoints! {
    /// A loop of the size of luz's.
    pub loop Bench with Input, Output {
        scope FIT {
            on_fit_begin;
            scope BATCH {
                on_batch_begin;
                on_batch_loss;
                on_batch_end;
            }
            on_nothing;
            on_fit_end;
        }
    }
}

struct Busy<const K: u64>(u64);

#[callback(Bench, register = false)]
impl<const K: u64> Busy<K> {
    fn on_batch_loss(&mut self, input: &Input, output: &mut Output) {
        work::<K>(&mut self.0, input, output);
    }
}

struct Idle<const K: u64>;

#[callback(Bench, register = false)]
impl<const K: u64> Idle<K> {
    fn on_fit_end(&mut self, output: &mut Output) {
        output.0 ^= K;
    }
}

/// A plan and its state.
#[derive(Debug)]
pub struct Ours {
    plan: Plan<Bench>,
    state: State,
}

impl Ours {
    /// So many callbacks with a handler at a batch's loss, at most 64, and so many without one.
    pub fn new(handlers: usize, idle: usize) -> Self {
        let mut plan = Plan::new();
        macro_rules! busy {
            ($k:literal) => {
                |plan: &mut Plan<Bench>| {
                    plan.add(Busy::<$k>(0));
                }
            };
        }
        macro_rules! idle {
            ($k:literal) => {
                |plan: &mut Plan<Bench>| {
                    plan.add(Idle::<$k>);
                }
            };
        }
        let add_busy: [fn(&mut Plan<Bench>); 64] = crate::numbered!(busy);
        let add_idle: [fn(&mut Plan<Bench>); 64] = crate::numbered!(idle);
        for add in add_busy.iter().take(handlers) {
            add(&mut plan);
        }
        for add in add_idle.iter().cycle().take(idle) {
            add(&mut plan);
        }
        let mut state = State::new();
        state.insert(Input(3));
        state.insert(Output(0));
        Self { plan, state }
    }

    /// Runs the loop `body`.
    ///
    /// # Panics
    /// If the run does not finish, because nothing it costs would mean anything then.
    pub fn run(
        &mut self,
        body: impl FnOnce(&mut Run<'_, Bench>) -> Result<(), Break>,
    ) -> Result<u64, PlanError> {
        let outcome = self.plan.run(&mut self.state, body)?;
        assert!(outcome.is_finished(), "{outcome}");
        Ok(self.state.get::<Output>().map_or(0, |output| output.0))
    }
}

/// Fires the breakpoint that has the handlers, so many times.
#[inline(never)]
pub fn fire(run: &mut Run<'_, Bench>, times: u64) -> Result<(), Break> {
    for _ in 0..times {
        run.fire(Bench::on_batch_loss)?;
    }
    Ok(())
}

/// Fires a breakpoint that nobody handles, so many times.
#[inline(never)]
pub fn fire_nothing(run: &mut Run<'_, Bench>, times: u64) -> Result<(), Break> {
    for _ in 0..times {
        run.fire(Bench::on_nothing)?;
    }
    Ok(())
}
