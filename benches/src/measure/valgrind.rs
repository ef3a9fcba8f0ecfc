//! What a part of this program does, counted by valgrind: instructions and allocations.
//!
//! The program runs itself twice, with twice as much to do the second time. What is done before and behind it cancels out.

use super::fit::{self, Way};
use crate::contenders::{BoxError, Peer, Setup};
use std::env;
use std::error::Error;
use std::process::Command;

/// The argument with which this program runs itself to be counted; the work and how much of it follow.
pub(super) const UNDER_VALGRIND: &str = "under-valgrind";

/// The work that is not a fit.
const FIRE: &str = "fire";

/// What runs under valgrind.
pub(super) fn work(asked: &[String]) -> Result<(), Box<dyn Error>> {
    let [work, much] = asked else {
        return Err("write what is to be done, and how much of it".into());
    };
    let much: u64 = much.parse()?;
    let way = Way::ALL.into_iter().find(|way| way.name() == work);
    let done = match way {
        Some(way) => fit::once(way, much),
        None => fire(much),
    };
    done.map_err(|error: BoxError| error as Box<dyn Error>)
}

/// Every kind of handler that ours has.
fn fire(times: u64) -> Result<(), BoxError> {
    use crate::contenders::Signature::{Fallible, Flow, Inlined, Nothing, One, Six, Two};
    for signature in [Nothing, One, Two, Inlined, Six, Flow, Fallible] {
        let setup = Setup::of(Peer::Ours).with(8).asking(signature);
        setup
            .build()
            .ok_or("a contender that is none")?
            .fire(times)?;
    }
    Ok(())
}

/// What a run of this program takes, told what to do and how much of it.
type Count = fn(&str, u64) -> Result<f64, Box<dyn Error>>;

/// What an epoch of a fit takes.
pub(super) fn per_epoch(way: Way, count: Count) -> Result<f64, Box<dyn Error>> {
    const EPOCHS: u64 = 4;
    let (few, many) = (count(way.name(), EPOCHS)?, count(way.name(), 2 * EPOCHS)?);
    Ok((many - few) / 4.0)
}

/// What 1,000 firings allocate, of each kind of handler.
pub(super) fn allocations_of_firings() -> Result<f64, Box<dyn Error>> {
    Ok(allocations(FIRE, 2_000)? - allocations(FIRE, 1_000)?)
}

/// The instructions of a whole run of this program.
pub(super) fn instructions(work: &str, much: u64) -> Result<f64, Box<dyn Error>> {
    let options = [
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
    ];
    run(&options, work, much, "I   refs:")
}

/// The allocations of a whole run of this program.
pub(super) fn allocations(work: &str, much: u64) -> Result<f64, Box<dyn Error>> {
    let options = [
        "--tool=memcheck",
        "--leak-check=no",
        "--undef-value-errors=no",
    ];
    run(&options, work, much, "total heap usage:")
}

/// The number that valgrind writes behind `label`.
fn run(options: &[&str], work: &str, much: u64, label: &str) -> Result<f64, Box<dyn Error>> {
    let run = Command::new("valgrind")
        .args(options)
        .arg(env::current_exe()?)
        .args([UNDER_VALGRIND, work, &much.to_string()])
        .output()
        .map_err(|error| format!("cannot run valgrind: {error}; install it"))?;
    let told = String::from_utf8_lossy(&run.stderr);
    if !run.status.success() {
        return Err(told.into());
    }
    let number = told
        .split_once(label)
        .map(|(_, behind)| behind.trim_start());
    let number = number.and_then(|number| number.split_whitespace().next());
    let number = number.ok_or_else(|| format!("valgrind did not write `{label}`"))?;
    Ok(number.replace(',', "").parse()?)
}
