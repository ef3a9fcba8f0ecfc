//! A whole fit: the digits example with callbacks and without, and with the same loop written by hand.

mod by_hand;
mod callbacks;
mod digits;

use self::callbacks::{Bookkeeping, LogMetrics, PrintLoss};
use super::bound::Bound;
use super::valgrind;
use crate::contenders::BoxError;
use crate::report::Table;
use ::callbacks::fit::Fitted;
use ::callbacks::prelude::*;
use by_hand::Bookkept;
use digits::data::{Batch, Digits};
use digits::mlp::Mlp;
use std::error::Error;
use std::rc::Rc;
use std::time::Instant;

const SEED: u64 = 7;
const LEARNING_RATE: f64 = 0.1;

/// What `callbacks` may cost beside the loop written by hand.
const GOAL: Bound = Bound::AtMost(1.01);

/// How many ratios there are, of which the median is told.
const ROUNDS: usize = 9;

/// How often each fits in a round. The fastest fit is the one that nothing disturbed.
const TURNS: usize = 11;

/// The epochs of a timed fit.
const EPOCHS: u64 = 5;

/// A way of fitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A loop, and nothing else.
    Bare,
    /// A trainer without callbacks.
    Alone,
    /// A loop with the bookkeeping of ten callbacks.
    Bookkept,
    /// A trainer with the ten.
    WithTen,
}

impl Way {
    pub(super) const ALL: [Self; 4] = [Self::Bare, Self::Alone, Self::Bookkept, Self::WithTen];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bare => "loop by hand",
            Self::Alone => "`Trainer`, no callbacks",
            Self::Bookkept => "loop by hand, with the bookkeeping",
            Self::WithTen => "`Trainer`, ten callbacks",
        }
    }
}

/// Each way in terms of a loop written by hand.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = [
        "fit",
        "in terms of",
        "instructions",
        "goal",
        "met",
        "time, median",
        "quartiles",
    ];
    let mut table = Table::new("A whole fit, as a ratio", "fit", columns);
    for (one, other, goal) in [
        (Way::Alone, Way::Bare, None),
        (Way::WithTen, Way::Bookkept, Some(GOAL)),
        (Way::WithTen, Way::Bare, None),
        (Way::Bookkept, Way::Bare, None),
    ] {
        let counted = instructions(one)? / instructions(other)?;
        let [first, median, third] = ratios(one, other).map_err(|error| error as Box<dyn Error>)?;
        table.row([
            one.name().to_owned(),
            other.name().to_owned(),
            format!("{counted:.4}"),
            Bound::told(goal),
            Bound::met(goal, counted.max(median)),
            format!("{median:.3}"),
            format!("{first:.3} to {third:.3}"),
        ]);
    }
    agree().map_err(|error| error as Box<dyn Error>)?;
    table.note("All ways end with the same losses, to the last bit: of each epoch, and of each single image behind the fit.");
    Ok(table)
}

/// Instructions per epoch.
fn instructions(way: Way) -> Result<f64, Box<dyn Error>> {
    valgrind::per_epoch(way, valgrind::instructions)
}

/// Fits once. This is what runs under valgrind.
pub(super) fn once(way: Way, epochs: u64) -> Result<(), BoxError> {
    let fed = Fed::load()?;
    way.fit(&fed, epochs).map(drop)
}

/// What a fit is fed.
struct Fed {
    train: Box<dyn Fn(u64) -> Vec<Batch>>,
    /// Makes the validation batches anew in each epoch, as a data loader does.
    valid: Rc<dyn Fn(u64) -> Vec<Batch>>,
    /// Every image in a batch of its own, to judge by.
    each: Vec<Batch>,
}

impl Fed {
    fn load() -> Result<Self, BoxError> {
        let digits = Digits::load(SEED)?;
        let mut each = digits.train(1, SEED)(0);
        each.extend(digits.valid(1));
        each.extend(digits.test(1));
        Ok(Self {
            train: Box::new(digits.train(32, SEED)),
            valid: Rc::new(move |_| digits.valid(100)),
            each,
        })
    }
}

