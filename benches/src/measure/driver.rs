//! What a step of the variational driver costs beside what is driven, next to NetKet.

use crate::report::Table;
use callbacks::BoxError;
use callbacks::driver::{Driven, Driver, LogData, VariationalDriver, Verdict};
use std::error::Error;
use std::time::Instant;

/// How often a run is measured; the fastest one is the one that nothing disturbed.
const RUNS: usize = 25;

/// The steps of a run.
const STEPS: u32 = 20_000;

/// Callbacks, and what NetKet takes for a step with as many, in nanoseconds: NetKet 3.23, on a machine like the one that these
/// tables are from.
const NETKET: [(usize, f64); 3] = [(0, 630.0), (10, 4_300.0), (100, 30_000.0)];

/// At most this part of it is wanted.
const GOAL: f64 = 1.0 / 20.0;

/// The loop's own cost.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "callbacks",
        "ns a step",
        "NetKet, ns a step",
        "part of it",
        "goal",
        "met",
    ];
    let mut table = Table::new(
        "A step of the driver, without what is driven",
        "driver",
        columns,
    );
    for (callbacks, netket) in NETKET {
        let taken = fastest(callbacks)?;
        let part = taken / netket;
        table.row([
            callbacks.to_string(),
            format!("{taken:.0}"),
            format!("{netket:.0}"),
            format!("1/{:.0}", part.recip()),
            format!("1/{:.0}", GOAL.recip()),
            if part <= GOAL { "yes" } else { "no" }.to_owned(),
        ]);
    }
    table.note(
        "Each callback has five handlers that do nothing: at `on_step_start`, `on_compute_update_start`, \
         `on_compute_update_end`, where they accept, `before_parameter_update` and `on_step_end`.",
    );
    Ok(table)
}

/// Nanoseconds per step.
fn fastest(callbacks: usize) -> Result<f64, Box<dyn Error>> {
    let mut driver = VariationalDriver::new(Still);
    for _ in 0..callbacks {
        driver.plan().add(Idle);
    }
    let mut fastest = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        driver.run(STEPS.into())?.ok()?;
        fastest = fastest.min(start.elapsed().as_secs_f64());
    }
    Ok(1e9 * fastest / f64::from(STEPS))
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
