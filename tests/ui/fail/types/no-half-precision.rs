use callbacks::prelude::*;
use callbacks::shelf::MixedPrecision;
use std::io::Empty;

fn main() {
    let _ = MixedPrecision::<Empty>::new();
    let _ = Plan::<Fit>::new();
}
