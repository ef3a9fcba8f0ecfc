//! Prints the tables of `BENCHMARKS.md`: all of them, or those whose names are given. With `write` before the names it also
//! writes them into that file.

#![forbid(unsafe_code)]

mod measure;
mod report;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    measure::run(&asked)
}
