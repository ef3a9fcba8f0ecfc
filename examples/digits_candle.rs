//! The digits with candle on the CPU. Run it with `cargo run --release --features candle --example digits_candle`.
//!
//! Data and callbacks are those of `digits.rs`; the learner is another one.
#![allow(
    unreachable_pub,
    reason = "`pub` in these modules means: for both examples"
)]

mod digits {
    pub mod callbacks;
    pub mod candle_mlp;
    pub mod data;
}

use callbacks::BoxError;
use callbacks::prelude::*;
use digits::callbacks::{Accuracy, CosineDecay};
use digits::candle_mlp::{LEARNING_RATE, Logits, Mlp};
use digits::data::Digits;

const SEED: u64 = 7;

fn main() -> Result<(), BoxError> {
    let digits = Digits::load(SEED)?;

    let mut trainer = Trainer::new(Mlp::new(SEED)?)
        .epochs(20)
        .learning_rate(LEARNING_RATE)
        .valid(digits.valid(100))
        .callback(Accuracy::<Logits>::default())
        .callback(CosineDecay)
        .plan_with(|plan| {
            plan.discover();
        });

    let fitted = trainer.fit(digits.train(32, SEED))?;
    println!("{}", fitted.outcome);
    fitted.outcome.ok()?;

    let tested = trainer.evaluate(digits.test(100))?;
    tested.outcome.ok()?;
    let accuracy = tested.record.get("valid_accuracy");
    let accuracy = accuracy.ok_or("no callback measured the accuracy")?;
    println!("test accuracy: {accuracy:.3}");
    Ok(())
}
