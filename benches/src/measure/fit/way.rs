//! The ways in which a learner is fitted.

use super::by_hand::{self, Bookkept};
use super::callbacks::{Bookkeeping, LogMetrics, PrintLoss};
use super::digits::data::Batch;
use super::learned::Seeded;
use super::{Fed, SEED};
use callbacks::BoxError;
use callbacks::fit::Fitted;
use callbacks::prelude::*;
use std::rc::Rc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::measure) enum Way {
    /// A loop, and nothing else.
    Bare,
    /// A trainer without callbacks.
    Alone,
    /// A loop with the bookkeeping of ten callbacks.
    Bookkept,
    /// A trainer with the ten.
    WithTen,
}

/// A fit that has ended.
pub(super) struct Ended<M> {
    learner: M,
    losses: Vec<f64>,
    printed: [String; 2],
}

/// The result of a fit, for comparison: those of two fits that did the same work are equal to the last bit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FitResult {
    of_each_epoch: Vec<u64>,
    of_each_image: Vec<u64>,
    printed: [String; 2],
}

impl Way {
    pub(in crate::measure) const ALL: [Self; 4] =
        [Self::Bare, Self::Alone, Self::Bookkept, Self::WithTen];

    pub(in crate::measure) const fn name(self) -> &'static str {
        match self {
            Self::Bare => "loop by hand",
            Self::Alone => "`Trainer`, no callbacks",
            Self::Bookkept => "loop by hand, with the bookkeeping",
            Self::WithTen => "`Trainer`, ten callbacks",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self, BoxError> {
        let found = Self::ALL.into_iter().find(|way| way.name() == name);
        Ok(found.ok_or("no such way of fitting")?)
    }

    pub(super) fn fit<M: Seeded>(self, fed: &Fed, epochs: u64) -> Result<Ended<M>, BoxError> {
        let mut learner = M::seeded(SEED)?;
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

fn trained<M: Seeded>(trainer: Trainer<M>, fed: &Fed, epochs: u64) -> Result<Ended<M>, BoxError> {
    let trainer = trainer.epochs(epochs).learning_rate(M::RATE);
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

fn losses<M: Seeded>(fitted: &Fitted<'_, M>) -> Vec<f64> {
    let epochs = fitted.history.iter();
    let both =
        epochs.flat_map(|(_, metrics)| ["train_loss", "valid_loss"].map(|of| metrics.get(of)));
    both.flatten().collect()
}

impl<M: Seeded> Ended<M> {
    pub(super) fn result(mut self, fed: &Fed) -> Result<FitResult, BoxError> {
        let loss = |batch: &Batch| {
            let prediction = self.learner.forward(batch, Phase::Valid)?;
            Ok(self.learner.loss(&prediction, batch)?.value().to_bits())
        };
        Ok(FitResult {
            of_each_image: fed.each.iter().map(loss).collect::<Result<_, BoxError>>()?,
            of_each_epoch: self.losses.iter().map(|loss| loss.to_bits()).collect(),
            printed: self.printed,
        })
    }
}
