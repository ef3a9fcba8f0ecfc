//! Handlers with a period that does not come due.

use super::{Attach, Bench};
use crate::contenders::handlers::{Input, Output, Own, two};
use crate::contenders::listing::numbered;
use callbacks::counter;
use callbacks::prelude::*;

/// What the loop counts.
#[derive(Debug, Default)]
pub(crate) struct Turn(u64);

counter!(Turn: u64);

/// They stand at the same breakpoint as those that are fired.
pub(super) fn waiting() -> [Attach; 64] {
    struct Waiting<const K: u64>(Own);

    #[callback(Bench, register = false)]
    impl<const K: u64> Waiting<K> {
        #[every(steps = 1_000_000)]
        fn on_batch_loss(&mut self, input: &Input, output: &mut Output) {
            two::<K>(&mut self.0, input, output);
        }
    }

    macro_rules! attach {
        ($k:literal) => {
            |plan: &mut Plan<Bench>| {
                plan.add(Waiting::<$k>(Own::default()));
            }
        };
    }
    numbered!(attach)
}
