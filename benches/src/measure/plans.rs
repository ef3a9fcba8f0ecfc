//! How long it takes to build a plan: to attach callbacks, to order them, and to check them.

use super::bound::Bound;
use super::{processor, valgrind};
use crate::report::{Goal, Table};
use callbacks::BoxError;
use callbacks::prelude::*;
use std::error::Error;
use std::time::{Duration, Instant};

/// How often each plan is built. The fastest time is the one that nothing disturbed.
const BUILDS: usize = 15;

const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];

/// What a plan of 10,000 callbacks may take, in milliseconds.
const GOAL: Bound = Bound::AtMost(50.0);

/// The job that valgrind counts.
pub(super) const PLAN: &str = "plan";

/// By the number of callbacks, and by how their order is declared.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let mut table = Table::new("Building a plan", "plans", ["order"]);
    let sizes = SIZES.map(|size| format!("{size} callbacks"));
    table.columns.extend(sizes);
    table
        .columns
        .extend(["ns / (n log₂ n)", "the last, by the clock", "goal", "met"].map(String::from));
    let mut slowest = 0.0_f64;
    for shape in &SHAPES {
        let taken = SIZES.map(|size| shape.fastest(size));
        let taken: Vec<Taken> = taken.into_iter().collect::<Result<_, _>>()?;
        slowest = taken
            .last()
            .map_or(slowest, |last| slowest.max(last.processor));
        table.row(shape.row(&taken));
    }
    table.goals.push(Goal {
        wanted: "a plan of 10,000 callbacks: under 50 ms of a processor".into(),
        measured: format!("at most {slowest:.0} ms"),
        is_met: GOAL.holds(slowest),
        section: "Building a plan",
    });
    Ok(table)
}

/// What a plan of the greatest size takes, counted.
pub(super) fn counted() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "order",
        "to build it",
        "to drop it",
        "allocations of a callback",
    ];
    let title = "Millions of instructions for a plan of 10,000 callbacks";
    let mut table = Table::new(title, "plans", columns);
    for shape in &SHAPES {
        let of = |count, what| valgrind::each(1, &[PLAN, shape.order, what, "10000"], count);
        let build = of(valgrind::instructions, BUILD)?;
        let both = of(valgrind::instructions, BUILD_AND_DROP)?;
        let allocated = of(valgrind::allocations, BUILD)? / 1e4;
        table.row([
            shape.order.to_owned(),
            format!("{:.1}", build / 1e6),
            format!("{:.1}", (both - build) / 1e6),
            format!("{allocated:.1}"),
        ]);
    }
    Ok(table)
}

/// The instructions of a plan of 10,000 callbacks in terms of one of 1,000: the most of all ways of attaching them.
pub(super) fn growth() -> Result<f64, Box<dyn Error>> {
    let mut most = 0.0_f64;
    for shape in &SHAPES {
        let of = |size| {
            let job = [PLAN, shape.order, BUILD, size];
            valgrind::each(1, &job, valgrind::instructions)
        };
        most = most.max(of("10000")? / of("1000")?);
    }
    Ok(most)
}

const BUILD: &str = "build";
const BUILD_AND_DROP: &str = "build and drop";

/// What runs under valgrind: plans of so many callbacks, so many times.
pub(super) fn once(which: &[String], times: u64) -> Result<(), BoxError> {
    let [order, what, size] = which else {
        return Err("write the order, the job and the number of callbacks".into());
    };
    let size = size.parse()?;
    let shape = SHAPES.iter().find(|shape| shape.order == order);
    let shape = shape.ok_or("no such order")?;
    for _ in 0..times {
        let plan = shape.build(size)?;
        if what == BUILD {
            std::mem::forget(plan);
        }
    }
    Ok(())
}

/// A way of attaching callbacks.
struct Shape {
    order: &'static str,
    attach: fn(&mut Plan<Fit>, u32),
}

