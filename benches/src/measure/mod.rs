//! What is measured, one table or more for each name.

mod allocations;
mod bound;
mod callgrind;
mod cargo;
mod compile;
mod counts;
mod discovery;
mod driver;
mod fit;
mod goals;
mod plans;
mod processor;
mod times;
mod valgrind;

use crate::report::Table;
use std::error::Error;

/// Prints the tables of these names, all tables if there is no name; or does what the one other name says: `guard`.
///
/// ```
/// use callbacks_benches::measure::run;
///
/// let error = run(&["speed".to_owned()]).unwrap_err();
/// assert!(error.to_string().starts_with("nothing is measured as `speed`; write one of guard, counts, times"));
/// ```
pub fn run(asked: &[String]) -> Result<(), Box<dyn Error>> {
    match asked.first().map(String::as_str) {
        Some(callgrind::UNDER_CALLGRIND) => callgrind::fire_all(),
        Some(valgrind::UNDER_VALGRIND) => valgrind::work(asked.get(1..).unwrap_or_default()),
        Some("guard") => goals::guard(),
        _ => print(asked),
    }
}

type Measure = fn() -> Result<Table, Box<dyn Error>>;

/// All measurements, by the name that a person asks for them with.
const ALL: [(&str, Measure); 10] = [
    ("counts", counts::by_number),
    ("counts", counts::by_signature),
    ("counts", goals::table),
    ("times", times::table),
    ("fit", fit::table),
    ("driver", driver::table),
    ("plans", plans::table),
    ("compile", compile::table),
    ("discovery", discovery::table),
    ("allocations", allocations::table),
];

fn print(asked: &[String]) -> Result<(), Box<dyn Error>> {
    let is_known = |asked: &&String| ALL.iter().any(|(name, _)| name == asked);
    if let Some(unknown) = asked.iter().find(|asked| !is_known(asked)) {
        return Err(format!(
            "nothing is measured as `{unknown}`; write one of {}",
            known()
        )
        .into());
    }
    for (name, measure) in ALL {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            println!("{}", measure()?);
        }
    }
    Ok(())
}

fn known() -> String {
    let mut names = vec!["guard"];
    names.extend(ALL.map(|(name, _)| name));
    names.dedup();
    names.join(", ")
}
