//! argmin's observers: the same work, as far as an observer can do it (its state is shared, so that it changes its own alone).

use crate::{Input, Output, work};
use argmin::core::observers::{Observe, ObserverMode, Observers};
use argmin::core::{Error, IterState, KV};

type State = IterState<(), (), (), (), (), f64>;

struct Busy<const K: u64> {
    own: u64,
    output: Output,
}

impl<const K: u64> Observe<State> for Busy<K> {
    fn observe_iter(&mut self, state: &State, _: &KV) -> Result<(), Error> {
        work::<K>(&mut self.own, &Input(state.iter), &mut self.output);
        Ok(())
    }
}

/// Observers, as an executor calls them.
pub struct Argmin {
    observers: Observers<State>,
    state: State,
    kv: KV,
}

impl Argmin {
    /// So many of them, at most 64.
    pub fn new(handlers: usize) -> Self {
        let mut observers = Observers::new();
        macro_rules! push {
            ($k:literal) => {
                |observers: &mut Observers<State>| {
                    let observer = Busy::<$k> {
                        own: 0,
                        output: Output(0),
                    };
                    observers.push(observer, ObserverMode::Always);
                }
            };
        }
        let push: [fn(&mut Observers<State>); 64] = crate::numbered!(push);
        for push in push.iter().take(handlers) {
            push(&mut observers);
        }
        Self {
            observers,
            state: argmin::core::State::new(),
            kv: KV::new(),
        }
    }

    /// Calls all, so many times.
    pub fn fire(&mut self, times: u64) -> Result<(), Error> {
        for _ in 0..times {
            self.observers.observe_iter(&self.state, &self.kv)?;
        }
        Ok(())
    }
}
