//! Prints the tables of `BENCHMARKS.md`: all of them, or those whose names are given.

#![forbid(unsafe_code)]

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    callbacks_benches::measure::run(&asked)
}
