//! How long it takes to find what is registered, in a program of 10,000 registrations.

mod program;

use super::bound::Bound;
use super::cargo::Generated;
use crate::report::{Goal, Table};
use std::error::Error;
use std::process::Command;

const SIZES: [u32; 3] = [100, 1_000, 10_000];

/// How often the program is run. The fastest time is the one that nothing disturbed.
const RUNS: usize = 15;

/// What listing 10,000 registrations may take, in milliseconds.
const GOAL: Bound = Bound::AtMost(20.0);

/// By the number of registrations.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "registrations",
        "before `main`",
        "`registrations()`, sorted",
        "goal",
        "met",
        "`discover()` and `check(…)`",
    ];
    let mut table = Table::new("Discovery", "discovery", columns);
    let nothing = Started::of(0)?;
    for size in SIZES {
        let started = Started::of(size)?;
        let before_main = (started.before_main - nothing.before_main).max(0.0);
        let goal = (size == 10_000).then_some(GOAL);
        table.row([
            size.to_string(),
            format!("{before_main:.2} ms"),
            format!("{:.2} ms", started.listed),
            goal.map_or_else(|| "-".into(), |goal| format!("{goal} ms")),
            Bound::met(goal, started.listed),
            format!("{:.1} ms", started.discovered),
        ]);
        table.goals.extend(goal.map(|goal| Goal {
            wanted: format!("{size} registrations, sorted: {goal} ms"),
            measured: format!("{:.1} ms", started.listed),
            is_met: goal.holds(started.listed),
            section: "Discovery",
        }));
    }
    Ok(table)
}

/// The fastest times of a program, in milliseconds of a processor.
struct Started {
    /// What was before its first line.
    before_main: f64,
    listed: f64,
    discovered: f64,
}

impl Started {
    fn of(size: u32) -> Result<Self, Box<dyn Error>> {
        let program = Generated::quick_program(&format!("discovery-{size}"), &program::text(size))?;
        program.cargo(&["build", "--release"])?;
        let fastest = |what| -> Result<f64, Box<dyn Error>> {
            let mut runs = (0..RUNS).map(|_| run_program(&program, what));
            runs.try_fold(f64::INFINITY, |fastest, run| Ok(fastest.min(run?)))
        };
        Ok(Self {
            before_main: fastest("begin")?,
            listed: fastest("list")?,
            discovered: fastest("discover")?,
        })
    }
}

/// What the program says that it took, the first time that it did it.
fn run_program(program: &Generated, what: &str) -> Result<f64, Box<dyn Error>> {
    let run = Command::new(program.binary()).arg(what).output()?;
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into());
    }
    Ok(String::from_utf8(run.stdout)?.trim().parse()?)
}
