//! A training that one can watch: a bar on the terminal, curves in `TensorBoard`. Run it with
//!
//! ```sh
//! cargo run --release --features indicatif,tensorboard --example watch
//! tensorboard --logdir target/watch
//! ```
//!
//! Write what it says into a file (`2> log`), and there are lines instead of the bar.
#![allow(
    unreachable_pub,
    dead_code,
    reason = "`pub` in these modules means: for all examples with digits"
)]

mod digits {
    pub mod data;
    pub mod mlp;
}

use callbacks::metrics::{Accuracy, Metric};
use callbacks::prelude::*;
use callbacks::schedule::Cosine;
use callbacks::shelf::{Measure, Printer, Progress, RateSchedule, TensorBoard};
use digits::data::{Batch, Digits};
use digits::mlp::{Logits, Mlp};

const SEED: u64 = 7;
const LEARNING_RATES: [f64; 2] = [0.03, 0.1];

/// Tells of each new best, above the bar.
struct TellBest(f64);

#[callback(register = false, weight = 5)]
impl TellBest {
    fn on_epoch_end(&mut self, epoch: &Epoch, record: &Record, printer: &Printer) {
        let accuracy = record.get("valid_accuracy").unwrap_or_default();
        if accuracy > self.0 {
            self.0 = accuracy;
            printer.println(format!("  best so far, in epoch {epoch}: {accuracy:.4}"));
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let digits = Digits::load(SEED)?;
    for rate in LEARNING_RATES {
        let progress = Progress::new();
        let accuracy = |accuracy: &mut Accuracy, logits: &Logits, batch: &Batch| {
            accuracy.update(&logits.0, &batch.labels)
        };
        let curves = format!("target/watch/learning-rate-{rate}");
        let mut trainer = Trainer::new(Mlp::new(SEED))
            .epochs(30)
            .learning_rate(rate)
            .valid(digits.valid(100))
            .state(progress.printer())
            .callback(Measure::new("accuracy", Accuracy::new(), accuracy))
            .callback(RateSchedule::per_epoch(Cosine::new()))
            .callback(TellBest(0.95))
            .callback(TensorBoard::new(curves).batch_loss(10))
            .callback(progress);
        let fitted = trainer.fit(digits.train(8, SEED))?;
        fitted.outcome.ok()?;
    }
    Ok(())
}
