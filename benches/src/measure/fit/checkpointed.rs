//! A fit with checkpoints beside one without.

use super::SEED;
use super::digits::data::Digits;
use super::digits::mlp::Mlp;
use callbacks::BoxError;
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, WhenBusy};
use std::fs;
use std::path::Path;
use std::time::Instant;

/// How many ratios there are.
const ROUNDS: usize = 9;
const EPOCHS: u64 = 400;

/// The time of a fit with a checkpoint in each epoch, written on a thread, in terms of one without; each of the fastest of a few fits that
/// take turns.
pub(in crate::measure) fn with_checkpoints(place: &Path) -> Result<Vec<f64>, BoxError> {
    let digits = Digits::load(SEED)?;
    let folder = place.join(format!("callbacks-benches-{}", std::process::id()));
    let ratios = (0..ROUNDS).map(|_| {
        let (mut with, mut without) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..3 {
            without = without.min(time(trainer(&digits), &digits)?);
            let checkpoint = Checkpoint::to(&folder).in_background(WhenBusy::Skip);
            with = with.min(time(trainer(&digits).callback(checkpoint), &digits)?);
        }
        Ok(with / without)
    });
    let ratios = ratios.collect();
    fs::remove_dir_all(folder)?;
    ratios
}

fn trainer(digits: &Digits) -> Trainer<Mlp> {
    Trainer::new(Mlp::new(SEED))
        .epochs(EPOCHS)
        .learning_rate(0.1)
        .valid(digits.valid(100))
}

fn time(mut trainer: Trainer<Mlp>, digits: &Digits) -> Result<f64, BoxError> {
    let begun = Instant::now();
    let fitted = trainer.fit(digits.train(32, SEED))?;
    let taken = begun.elapsed();
    fitted.outcome.ok()?;
    Ok(taken.as_secs_f64())
}
