//! What an empty breakpoint is compared with: the check of a flag that is written where it is needed, and the measuring loop alone.

use super::Contender;
use super::handlers::BoxError;
use std::hint::black_box;

/// A loop that asks whether there is anything to do.
pub(super) struct Check {
    pub(super) is_busy: bool,
}

impl Contender for Check {
    fn fire(&mut self, times: u64) -> Result<(), BoxError> {
        measured_firings(self, times)
    }
}

#[inline(never)]
fn measured_firings(check: &mut Check, times: u64) -> Result<(), BoxError> {
    for _ in 0..times {
        if black_box(&mut *check).is_busy {
            return busy();
        }
    }
    Ok(())
}

#[cold]
fn busy() -> Result<(), BoxError> {
    Err("there is nothing to do".into())
}

/// A loop that does nothing, which is in every other measurement, too.
pub(super) struct Bare;

impl Contender for Bare {
    fn fire(&mut self, times: u64) -> Result<(), BoxError> {
        bare_measured_firings(self, times);
        Ok(())
    }
}

#[inline(never)]
fn bare_measured_firings(mut bare: &mut Bare, times: u64) {
    for _ in 0..times {
        bare = black_box(bare);
    }
}
