//! A digit classifier that trains with callbacks. Run it with `cargo run --release --example digits`.
//!
//! * `digits/mlp.rs`: the learner, two layers on `ndarray`;
//! * `digits/data.rs`: 1,797 images of the UCI handwritten digits.
#![allow(
    unreachable_pub,
    reason = "`pub` in these modules means: for both examples"
)]

mod digits {
    pub mod data;
    pub mod mlp;
}

use callbacks::metrics::{Accuracy, Metric};
use callbacks::prelude::*;
use callbacks::schedule::OneCycle;
use callbacks::shelf::{ClipGradients, EarlyStopping, Measure, PrintRounds, RateSchedule};
use digits::data::{Batch, Digits};
use digits::mlp::{Gradients, Logits, Mlp};

const SEED: u64 = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let digits = Digits::load(SEED)?;
    let accuracy = |accuracy: &mut Accuracy, logits: &Logits, batch: &Batch| {
        accuracy.update(&logits.0, &batch.labels)
    };
    let stopping = EarlyStopping::maximize("valid_accuracy").patience(5);

    let mut trainer = Trainer::new(Mlp::new(SEED))
        .epochs(20)
        .valid(digits.valid(100))
        .callback(Measure::new("accuracy", Accuracy::new(), accuracy))
        .callback(RateSchedule::per_step(OneCycle::new(0.2)))
        .callback(ClipGradients::<Gradients>::by_norm(1.0))
        .callback(stopping.restore_best::<Mlp>())
        .callback(PrintRounds::new().show(["train_loss", "valid_loss", "valid_accuracy"]));

    let fitted = trainer.fit(digits.train(32, SEED))?;
    println!("{}", fitted.outcome);
    fitted.outcome.ok()?;

    // The validation pass on images that nothing was chosen by.
    let tested = trainer.evaluate(digits.test(100))?;
    tested.outcome.ok()?;
    let accuracy = tested.record.get("valid_accuracy");
    let accuracy = accuracy.ok_or("no callback measured the accuracy")?;
    println!("test accuracy: {accuracy:.3}");
    Ok(())
}
