//! The floor: calls through function pointers with the same arguments, and nothing else.
//!
//! A callback that is idle is in a list of its own moment, so that it costs nothing here.

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

macro_rules! direct {
    ($name:ident, reads($($r:ident: $R:ident),*), writes($($w:ident: $W:ident),*), $Answer:ty) => {
        fn $name(setup: Setup) -> Box<dyn Contender> {
            type Call = fn(&mut Own $(, &$R)* $(, &mut $W)*) -> $Answer;

            struct Direct {
                calls: Vec<(Call, Own)>,
                shared: Shared,
            }

            impl Contender for Direct {
                fn fire(&mut self, times: u64) -> Result<(), BoxError> {
                    measured_firings(self, times)
                }
            }

            #[inline(never)]
            fn measured_firings(direct: &mut Direct, times: u64) -> Result<(), BoxError> {
                for _ in 0..times {
                    let Direct { calls, shared: _shared } = black_box(&mut *direct);
                    for (call, own) in calls {
                        call(own $(, &_shared.$r)* $(, &mut _shared.$w)*).check()?;
                    }
                }
                Ok(())
            }

            macro_rules! call {
                ($k:literal) => {
                    (super::handlers::$name::<$k> as Call, Own::default())
                };
            }
            Box::new(Direct {
                calls: numbered!(call).into_iter().take(setup.handlers).collect(),
                shared: Shared::new(),
            })
        }
    };
}

each_signature!(direct);