const SHAPES: [Shape; 9] = [
    Shape {
        order: "nothing",
        attach: |plan, _| {
            plan.add(Watch::default());
        },
    },
    Shape {
        order: "a weight each, the heaviest first",
        attach: |plan, nth| {
            plan.add(Watch::default()).weight(-f64::from(nth));
        },
    },
    Shape {
        order: "each after the one before it, by name",
        attach: |plan, nth| {
            let before = name(nth.saturating_sub(1));
            let attached = plan.add(Watch::default()).named(name(nth));
            if nth > 0 {
                attached.after(before);
            }
        },
    },
    Shape {
        order: "each before the one before it, by name",
        attach: |plan, nth| {
            let after = name(nth.saturating_sub(1));
            let attached = plan.add(Watch::default()).named(name(nth));
            if nth > 0 {
                attached.before(after);
            }
        },
    },
    Shape {
        order: "half of them after the other half, by type",
        attach: |plan, nth| {
            if nth.is_multiple_of(2) {
                plan.add(Watch::default()).after(CallbackRef::of::<Note>());
            } else {
                plan.add(Note::default());
            }
        },
    },
    Shape {
        order: "half of them after a group of the other half, each for itself",
        attach: |plan, nth| {
            if nth.is_multiple_of(2) {
                plan.add(Watch::default()).after(CallbackRef::of::<Half>());
            } else {
                plan.add(Note::default()).group::<Half>();
            }
        },
    },
    Shape {
        order: "half of them before a group of the other half, each for itself",
        attach: |plan, nth| {
            if nth.is_multiple_of(2) {
                plan.add(Watch::default()).before(CallbackRef::of::<Half>());
            } else {
                plan.add(Note::default()).group::<Half>();
            }
        },
    },
    Shape {
        order: "nothing, and all of them write the same state",
        attach: |plan, _| {
            plan.add(Note::default());
        },
    },
    Shape {
        order: "no conflict of each with all, which write the same state",
        attach: |plan, _| {
            let attached = plan.add(Note::default()).group::<Half>();
            attached.no_conflict(CallbackRef::of::<Half>());
        },
    },
];

/// A group of callbacks.
struct Half;

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

    fn on_epoch_end(&mut self, epoch: &Epoch, record: &Record) {
        self.seen += epoch.get() + u64::from(record.get("valid_loss").is_some());
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

    fn on_epoch_end(&mut self, epoch: &Epoch, record: &mut Record) {
        record.set("epoch", epoch.as_f64());
        self.seen += 1;
    }
}

/// How long it took, in milliseconds.
#[derive(Clone, Copy)]
struct Taken {
    processor: f64,
    clock: f64,
}

impl Shape {
    fn fastest(&self, size: u32) -> Result<Taken, PlanError> {
        let mut fastest = Taken {
            processor: f64::INFINITY,
            clock: f64::INFINITY,
        };
        for _ in 0..BUILDS {
            let (start, before) = (Instant::now(), processor::of_this_process());
            let plan = self.build(size)?;
            let taken = processor::since(before);
            fastest.clock = fastest.clock.min(milliseconds(start.elapsed()));
            fastest.processor = fastest.processor.min(milliseconds(taken));
            // What is dropped here would be dropped at the end of the program.
            drop(plan);
        }
        Ok(fastest)
    }

    /// From no plan to a checked one.
    fn build(&self, size: u32) -> Result<Plan<Fit>, PlanError> {
        let mut plan = Plan::<Fit>::new();
        for nth in 0..size {
            (self.attach)(&mut plan, nth);
        }
        plan.check(&State::new())?;
        Ok(plan)
    }

    fn row(&self, taken: &[Taken]) -> Vec<String> {
        let cell = |taken: &Taken| format!("{:.3} ms", taken.processor);
        let per = SIZES
            .iter()
            .zip(taken)
            .map(|(size, taken)| per_comparison(*size, taken.processor));
        let mut row = vec![self.order.to_owned()];
        row.extend(taken.iter().map(cell));
        row.push(per.collect::<Vec<_>>().join(", "));
        if let Some(last) = taken.last() {
            row.push(format!("{:.1} ms", last.clock));
            row.extend([
                GOAL.to_string() + " ms",
                Bound::met(Some(GOAL), last.processor),
            ]);
        }
        row
    }
}

fn milliseconds(taken: Duration) -> f64 {
    1e3 * taken.as_secs_f64()
}

/// What would be the same for all sizes if the time were exactly `n log n`.
fn per_comparison(size: u32, milliseconds: f64) -> String {
    let size = f64::from(size);
    format!("{:.0}", 1e6 * milliseconds / (size * size.log2()))
}
