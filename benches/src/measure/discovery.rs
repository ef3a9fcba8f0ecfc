//! How long it takes to find what is registered, in a program of 10,000 registrations.

mod program;

use super::bound::Bound;
use super::cargo::Generated;
use crate::report::Table;
use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

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
        let before_main = (started.whole - nothing.whole).max(0.0);
        let goal = (size == 10_000).then_some(GOAL);
        table.row([
            size.to_string(),
            format!("{before_main:.1} ms"),
            format!("{:.2} ms", started.listed),
            goal.map_or_else(|| "-".into(), |goal| format!("{goal} ms")),
            Bound::met(goal, started.listed),
            format!("{:.1} ms", started.discovered),
        ]);
    }
    Ok(table)
}

/// The fastest times of a program, in milliseconds.
struct Started {
    /// From its start to its end, if it does nothing.
    whole: f64,
    listed: f64,
    discovered: f64,
}

impl Started {
    fn of(size: u32) -> Result<Self, Box<dyn Error>> {
        let program = Generated::quick_program(&format!("discovery-{size}"), &program::text(size))?;
        program.cargo(&["build", "--release"])?;
        let mut fastest = Self {
            whole: f64::INFINITY,
            listed: f64::INFINITY,
            discovered: f64::INFINITY,
        };
        for _ in 0..RUNS {
            let start = Instant::now();
            Command::new(program.binary()).output()?;
            fastest.whole = fastest.whole.min(milliseconds(start.elapsed()));
            fastest.listed = fastest.listed.min(tell(&program, "list")?);
            fastest.discovered = fastest.discovered.min(tell(&program, "discover")?);
        }
        Ok(fastest)
    }
}

fn milliseconds(taken: Duration) -> f64 {
    1e3 * taken.as_secs_f64()
}

/// What the program says that it took, the first time that it did it.
fn tell(program: &Generated, what: &str) -> Result<f64, Box<dyn Error>> {
    let run = Command::new(program.binary()).arg(what).output()?;
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into());
    }
    Ok(String::from_utf8(run.stdout)?.trim().parse()?)
}
