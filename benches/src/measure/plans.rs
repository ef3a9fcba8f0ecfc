//! How long it takes to build a plan: to attach callbacks, to order them, and to check them.

use super::bound::Bound;
use crate::report::Table;
use callbacks::prelude::*;
use std::error::Error;
use std::time::{Duration, Instant};

/// How often each plan is built. The fastest time is the one that nothing disturbed.
const BUILDS: usize = 15;

const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];

/// What a plan of 10,000 callbacks may take, in milliseconds.
const GOAL: Bound = Bound::AtMost(50.0);

/// By the number of callbacks, and by what is said of their order.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = ["what is said of the order"];
    let mut table = Table::new("Building a plan", "plans", columns);
    let sizes = SIZES.map(|size| format!("{size} callbacks"));
    table.columns.extend(sizes);
    table
        .columns
        .extend(["ns / (n log₂ n)", "goal of the last", "met"].map(String::from));
    for shape in SHAPES {
        let times = SIZES.map(|size| shape.fastest(size));
        let times: Vec<Duration> = times.into_iter().collect::<Result<_, _>>()?;
        table.row(shape.told(&times));
    }
    Ok(table)
}

/// A way of attaching callbacks.
struct Shape {
    said: &'static str,
    attach: fn(&mut Plan<Fit>, u32),
}

const SHAPES: [Shape; 6] = [
    Shape {
        said: "nothing",
        attach: |plan, _| {
            plan.add(Watch::default());
        },
    },
    Shape {
        said: "a weight each, the heaviest first",
        attach: |plan, nth| {
            plan.add(Watch::default()).weight(-f64::from(nth));
        },
    },
    Shape {
        said: "each after the one before it, by name",
        attach: |plan, nth| {
            let before = name(nth.saturating_sub(1));
            let attached = plan.add(Watch::default()).named(name(nth));
            if nth > 0 {
                attached.after(before);
            }
        },
    },
    Shape {
        said: "each before the one before it, by name",
        attach: |plan, nth| {
            let after = name(nth.saturating_sub(1));
            let attached = plan.add(Watch::default()).named(name(nth));
            if nth > 0 {
                attached.before(after);
            }
        },
    },
    Shape {
        said: "half of them after the other half, by type",
        attach: |plan, nth| {
            if nth.is_multiple_of(2) {
                plan.add(Watch::default()).after(Who::of::<Note>());
            } else {
                plan.add(Note::default());
            }
        },
    },
    Shape {
        said: "nothing, and all of them write the same state",
        attach: |plan, _| {
            plan.add(Note::default());
        },
    },
];

fn name(nth: u32) -> String {
    format!("watch {nth}")
}

/// Three handlers of two parameters, which read.
#[derive(Default)]
struct Watch {
    seen: u64,
}

#[callback(register = false)]
impl Watch {
    fn on_epoch_begin(&mut self, epoch: &Epoch, rate: &LearningRate) {
        self.seen += epoch.get() + u64::from(rate.get() > 0.0);
    }

    fn on_train_batch_end(&mut self, step: &Step, loss: &Loss) {
        self.seen += step.get() + u64::from(loss.is_read());
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &Metrics) {
        self.seen += epoch.get() + u64::from(metrics.get("valid_loss").is_some());
    }
}

/// The same, of which the last one writes.
#[derive(Default)]
struct Note {
    seen: u64,
}

#[callback(register = false)]
impl Note {
    fn on_epoch_begin(&mut self, epoch: &Epoch, rate: &LearningRate) {
        self.seen += epoch.get() + u64::from(rate.get() > 0.0);
    }

    fn on_train_batch_end(&mut self, step: &Step, loss: &Loss) {
        self.seen += step.get() + u64::from(loss.is_read());
    }

    fn on_epoch_end(&mut self, epoch: &Epoch, metrics: &mut Metrics) {
        metrics.set("epoch", epoch.as_f64());
        self.seen += 1;
    }
}

impl Shape {
    fn fastest(&self, size: u32) -> Result<Duration, PlanError> {
        let times: Vec<Duration> = (0..BUILDS)
            .map(|_| self.build(size))
            .collect::<Result<_, _>>()?;
        Ok(times.into_iter().min().unwrap_or_default())
    }

    /// The time from no plan to a checked one.
    fn build(&self, size: u32) -> Result<Duration, PlanError> {
        let start = Instant::now();
        let mut plan = Plan::<Fit>::new();
        for nth in 0..size {
            (self.attach)(&mut plan, nth);
        }
        plan.check(&State::new())?;
        let taken = start.elapsed();
        // What is dropped here would be dropped at the end of the program.
        drop(plan);
        Ok(taken)
    }

    fn told(&self, times: &[Duration]) -> Vec<String> {
        let cell = |taken: &Duration| format!("{:.3} ms", milliseconds(*taken));
        let per = SIZES
            .iter()
            .zip(times)
            .map(|(size, taken)| per_comparison(*size, *taken));
        let last = milliseconds(times.last().copied().unwrap_or_default());
        let mut row = vec![self.said.to_owned()];
        row.extend(times.iter().map(cell));
        row.push(per.collect::<Vec<_>>().join(", "));
        row.extend([GOAL.to_string() + " ms", Bound::met(Some(GOAL), last)]);
        row
    }
}

fn milliseconds(taken: Duration) -> f64 {
    1e3 * taken.as_secs_f64()
}

/// What would be the same for all sizes if the time were exactly `n log n`.
fn per_comparison(size: u32, taken: Duration) -> String {
    let size = f64::from(size);
    format!("{:.0}", 1e9 * taken.as_secs_f64() / (size * size.log2()))
}
