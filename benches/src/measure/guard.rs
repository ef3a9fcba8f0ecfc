//! The guard: what is larger than a firing and is watched over, and the failure where any number is beyond its limit.

use super::bound::Bound::{self, AtMost};
use super::{driver, fit, goals, machine, plans, rebuild, session, valgrind};
use crate::report::Table;
use std::error::Error;

/// A number, and what the guard lets pass: what was measured when it was set, and a tolerance.
struct Watched {
    of: &'static str,
    limit: Bound,
    measured: fn() -> Result<f64, Box<dyn Error>>,
}

/// The goal, and what the seeds of hash maps make of it.
const FIT: Bound = AtMost(1.012);

const WATCHED: [Watched; 10] = [
    Watched {
        of: "allocations of 1,000 firings of 8 handlers, of each signature",
        limit: AtMost(0.0),
        measured: valgrind::allocations_of_firings,
    },
    Watched {
        of: "a fit with ndarray, ten callbacks, in loops by hand",
        limit: FIT,
        measured: || fit::counted(fit::Way::WithTen, fit::Way::Bookkept),
    },
    Watched {
        of: "a fit with ndarray, no callbacks, in loops by hand",
        limit: FIT,
        measured: || fit::counted(fit::Way::Alone, fit::Way::Bare),
    },
    Watched {
        of: "instructions of a step of the driver beyond one by hand, no callbacks",
        limit: AtMost(430.0),
        measured: || driver::instructions(driver::Content::Vectors, 0),
    },
    Watched {
        of: "instructions of a step of the driver beyond one by hand, 10 callbacks",
        // The compiler allocates registers in the step anew with each change of a run or a record: 1,697 to 1,730.
        limit: AtMost(1_740.0),
        measured: || driver::instructions(driver::Content::Vectors, 10),
    },
    Watched {
        of: "instructions of a step of the driver beyond one by hand, 100 callbacks",
        limit: AtMost(9_600.0),
        measured: || driver::instructions(driver::Content::Vectors, 100),
    },
    Watched {
        of: "instructions of a batch of a session beyond one by hand, no callbacks",
        limit: AtMost(1_550.0),
        measured: session::instructions,
    },
    Watched {
        of: "a plan of 10,000 callbacks in plans of 1,000, in any order",
        // 13.3 were `n log n`, and 100 would be quadratic. Most of the work is linear.
        limit: AtMost(12.5),
        measured: plans::growth,
    },
    Watched {
        of: "lines of LLVM IR of a program with a plan and no callbacks",
        limit: AtMost(19_000.0),
        measured: rebuild::lines_of_empty,
    },
    Watched {
        of: "lines of LLVM IR of an annotated block of three handlers",
        limit: AtMost(1_150.0),
        measured: rebuild::lines_of_block,
    },
];

/// What is watched over beside the firing.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    Ok(table_of(&measured()?))
}

/// Fails where a number is beyond its limit.
pub(super) fn run() -> Result<(), Box<dyn Error>> {
    println!("features of callbacks-benches: {}\n", machine::FEATURES);
    println!("{}", goals::table()?);
    let measured = measured()?;
    println!("{}", table_of(&measured));
    let mut beyond = goals::beyond()?;
    let rest = WATCHED.iter().zip(measured);
    beyond.extend(rest.filter_map(|(of, value)| (!of.limit.holds(value)).then_some(of.of)));
    if beyond.is_empty() {
        return Ok(());
    }
    Err(format!(
        "beyond the limit: {}; find out why, or set the limit and say so",
        beyond.join(", ")
    )
    .into())
}

fn measured() -> Result<Vec<f64>, Box<dyn Error>> {
    WATCHED.iter().map(|watched| (watched.measured)()).collect()
}

fn table_of(measured: &[f64]) -> Table {
    let columns = ["what", "measured", "limit of the guard"];
    let mut table = Table::new("What else is watched over", "guard", columns);
    for (watched, value) in WATCHED.iter().zip(measured) {
        let digits = if *value < 100.0 { 4 } else { 0 };
        table.row([
            watched.of.to_owned(),
            format!("{value:.digits$}"),
            watched.limit.to_string(),
        ]);
    }
    table
}
