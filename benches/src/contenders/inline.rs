//! What a person writes who needs no callbacks: the calls, one below the other.

use super::handlers::{BoxError, Own, Reply, Shared};
use super::listing::{each_signature, numbered};
use super::{Contender, Setup, Signature};
use std::hint::black_box;

/// `None` but for 1, 8 or 64 handlers, which are those that are written down, and for a signature that says what state is asked
/// for beyond the two parameters.
pub(super) fn build(setup: Setup) -> Option<Box<dyn Contender>> {
    match setup.signature {
        Signature::Nothing => nothing(setup),
        Signature::One => one(setup),
        Signature::Two => two(setup),
        Signature::Inlined => inlined(setup),
        Signature::Six => six(setup),
        Signature::Flow => flow(setup),
        Signature::Fallible => fallible(setup),
        Signature::Judging => judging(setup),
        _ => None,
    }
}

macro_rules! inline {
    ($name:ident, reads($($r:ident: $R:ident),*), writes($($w:ident: $W:ident),*), $Answer:ty) => {
        fn $name(setup: Setup) -> Option<Box<dyn Contender>> {
            struct Inline<const N: usize> {
                own: [Own; N],
                shared: Shared,
            }

            macro_rules! of {
                ($count:tt) => {
                    impl Contender for Inline<$count> {
                        fn fire(&mut self, times: u64) -> Result<(), BoxError> {
                            #[inline(never)]
                            fn measured_firings(inline: &mut Inline<$count>, times: u64) -> Result<(), BoxError> {
                                for _ in 0..times {
                                    let Inline { own, shared: _shared } = black_box(&mut *inline);
                                    macro_rules! call {
                                        ($k:literal) => {
                                            super::handlers::$name::<$k>(&mut own[$k - 1] $(, &_shared.$r)* $(, &mut _shared.$w)*).check()?
                                        };
                                    }
                                    numbered!($count call);
                                }
                                Ok(())
                            }
                            measured_firings(self, times)
                        }
                    }
                };
            }
            of!(1);
            of!(8);
            of!(64);

            fn boxed<const N: usize>() -> Option<Box<dyn Contender>>
            where
                Inline<N>: Contender,
            {
                let own = std::array::from_fn(|_| Own::default());
                Some(Box::new(Inline::<N> { own, shared: Shared::new() }))
            }

            match setup.handlers {
                1 => boxed::<1>(),
                8 => boxed::<8>(),
                64 => boxed::<64>(),
                _ => None,
            }
        }
    };
}

each_signature!(inline);
