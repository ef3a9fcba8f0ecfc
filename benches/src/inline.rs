//! What a person writes who needs no callbacks: the calls, one below the other.

use crate::{Input, Output, work};

/// Eight handlers, called inline, so many times.
pub fn eight(times: u64) -> u64 {
    let (input, mut output) = (Input(3), Output(0));
    let mut own = [0; 8];
    for _ in 0..times {
        work::<0>(&mut own[0], &input, &mut output);
        work::<1>(&mut own[1], &input, &mut output);
        work::<2>(&mut own[2], &input, &mut output);
        work::<3>(&mut own[3], &input, &mut output);
        work::<4>(&mut own[4], &input, &mut output);
        work::<5>(&mut own[5], &input, &mut output);
        work::<6>(&mut own[6], &input, &mut output);
        work::<7>(&mut own[7], &input, &mut output);
    }
    output.0
}
