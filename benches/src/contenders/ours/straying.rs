//! Handlers after which the state of the others may be absent or elsewhere: one of them, before 63 ordinary ones.

use super::late::use_up_first_types;
use super::{Attach, Bench};
use crate::contenders::handlers::{Input, Output, Own, two};
use callbacks::Breakpoint;
use callbacks::prelude::*;
use std::hint::black_box;

/// The first one asks where the loop stands.
pub(super) fn placed(others: &[Attach; 64]) -> [Attach; 64] {
    struct Placed(Own);

    #[callback(Bench, register = false)]
    impl Placed {
        fn on_batch_loss(&mut self, input: &Input, output: &mut Output, at: &Breakpoint) {
            black_box(at);
            two::<1>(&mut self.0, input, output);
        }
    }

    led_by(others, |plan| {
        plan.add(Placed(Own::default()));
    })
}

/// The first one asks for everything, and takes the same two values out of it.
pub(super) fn whole(others: &[Attach; 64]) -> [Attach; 64] {
    struct Whole(Own);

    #[callback(Bench, register = false)]
    impl Whole {
        fn on_batch_loss(&mut self, mut ctx: Ctx<'_>) {
            if let Some((input, output)) = ctx.query::<(&Input, &mut Output)>() {
                two::<1>(&mut self.0, input, output);
            }
        }
    }

    led_by(others, |plan| {
        plan.add(Whole(Own::default()));
    })
}

/// The first one asks for a type that comes behind 64 others, which are put into the state, too.
pub(super) fn late(others: &[Attach; 64], state: &mut State) -> [Attach; 64] {
    struct Late;

    struct Asks(Own);

    #[callback(Bench, register = false)]
    impl Asks {
        fn on_batch_loss(&mut self, input: &Input, output: &mut Output, late: &Late) {
            black_box(late);
            two::<1>(&mut self.0, input, output);
        }
    }

    use_up_first_types(state);
    state.insert(Late);
    led_by(others, |plan| {
        plan.add(Asks(Own::default()));
    })
}

fn led_by(others: &[Attach; 64], first: Attach) -> [Attach; 64] {
    let mut all = *others;
    all[0] = first;
    all
}
