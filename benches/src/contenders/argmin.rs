//! argmin's observers: the same work, as far as an observer can do it.
//!
//! An observer is lent the solver's state to read and changes itself alone, so that what the others share is its own here.
//! It answers a `Result`, whether or not it can fail.

use super::handlers::{self, BoxError, Input, Output, Own};
use super::listing::numbered;
use super::{Contender, Setup, Signature};
use argmin::core::observers::{Observe, ObserverMode, Observers};
use argmin::core::{Error, IterState, KV};
use std::hint::black_box;

/// `None` for a signature that observers have no notion of.
pub(super) fn build(setup: Setup) -> Option<Box<dyn Contender>> {
    let push = match setup.signature {
        Signature::One => one(),
        Signature::Two => two(),
        Signature::Inlined => inlined(),
        Signature::Fallible => fallible(),
        _ => return None,
    };
    let mut observers = Observers::new();
    for push in push.iter().take(setup.handlers) {
        push(&mut observers);
    }
    for _ in 0..setup.idle {
        // Called only at the end, which every mode calls: this one costs least.
        observers.push(Idle, ObserverMode::Never);
    }
    let mut state: State = argmin::core::State::new();
    state.iter = 3;
    let kv = KV::new();
    Some(Box::new(Argmin {
        observers,
        state,
        kv,
    }))
}

type State = IterState<(), (), (), (), (), f64>;

/// Adds one observer.
type Push = fn(&mut Observers<State>);

macro_rules! argmin {
    ($name:ident, $($w:ident: $W:ident)?, |$answer:ident| $result:expr) => {
        fn $name() -> [Push; 64] {
            struct Busy<const K: u64> {
                own: Own,
                $($w: $W,)?
            }

            impl<const K: u64> Observe<State> for Busy<K> {
                fn observe_iter(&mut self, state: &State, _: &KV) -> Result<(), Error> {
                    let $answer = handlers::$name::<K>(&mut self.own, &Input(state.iter) $(, &mut self.$w)?);
                    $result
                }
            }

            macro_rules! push {
                ($k:literal) => {
                    |observers: &mut Observers<State>| {
                        let busy = Busy::<$k> { own: Own::default(), $($w: $W::default())? };
                        observers.push(busy, ObserverMode::Always);
                    }
                };
            }
            numbered!(push)
        }
    };
}

argmin!(one, , |done| Ok(done));
argmin!(two, output: Output, |done| Ok(done));
argmin!(inlined, output: Output, |done| Ok(done));
argmin!(fallible, output: Output, |answer| answer.map_err(Error::from_boxed));

struct Idle;

impl Observe<State> for Idle {}

struct Argmin {
    observers: Observers<State>,
    state: State,
    kv: KV,
}

impl Contender for Argmin {
    fn fire(&mut self, times: u64) -> Result<(), BoxError> {
        measured_firings(self, times)
    }
}

#[inline(never)]
fn measured_firings(argmin: &mut Argmin, times: u64) -> Result<(), BoxError> {
    for _ in 0..times {
        let argmin = black_box(&mut *argmin);
        argmin.observers.observe_iter(&argmin.state, &argmin.kv)?;
    }
    Ok(())
}
