//! What is measured, one table or more for each name.

mod allocations;
mod bound;
mod callgrind;
mod cargo;
mod checkpoints;
mod compile;
mod counts;
mod discovery;
mod driver;
mod dumps;
mod fit;
mod goals;
mod guard;
mod machine;
mod once_more;
mod plans;
mod processor;
mod rebuild;
mod session;
mod spread;
mod times;
mod valgrind;

use crate::report::{Goals, Table, write};
use std::error::Error;

/// Prints the tables of these names, all tables if there is no name. `write` before the names writes them into `BENCHMARKS.md`,
/// too; `guard`, alone, fails where a number that is watched over is beyond its limit.
pub(crate) fn run(asked: &[String]) -> Result<(), Box<dyn Error>> {
    match asked {
        [of_itself, rest @ ..] if once_more::is(of_itself) => once_more::work(of_itself, rest),
        [guard] if guard == "guard" => guard::run(),
        [first, names @ ..] if first == "write" => report(names, true),
        names => report(names, false),
    }
}

type Measure = fn() -> Result<Table, Box<dyn Error>>;

/// All measurements, by the name that a person asks for them with.
const ALL: &[(&str, Measure)] = &[
    ("machine", machine::table),
    ("counts", counts::by_number),
    ("counts", counts::by_signature),
    ("counts", counts::straying),
    ("counts", goals::table),
    ("counts", guard::table),
    ("times", times::table),
    ("driver", driver::table),
    ("session", session::table),
    ("fit", fit::mlp),
    #[cfg(feature = "candle")]
    ("fit", fit::candle),
    ("allocations", allocations::table),
    ("checkpoints", checkpoints::table),
    ("plans", plans::table),
    ("plans", plans::counted),
    ("discovery", discovery::table),
    ("rebuild", rebuild::table),
    ("compile", compile::table),
];

fn report(asked: &[String], is_to_be_written: bool) -> Result<(), Box<dyn Error>> {
    let is_known = |asked: &&String| ALL.iter().any(|(name, _)| name == asked);
    if let Some(unknown) = asked.iter().find(|asked| !is_known(asked)) {
        return Err(not_measured(unknown).into());
    }
    let mut goals = Goals::default();
    let mut unwritten = Vec::new();
    for (name, measure) in ALL {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            let table = measure()?;
            println!("{table}");
            goals.take_in(&table.goals);
            // One by one, and the next one all the same: what was measured is not to be lost.
            if is_to_be_written && let Err(error) = write(&table) {
                unwritten.push(error.to_string());
            }
        }
    }
    if !goals.are_none() {
        println!("{}", goals.table());
    }
    if unwritten.is_empty() {
        Ok(())
    } else {
        Err(unwritten.join("\n").into())
    }
}

fn not_measured(unknown: &str) -> String {
    if ["guard", "write"].contains(&unknown) {
        return "`guard` stands alone, and `write` before the names of all that is to be written"
            .into();
    }
    let mut known = vec!["guard", "write"];
    known.extend(ALL.iter().map(|(name, _)| *name));
    known.dedup();
    let known = known.join(", ");
    format!("nothing is measured as `{unknown}`; write one of {known}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_measured_is_reported_with_what_is() {
        let error = run(&["speed".to_owned()]).expect_err("there is no such measurement");
        let text =
            "nothing is measured as `speed`; write one of guard, write, machine, counts, times, ";
        assert!(error.to_string().starts_with(text), "{error}");
        let error =
            run(&["guard".to_owned(), "counts".to_owned()]).expect_err("guard takes no names");
        assert!(
            error.to_string().starts_with("`guard` stands alone"),
            "{error}"
        );
    }
}
