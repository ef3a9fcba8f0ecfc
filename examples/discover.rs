//! What is registered in this program, and what a plan finds of it. Run it with `cargo run --example discover`.

use callbacks::prelude::*;
use callbacks::registrations;

/// Found, because it has a `Default`.
#[derive(Default)]
struct Greeter;

#[callback(weight = -1)]
impl Greeter {
    fn on_fit_begin(&self) {
        println!("hello from a callback that nobody listed");
    }
}

/// Registered, but a plan cannot know its path.
struct WriteTo {
    path: &'static str,
}

#[callback(weight = 10)]
impl WriteTo {
    fn on_fit_end(&self) {
        println!("would write to {}", self.path);
    }
}

/// Registered for configuration files, not for discovery.
#[derive(Default)]
struct Verbose;

#[callback(name = "verbose", discover = false)]
impl Verbose {
    fn on_epoch_end(&self, epoch: &Epoch) {
        println!("epoch {epoch}");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", registrations());

    let mut plan = Plan::<Fit>::new();
    plan.discover();
    plan.check(&State::new())?;
    for note in plan.notes() {
        println!("note: {note}");
    }
    plan.add(WriteTo { path: "loss.csv" });
    let outcome = plan.run(&mut State::new(), |run| {
        run.scope(Fit::FIT, |_| Ok(()))?;
        Ok(())
    })?;
    println!("{outcome}; it ran {}", plan.names().join(", "));
    outcome.ok()?;
    Ok(())
}
