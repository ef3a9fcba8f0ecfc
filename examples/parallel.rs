//! Two callbacks that have nothing to do with each other, one after the other and at the same time: the same plan, the same result.
//!
//! `cargo run --release --features parallel --example parallel`

use callbacks::Parallel;
use callbacks::prelude::*;
use std::time::{Duration, Instant};

/// The weights of a layer.
struct Weights(Vec<f64>);

/// What is known of them after a step.
#[derive(Clone, Debug, Default, PartialEq)]
struct Spread([u64; 32]);

#[derive(Clone, Debug, Default, PartialEq)]
struct Energy(f64);

/// Counts the weights by their size.
struct Histogram;

#[callback(register = false, provides(Spread))]
impl Histogram {
    fn on_train_batch_end(&self, weights: &Weights, spread: &mut Spread) {
        for weight in &weights.0 {
            spread.0[bin(*weight)] += 1;
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to 31"
)]
fn bin(weight: f64) -> usize {
    (weight.tanh().abs() * 32.0).min(31.0) as usize
}

/// Evaluates a metric.
struct Evaluate;

#[callback(register = false, provides(Energy))]
impl Evaluate {
    fn on_train_batch_end(&self, weights: &Weights, energy: &mut Energy) {
        let energies = weights
            .0
            .iter()
            .map(|weight| weight.sin().powi(2) + weight.tanh());
        energy.0 += energies.sum::<f64>();
    }
}

/// What the callbacks come to in so many steps, and the shortest of their firings.
fn run(plan: &mut Plan<Fit>, weights: u32, steps: usize) -> (Spread, Energy, Duration) {
    let mut state = State::new();
    let weight = |nth: u32| (f64::from(nth) * 0.618).fract() * 4.0 - 2.0;
    state.insert(Weights((0..weights).map(weight).collect()));
    let mut shortest = Duration::MAX;
    let outcome = plan.run(&mut state, |run| {
        for _ in 0..steps {
            let began = Instant::now();
            run.scope(Fit::TRAIN_BATCH, |_| Ok(()))?;
            shortest = shortest.min(began.elapsed());
        }
        Ok(())
    });
    let outcome = outcome.expect("the plan has no problems");
    assert!(outcome.is_finished(), "{outcome}");
    let (spread, energy) = (state.get().cloned(), state.get().cloned());
    (
        spread.unwrap_or_default(),
        energy.unwrap_or_default(),
        shortest,
    )
}

fn plan() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.add(Histogram);
    plan.add(Evaluate);
    plan
}

/// So many weights that a handler takes about a millisecond.
fn worth_a_millisecond() -> u32 {
    let mut plan = Plan::new();
    plan.add(Histogram);
    let (_, _, took) = run(&mut plan, 10_000, 20);
    let weights = 10_000 * 1_000_000 / took.as_nanos();
    u32::try_from(weights).unwrap_or(u32::MAX)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (weights, steps) = (worth_a_millisecond(), 500);
    let (mut serial, mut parallel) = (plan(), plan());
    parallel.executor(Parallel::threads(2)?);
    println!("{}", parallel.explain(&with(Weights(Vec::new())))?);
    let (spread, energy, took) = run(&mut serial, weights, steps);
    println!("serial:   {:.2} ms a step", took.as_secs_f64() * 1e3);
    let (same_spread, same_energy, took) = run(&mut parallel, weights, steps);
    println!("parallel: {:.2} ms a step", took.as_secs_f64() * 1e3);
    println!(
        "same result: {}",
        (spread, energy) == (same_spread, same_energy)
    );
    Ok(())
}

fn with<T: 'static>(value: T) -> State {
    let mut state = State::new();
    state.insert(value);
    state
}
