//! What people write today: a trait with a default method for each moment, and a vector of boxes.

use super::handlers::{BoxError, Fifth, Fourth, Input, Output, Own, Reply, Second, Shared, Third};
use super::listing::{each_signature, numbered};
use super::{Contender, Setup, Signature};
use callbacks::Flow;
use callbacks::driver::Verdict;
use std::hint::black_box;

/// `None` for a signature that says what state is asked for beyond the two parameters.
pub(super) fn build(setup: Setup) -> Option<Box<dyn Contender>> {
    Some(match setup.signature {
        Signature::Nothing => nothing(setup),
        Signature::One => one(setup),
        Signature::Two => two(setup),
        Signature::Inlined => inlined(setup),
        Signature::Six => six(setup),
        Signature::Flow => flow(setup),
        Signature::Fallible => fallible(setup),
        Signature::Judging => judging(setup),
        _ => return None,
    })
}

/// A trait of the size of luz's, whose methods do nothing by default.
macro_rules! observer {
    ($params:tt -> $Answer:ty; $($moment:ident)*) => {
        #[allow(dead_code, unused_variables, reason = "one moment is fired, and default methods do nothing")]
        trait Observer {
            $(fn $moment $params -> $Answer {
                Reply::go_on()
            })*
        }
    };
}

macro_rules! dynamic {
    ($name:ident, reads($($r:ident: $R:ident),*), writes($($w:ident: $W:ident),*), $Answer:ty) => {
        fn $name(setup: Setup) -> Box<dyn Contender> {
            observer! {
                (&mut self $(, $r: &$R)* $(, $w: &mut $W)*) -> $Answer;
                on_fit_begin on_epoch_begin on_batch_begin on_batch_end on_epoch_end on_fit_end
            }

            struct Busy<const K: u64>(Own);

            impl<const K: u64> Observer for Busy<K> {
                fn on_batch_end(&mut self $(, $r: &$R)* $(, $w: &mut $W)*) -> $Answer {
                    super::handlers::$name::<K>(&mut self.0 $(, $r)* $(, $w)*)
                }
            }

            struct Idle<const K: u64>(Own);

            impl<const K: u64> Observer for Idle<K> {
                fn on_fit_end(&mut self $(, $r: &$R)* $(, $w: &mut $W)*) -> $Answer {
                    super::handlers::$name::<K>(&mut self.0 $(, $r)* $(, $w)*)
                }
            }

            struct Dynamic {
                observers: Vec<Box<dyn Observer>>,
                shared: Shared,
            }

            impl Contender for Dynamic {
                fn fire(&mut self, times: u64) -> Result<(), BoxError> {
                    measured_firings(self, times)
                }
            }

            #[inline(never)]
            fn measured_firings(dynamic: &mut Dynamic, times: u64) -> Result<(), BoxError> {
                for _ in 0..times {
                    let Dynamic { observers, shared: _shared } = black_box(&mut *dynamic);
                    for observer in observers {
                        observer.on_batch_end($(&_shared.$r,)* $(&mut _shared.$w),*).check()?;
                    }
                }
                Ok(())
            }

            macro_rules! busy {
                ($k:literal) => {
                    Box::new(Busy::<$k>(Own::default())) as Box<dyn Observer>
                };
            }
            macro_rules! idle {
                ($k:literal) => {
                    || Box::new(Idle::<$k>(Own::default())) as Box<dyn Observer>
                };
            }
            let idle: [fn() -> Box<dyn Observer>; 64] = numbered!(idle);
            let mut observers: Vec<_> = numbered!(busy).into_iter().take(setup.handlers).collect();
            observers.extend(idle.iter().cycle().take(setup.idle).map(|make| make()));
            Box::new(Dynamic { observers, shared: Shared::new() })
        }
    };
}

each_signature!(dynamic);
