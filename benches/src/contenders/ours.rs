//! `callbacks`: the same handlers in annotated blocks, attached to a plan.

mod late;
mod straying;
mod waiting;

use super::handlers::{BoxError, Fifth, Fourth, Input, Output, Own, Second, Shared, Third};
use super::listing::{each_signature, numbered};
use super::{Contender, Setup, Signature};
use callbacks::driver::Verdict;
use callbacks::prelude::*;
use std::hint::black_box;
use waiting::Turn;

callbacks::breakpoints! {
    /// A loop of the size of luz's.
    pub(crate) loop Bench with Turn as steps by hand, Input, Second, Third, Fourth, Fifth, Output {
        scope FIT {
            on_fit_begin;
            scope BATCH {
                on_batch_begin;
                on_batch_loss;
                on_batch_judge -> Verdict;
                on_batch_end;
            }
            on_fit_end;
        }
    }
}

pub(super) fn build(setup: Setup) -> Box<dyn Contender> {
    // Before the plan: the state's types are numbered in the order in which they are first named.
    let mut state = state();
    let mut plan = Plan::new();
    for attach in busy(setup.signature, &mut state)
        .iter()
        .take(setup.handlers)
    {
        attach(&mut plan);
    }
    for attach in idle().iter().cycle().take(setup.idle) {
        attach(&mut plan);
    }
    for attach in waiting::waiting().iter().take(setup.waiting) {
        attach(&mut plan);
    }
    let is_asked = setup.signature == Signature::Judging;
    Box::new(Ours {
        plan,
        state,
        is_asked,
    })
}

/// Adds one callback to a plan.
type Attach = fn(&mut Plan<Bench>);

/// What is fired. It may need more state.
fn busy(signature: Signature, state: &mut State) -> [Attach; 64] {
    match signature {
        Signature::Nothing => nothing(),
        Signature::One => one(),
        Signature::Two => two(),
        Signature::Inlined => inlined(),
        Signature::Six => six(),
        Signature::Flow => flow(),
        Signature::Fallible => fallible(),
        Signature::Judging => judging(),
        Signature::Placed => straying::placed(&two()),
        Signature::Whole => straying::whole(&two()),
        Signature::Late => straying::late(&two(), state),
        Signature::LateOne => late::one(state),
        Signature::LateTwo => late::two(state),
    }
}

macro_rules! ours {
    (judging, $($rest:tt)*) => {
        ours!(@ on_batch_judge judging, $($rest)*);
    };
    (@ $moment:ident $name:ident, reads($($r:ident: $R:ident),*), writes($($w:ident: $W:ident),*), $Answer:ty) => {
        fn $name() -> [Attach; 64] {
            struct Busy<const K: u64>(Own);

            #[callback(Bench, register = false)]
            impl<const K: u64> Busy<K> {
                fn $moment(&mut self $(, $r: &$R)* $(, $w: &mut $W)*) -> $Answer {
                    super::handlers::$name::<K>(&mut self.0 $(, $r)* $(, $w)*)
                }
            }

            macro_rules! attach {
                ($k:literal) => {
                    |plan: &mut Plan<Bench>| {
                        plan.add(Busy::<$k>(Own::default()));
                    }
                };
            }
            numbered!(attach)
        }
    };
    ($($signature:tt)*) => {
        ours!(@ on_batch_loss $($signature)*);
    };
}

each_signature!(ours);

fn idle() -> [Attach; 64] {
    struct Idle<const K: u64>(Own);

    #[callback(Bench, register = false)]
    impl<const K: u64> Idle<K> {
        fn on_fit_end(&mut self, input: &Input, output: &mut Output) {
            super::handlers::two::<K>(&mut self.0, input, output);
        }
    }

    macro_rules! attach {
        ($k:literal) => {
            |plan: &mut Plan<Bench>| {
                plan.add(Idle::<$k>(Own::default()));
            }
        };
    }
    numbered!(attach)
}

fn state() -> State {
    let mut state = State::new();
    let Shared {
        input,
        second,
        third,
        fourth,
        fifth,
        output,
    } = Shared::new();
    state.insert(input);
    state.insert(second);
    state.insert(third);
    state.insert(fourth);
    state.insert(fifth);
    state.insert(output);
    state.insert(Turn::default());
    state
}

struct Ours {
    plan: Plan<Bench>,
    state: State,
    is_asked: bool,
}

impl Contender for Ours {
    fn fire(&mut self, times: u64) -> Result<(), BoxError> {
        let firings = if self.is_asked {
            asked_measured_firings
        } else {
            measured_firings
        };
        let outcome = self.plan.run(&mut self.state, |run| firings(run, times))?;
        // What a run costs that does not finish would mean nothing.
        outcome
            .is_finished()
            .then_some(())
            .ok_or_else(|| outcome.to_string().into())
    }
}

#[inline(never)]
fn measured_firings(run: &mut Run<'_, Bench>, times: u64) -> Result<(), Break> {
    for _ in 0..times {
        black_box(&mut *run).fire(Bench::on_batch_loss)?;
    }
    Ok(())
}

#[inline(never)]
fn asked_measured_firings(run: &mut Run<'_, Bench>, times: u64) -> Result<(), Break> {
    for _ in 0..times {
        let verdict = black_box(&mut *run).ask(Bench::on_batch_judge)?;
        if verdict.is_some_and(Verdict::is_reject) {
            return Err("somebody rejected".into());
        }
    }
    Ok(())
}