/// What a fit came to.
struct Ended {
    learner: Mlp,
    losses: Vec<f64>,
    printed: [String; 2],
}

impl Way {
    fn fit(self, fed: &Fed, epochs: u64) -> Result<Ended, BoxError> {
        let mut learner = Mlp::new(SEED);
        let mut books = Bookkeeping::default();
        let losses = match self {
            Self::Bare => by_hand::bare(&mut learner, fed, epochs)?,
            Self::Bookkept => Bookkept::new(&mut learner, fed, &mut books).fit(epochs)?,
            Self::Alone => return trained(Trainer::new(learner), fed, epochs),
            Self::WithTen => return trained(books.attach(Trainer::new(learner)), fed, epochs),
        };
        Ok(Ended {
            learner,
            losses,
            printed: [books.print.0, books.log.0],
        })
    }
}

fn trained(trainer: Trainer<Mlp>, fed: &Fed, epochs: u64) -> Result<Ended, BoxError> {
    let trainer = trainer.epochs(epochs).learning_rate(LEARNING_RATE);
    let valid = Rc::clone(&fed.valid);
    let mut trainer = trainer.valid(move |epoch| valid(epoch));
    let fitted = trainer.fit(|epoch| (fed.train)(epoch))?;
    fitted.outcome.ok()?;
    let losses = losses(&fitted);
    let plan = trainer.plan();
    let print = plan.get::<PrintLoss>().map(|print| print.0.clone());
    let log = plan.get::<LogMetrics>().map(|log| log.0.clone());
    Ok(Ended {
        printed: [print, log].map(Option::unwrap_or_default),
        learner: trainer.into_learner(),
        losses,
    })
}

fn losses(fitted: &Fitted<'_, Mlp>) -> Vec<f64> {
    let epochs = fitted.history.iter();
    let both =
        epochs.flat_map(|(_, metrics)| ["train_loss", "valid_loss"].map(|of| metrics.get(of)));
    both.flatten().collect()
}

/// That all ways do the same work.
fn agree() -> Result<(), BoxError> {
    let fed = Fed::load()?;
    for (one, other) in [(Way::Bare, Way::Alone), (Way::Bookkept, Way::WithTen)] {
        let (mut one, mut other) = (one.fit(&fed, 20)?, other.fit(&fed, 20)?);
        let same = bits(&one.losses) == bits(&other.losses) && one.printed == other.printed;
        if !same || one.of_each(&fed)? != other.of_each(&fed)? {
            return Err("the loop by hand and the trainer differ".into());
        }
    }
    Ok(())
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

impl Ended {
    /// The loss of each image.
    fn of_each(&mut self, fed: &Fed) -> Result<Vec<u64>, BoxError> {
        let loss = |batch: &Batch| {
            let logits = self.learner.forward(batch, Phase::Valid)?;
            Ok(self.learner.loss(&logits, batch)?.value().to_bits())
        };
        fed.each.iter().map(loss).collect()
    }
}

/// The quartiles of the ratios of the fastest of two fits that take turns.
fn ratios(one: Way, other: Way) -> Result<[f64; 3], BoxError> {
    let fed = Fed::load()?;
    let round = |_| {
        let mut fastest = [f64::INFINITY; 2];
        for _ in 0..TURNS {
            for (fastest, way) in fastest.iter_mut().zip([one, other]) {
                let start = Instant::now();
                way.fit(&fed, EPOCHS)?;
                *fastest = fastest.min(start.elapsed().as_secs_f64());
            }
        }
        let [one, other] = fastest;
        Ok(one / other)
    };
    let ratios: Vec<f64> = (0..ROUNDS).map(round).collect::<Result<_, BoxError>>()?;
    Ok(super::times::quartiles(ratios))
}
