//! What a part of this program does, counted by valgrind: instructions and allocations.
//!
//! The program runs itself twice, with twice as much to do the second time. What is done before and behind it cancels out.

use super::{driver, fit, once_more, plans, session};
use callbacks_benches::contenders::{BoxError, Peer, Setup, Signature};
use std::error::Error;

/// The argument with which this program runs itself to be counted; the work and how much of it follow.
pub(super) const UNDER_VALGRIND: &str = "under-valgrind";

/// What runs under valgrind.
pub(super) fn work(asked: &[String]) -> Result<(), Box<dyn Error>> {
    let [much, of, which @ ..] = asked else {
        return Err("write how much is to be done, and what".into());
    };
    let much: u64 = much.parse()?;
    let done = match of.as_str() {
        fit::FIT => fit::once(which, much),
        driver::DRIVE => driver::once(which, much),
        session::BATCHES => session::once(which, much),
        plans::PLAN => plans::once(which, much),
        _ => fire(much),
    };
    done.map_err(|error: BoxError| error as Box<dyn Error>)
}

/// Every kind of handler that ours has.
fn fire(times: u64) -> Result<(), BoxError> {
    for signature in Signature::ALL {
        let setup = Setup::of(Peer::Ours).with(8).asking(signature);
        setup
            .build()
            .ok_or("a contender that is none")?
            .fire(times)?;
    }
    Ok(())
}

/// What a run of this program takes, told how much to do of what.
pub(super) type Count = fn(u64, &[&str]) -> Result<f64, Box<dyn Error>>;

/// What one more of it takes: as if it had been done `much` times more.
pub(super) fn each(much: u32, of: &[&str], count: Count) -> Result<f64, Box<dyn Error>> {
    let (few, many) = (count(much.into(), of)?, count(2 * u64::from(much), of)?);
    Ok((many - few) / f64::from(much))
}

/// What 1,000 firings allocate, of each kind of handler.
pub(super) fn allocations_of_firings() -> Result<f64, Box<dyn Error>> {
    Ok(1e3 * each(1_000, &["fire"], allocations)?)
}

/// The instructions of a whole run of this program.
pub(super) fn instructions(much: u64, of: &[&str]) -> Result<f64, Box<dyn Error>> {
    let options = [
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
    ];
    run(&options, much, of, "I   refs:")
}

/// The allocations of a whole run of this program.
pub(super) fn allocations(much: u64, of: &[&str]) -> Result<f64, Box<dyn Error>> {
    let options = [
        "--tool=memcheck",
        "--leak-check=no",
        "--undef-value-errors=no",
    ];
    run(&options, much, of, "total heap usage:")
}

/// The number that valgrind writes behind `label`.
fn run(options: &[&str], much: u64, of: &[&str], label: &str) -> Result<f64, Box<dyn Error>> {
    let much = much.to_string();
    let mut arguments = vec![UNDER_VALGRIND, &much];
    arguments.extend(of);
    let [_, text] = once_more::run(Some(("valgrind", options)), &arguments)?;
    let number = text
        .split_once(label)
        .map(|(_, behind)| behind.trim_start());
    let number = number.and_then(|number| number.split_whitespace().next());
    let number = number.ok_or_else(|| format!("valgrind did not write `{label}`"))?;
    Ok(number.replace(',', "").parse()?)
}
