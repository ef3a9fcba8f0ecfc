//! Handlers that ask for state of types beyond the first 64 that the process used as state.

use super::{Attach, Bench};
use crate::contenders::handlers::{self, Input, Output, Own, Shared};
use crate::contenders::listing::numbered;
use callbacks::prelude::*;

struct LateInput(Input);

struct LateOutput(Output);

/// Every handler reads one such value.
pub(super) fn one(state: &mut State) -> [Attach; 64] {
    struct Asks<const K: u64>(Own);

    #[callback(Bench, register = false)]
    impl<const K: u64> Asks<K> {
        fn on_batch_loss(&mut self, input: &LateInput) {
            handlers::one::<K>(&mut self.0, &input.0);
        }
    }

    macro_rules! attach {
        ($k:literal) => {
            |plan: &mut Plan<Bench>| {
                plan.add(Asks::<$k>(Own::default()));
            }
        };
    }
    insert(state);
    numbered!(attach)
}

/// Every handler reads one such value, and changes another one.
pub(super) fn two(state: &mut State) -> [Attach; 64] {
    struct Asks<const K: u64>(Own);

    #[callback(Bench, register = false)]
    impl<const K: u64> Asks<K> {
        fn on_batch_loss(&mut self, input: &LateInput, output: &mut LateOutput) {
            handlers::two::<K>(&mut self.0, &input.0, &mut output.0);
        }
    }

    macro_rules! attach {
        ($k:literal) => {
            |plan: &mut Plan<Bench>| {
                plan.add(Asks::<$k>(Own::default()));
            }
        };
    }
    insert(state);
    numbered!(attach)
}

fn insert(state: &mut State) {
    use_up_first_types(state);
    let Shared { input, output, .. } = Shared::new();
    state.insert(LateInput(input));
    state.insert(LateOutput(output));
}

/// Puts values of 64 types into the state: types are numbered when the process first uses them as state.
pub(super) fn use_up_first_types(state: &mut State) {
    struct Sooner<const N: u64>;

    macro_rules! insert {
        ($k:literal) => {
            |state: &mut State| {
                state.insert(Sooner::<$k>);
            }
        };
    }
    let inserts: [fn(&mut State); 64] = numbered!(insert);
    for insert in inserts {
        insert(state);
    }
}
