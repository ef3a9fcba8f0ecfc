//! A digit classifier that trains with callbacks. Run it with `cargo run --release --example digits`.
//!
//! * `digits/mlp.rs`: the learner, two layers on `ndarray`;
//! * `digits/callbacks.rs`: what is done besides, when, and with what;
//! * `digits/data.rs`: 1,797 images of the UCI handwritten digits.
#![allow(
    unreachable_pub,
    reason = "`pub` in these modules means: for both examples"
)]

mod digits {
    pub mod callbacks;
    pub mod data;
    pub mod mlp;
}

use callbacks::prelude::*;
use digits::callbacks::{Accuracy, CosineDecay};
use digits::data::Digits;
use digits::mlp::{Logits, Mlp};

const SEED: u64 = 7;
const LEARNING_RATE: f64 = 0.1;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let digits = Digits::load(SEED)?;

    let mut trainer = Trainer::new(Mlp::new(SEED))
        .epochs(20)
        .learning_rate(LEARNING_RATE)
        .valid(digits.valid(100))
        .callback(Accuracy::<Logits>::default())
        .callback(CosineDecay)
        // Finds what prints the epochs.
        .plan_with(|plan| {
            plan.discover();
        });

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
