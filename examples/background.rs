//! What a call in the background costs the loop: a writer of lines, once in the loop and once in the background.
//!
//! Run it with `cargo run --release --example background`.

use callbacks::Background;
use callbacks::prelude::*;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

breakpoints! {
    /// A simulation that takes its time.
    loop Simulate with u64 as steps by hand, Energy { scope RUN { on_run_begin; after_step; on_run_end; } }
}

#[derive(Clone)]
struct Energy(f64);

/// Writes a line per step, each of them to the disk.
struct Lines {
    file: BufWriter<File>,
}

#[callback(Simulate, background, register = false)]
impl Lines {
    fn after_step(&mut self, step: &u64, energy: &Energy) -> std::io::Result<()> {
        writeln!(self.file, "{step},{:.9}", energy.0)?;
        self.file.flush()
    }
}

const STEPS: u64 = 20_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("stall of the loop per call, of {STEPS} calls, with the clock's own");
    let clock = (0..STEPS).map(|_| Instant::now().elapsed()).collect();
    println!("  {:<12} {}", "the clock", Stalls::of(clock));
    report("in the loop", |plan, writer| {
        plan.add(writer).in_loop();
    })?;
    report("background", |plan, writer| {
        plan.add(writer).background(Background::queue(1024));
    })?;
    Ok(())
}

fn report(
    name: &str,
    attach: impl FnOnce(&mut Plan<Simulate>, Lines),
) -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::temp_dir().join(format!("background-{}.csv", std::process::id()));
    let file = BufWriter::new(File::create(&path)?);
    let mut plan = Plan::new();
    attach(&mut plan, Lines { file });
    let mut stalls = Vec::new();
    let mut state = State::new();
    state.insert(0_u64);
    let outcome = plan.run(&mut state, |run| simulate(run, &mut stalls))?;
    outcome.ok()?;
    let lines = std::fs::read_to_string(&path)?.lines().count();
    println!(
        "  {name:<12} {}   lines written: {lines}",
        Stalls::of(stalls)
    );
    std::fs::remove_file(path)?;
    Ok(())
}

/// What is worth knowing of many.
struct Stalls {
    minimum: Duration,
    median: Duration,
}

impl Stalls {
    fn of(mut each: Vec<Duration>) -> Self {
        each.sort_unstable();
        let at = |nth: usize| each.get(nth).copied().unwrap_or_default();
        Self {
            minimum: at(0),
            median: at(each.len() / 2),
        }
    }
}

impl fmt::Display for Stalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "minimum {:>8.1?}   median {:>8.1?}",
            self.minimum, self.median
        )
    }
}

fn simulate(run: &mut Run<'_, Simulate>, stalls: &mut Vec<Duration>) -> Result<(), Break> {
    let mut energy = 1.0;
    for step in 1..=STEPS {
        energy = advance(energy);
        run.state().insert(step);
        run.state().insert(Energy(energy));
        let before = Instant::now();
        run.fire(Simulate::after_step)?;
        stalls.push(before.elapsed());
    }
    Ok(())
}

/// Some microseconds of arithmetic.
fn advance(energy: f64) -> f64 {
    (0..10_000).fold(energy, |energy: f64, _| {
        std::hint::black_box(energy.sin() + 0.1)
    })
}
