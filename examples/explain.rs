//! What a plan does, told before it does it, and what is wrong with one. Run it with `cargo run --example explain`; `dot` or
//! `mermaid` behind two dashes makes a graph of the same.

use callbacks::prelude::*;

/// Halves the learning rate in every epoch.
#[derive(Default)]
struct Halve;

#[callback(weight = -10)]
impl Halve {
    fn on_epoch_begin(&self, rate: &mut LearningRate) {
        rate.set(rate.get() / 2.0);
    }
}

/// Stops when the loss has not fallen for two epochs. What is printed of an epoch is printed before.
#[derive(Default)]
struct Patience {
    best: Option<f64>,
    waited: u32,
}

#[callback(after("print"))]
impl Patience {
    fn on_epoch_end(&mut self, record: &Record) -> Flow {
        let Some(loss) = record.get("train_loss") else {
            return Flow::Continue;
        };
        if self.best.is_none_or(|best| loss < best) {
            self.best = Some(loss);
            self.waited = 0;
        }
        self.waited += 1;
        if self.waited > 2 {
            Flow::stop("no progress in two epochs")
        } else {
            Flow::Continue
        }
    }
}

/// Asks for what is not there.
struct Hasty;

#[callback(register = false)]
impl Hasty {
    fn on_train_batch_begin(&self, loss: &Loss) {
        println!("{loss}");
    }

    fn on_epoch_end(&self, notes: &mut String) {
        notes.push('.');
    }
}

pub(crate) fn plan() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.discover();
    plan.on(Fit::on_epoch_end, |epoch: &Epoch, record: &Record| {
        println!("{epoch}: {record:.4}");
    })
    .named("print")
    .weight(10.0);
    plan
}

fn main() -> Result<(), PlanError> {
    let state = State::new();
    let mut plan = plan();
    let explanation = plan.explain(&state)?;
    match std::env::args().nth(1).as_deref() {
        Some("dot") => print!("{}", explanation.dot()),
        Some("mermaid") => print!("{}", explanation.mermaid()),
        _ => {
            println!("{explanation}");
            complain(&mut plan);
        }
    }
    Ok(())
}

/// Adds a callback that cannot run, and tells why.
fn complain(plan: &mut Plan<Fit>) {
    plan.add(Hasty);
    match plan.explain(&State::new()) {
        Ok(explanation) => println!("{explanation}"),
        Err(error) => println!("{error}"),
    }
}
