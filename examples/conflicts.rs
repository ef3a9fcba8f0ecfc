//! A set of callbacks that cannot work together, what the plan says of it, and the same set mended. Run it with
//! `cargo run --example conflicts`.

use callbacks::CallbackRef;
use callbacks::prelude::*;

/// Halves the learning rate in every epoch.
#[derive(Default)]
struct Halve;

#[callback]
impl Halve {
    fn on_epoch_begin(&self, rate: &mut LearningRate) {
        rate.set(rate.get() / 2.0);
    }
}

/// Starts with a small learning rate. Whether it does so before or after `Halve` is another learning rate.
#[derive(Default)]
struct WarmUp;

#[callback]
impl WarmUp {
    fn on_epoch_begin(&self, rate: &mut LearningRate, epoch: &Epoch) {
        if epoch.get() <= 3 {
            rate.set(0.001 * epoch.as_f64());
        }
    }
}

/// Leaves the learning rate alone, and relies on it.
struct Constant;

#[callback(incompatible(Halve), register = false)]
impl Constant {
    fn on_epoch_end(&self, rate: &LearningRate) {
        println!("still {rate}");
    }
}

/// The loss of each epoch.
#[derive(Default)]
struct Losses(Vec<f64>);

/// Gathers the losses for others. Attached by those who want it.
#[derive(Default)]
struct Tally;

#[callback(weight = -10, discover = false, provides(Losses))]
impl Tally {
    fn on_epoch_end(&self, record: &Record, losses: &mut Losses) {
        losses.0.extend(record.get("train_loss"));
    }
}

/// Stops when the loss rises.
struct Patience;

#[callback]
impl Patience {
    fn on_epoch_end(&self, losses: &Losses) -> Flow {
        match losses.0.as_slice() {
            [.., before, last] if last > before => Flow::stop("the loss rises"),
            _ => Flow::Continue,
        }
    }
}

/// Saves the model, before another callback may stop the run.
struct Checkpoint;

#[callback(before(Patience))]
impl Checkpoint {
    fn on_epoch_end(&self, epoch: &Epoch) {
        println!("would save epoch {epoch}");
    }
}

/// Prints what `Tally` has gathered.
struct Report;

#[callback(requires(Tally))]
impl Report {
    fn on_fit_end(&self, losses: Option<&Losses>) {
        println!("{} epochs", losses.map_or(0, |losses| losses.0.len()));
    }
}

/// Five mistakes.
pub(crate) fn wrong() -> Plan<Fit> {
    let mut plan = Plan::new();
    // Finds `Halve` and `WarmUp`, which both write the learning rate.
    plan.discover();
    // Cannot stand beside `Halve`.
    plan.add(Constant);
    // Runs before `Patience`, says its type.
    plan.add(Checkpoint).after("patience");
    // Asks for losses that nothing provides.
    plan.add(Patience).named("patience");
    // Does not work without `Tally`.
    plan.add(Report);
    plan
}

/// The same without them.
pub(crate) fn mended() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.discover();
    plan.order(CallbackRef::of::<Halve>(), CallbackRef::of::<WarmUp>());
    plan.add(Checkpoint);
    plan.add(Patience).named("patience");
    plan.add(Tally);
    plan.add(Report);
    plan
}

fn main() -> Result<(), PlanError> {
    match wrong().explain(&State::new()) {
        Ok(text) => println!("{text}"),
        Err(error) => println!("{error}\n"),
    }
    println!("mended:\n\n{}", mended().explain(&State::new())?);
    Ok(())
}
