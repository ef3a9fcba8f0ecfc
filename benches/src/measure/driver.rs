//! What a step of the variational driver costs beside what is driven, next to NetKet.

use super::bound::Bound;
use super::{processor, valgrind};
use crate::report::{Goal, Table};
use callbacks::BoxError;
use callbacks::driver::{Driven, Driver, LogData, VariationalDriver, Verdict};
use std::error::Error;

/// The job that valgrind counts.
pub(super) const DRIVE: &str = "drive";

/// How often a run is measured; the fastest one is the one that nothing disturbed.
const RUNS: usize = 25;

/// The steps of a run.
const STEPS: u32 = 20_000;

/// The steps of a run that is counted.
const COUNTED: u32 = 500;

/// Callbacks, and what NetKet takes for a step with as many, in nanoseconds: NetKet 3.23, as it was given to us: not measured
/// here.
const NETKET: [(usize, f64); 3] = [(0, 630.0), (10, 4_300.0), (100, 30_000.0)];

/// At most this part of it is wanted.
const PART: f64 = 1.0 / 20.0;

/// The loop's own cost.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "callbacks",
        "instructions",
        "allocations",
        "ns",
        "NetKet, ns",
        "part of it",
        "goal, ns",
        "met",
    ];
    let title = "A step of the driver, without what is driven";
    let mut table = Table::new(title, "driver", columns);
    let mut allocated = 0.0;
    for (callbacks, netket) in NETKET {
        let step = Step::of(callbacks)?;
        let goal = Bound::AtMost((netket * PART).floor());
        allocated += step.allocations;
        table.row([
            callbacks.to_string(),
            format!("{:.0}", step.instructions),
            format!("{:.2}", step.allocations),
            format!("{:.0}", step.nanoseconds),
            format!("{netket:.0}"),
            format!("1/{:.0}", netket / step.nanoseconds),
            goal.to_string(),
            Bound::met(Some(goal), step.nanoseconds),
        ]);
        table.goals.push(Goal {
            wanted: format!(
                "a step of the driver with {callbacks} callbacks: at most a twentieth of NetKet's"
            ),
            measured: format!("{:.0} ns, of {netket:.0}", step.nanoseconds),
            is_met: goal.holds(step.nanoseconds),
            told_below: "The driver",
        });
    }
    table.goals.push(Goal {
        wanted: "no allocation in a step of the driver, but for what is logged".into(),
        measured: format!("{allocated:.2}"),
        is_met: Bound::AtMost(0.0).holds(allocated),
        told_below: "The driver",
    });
    Ok(table)
}

/// What a step takes.
struct Step {
    instructions: f64,
    allocations: f64,
    /// The fastest, in processor time.
    nanoseconds: f64,
}

/// The instructions of a step.
pub(super) fn instructions(callbacks: usize) -> Result<f64, Box<dyn Error>> {
    let job = [DRIVE, &callbacks.to_string()];
    valgrind::each(COUNTED, &job, valgrind::instructions)
}

impl Step {
    fn of(callbacks: usize) -> Result<Self, Box<dyn Error>> {
        let job = [DRIVE, &callbacks.to_string()];
        Ok(Self {
            instructions: instructions(callbacks)?,
            allocations: valgrind::each(COUNTED, &job, valgrind::allocations)?,
            nanoseconds: fastest(callbacks)?,
        })
    }
}

fn fastest(callbacks: usize) -> Result<f64, Box<dyn Error>> {
    let mut driver = driver(callbacks);
    let mut fastest = f64::INFINITY;
    for _ in 0..RUNS {
        let before = processor::of_this_process();
        driver.run(STEPS.into())?.ok()?;
        let taken = processor::since(before);
        fastest = fastest.min(taken.as_secs_f64());
    }
    Ok(1e9 * fastest / f64::from(STEPS))
}

/// What runs under valgrind.
pub(super) fn once(which: &[String], steps: u64) -> Result<(), BoxError> {
    let [callbacks] = which else {
        return Err("write how many callbacks there are".into());
    };
    driver(callbacks.parse()?).run(steps)?.ok()?;
    Ok(())
}

fn driver(callbacks: usize) -> VariationalDriver<Still> {
    let mut driver = VariationalDriver::new(Still);
    for _ in 0..callbacks {
        driver.plan().add(Idle);
    }
    driver
}

/// Is driven, and does nothing.
struct Still;

/// The update of what does nothing.
struct Nothing;

impl Driven for Still {
    type Samples = ();
    type Update = Nothing;

    fn sample(&mut self) -> Result<(), BoxError> {
        Ok(())
    }

    fn compute_loss_and_update(&mut self, (): &(), _: &mut LogData) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn update_parameters(&mut self, _: &Nothing) -> Result<(), BoxError> {
        Ok(())
    }
}

/// Five handlers that do nothing, as in what NetKet was measured with.
struct Idle;

#[callbacks::callback(Driver, register = false)]
impl Idle {
    fn on_step_start(&self) {}

    fn on_compute_update_start(&self) {}

    fn on_compute_update_end(&self) -> Verdict {
        Verdict::Accept
    }

    fn before_parameter_update(&self) {}

    fn on_step_end(&self) {}
}
