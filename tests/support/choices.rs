//! Fits with every combination of what a trainer and the shelf offer.
#![allow(dead_code, reason = "no test uses all of it")]

use super::momentum::{Momentum, Numbers};
use super::seen::{LossSum, RecordTexts, add_seen, all_seen};
use callbacks::fit::{Batches, Fitted};
use callbacks::prelude::*;
use callbacks::schedule::Cosine;
use callbacks::shelf::{
    Csv, EarlyStopping, Ema, JsonLines, KeepBest, RateSchedule, StochasticWeightAveraging,
};
use std::fs;
use std::path::Path;

/// What a fit has.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "all are combined")]
pub(crate) struct Choices {
    schedules: bool,
    accumulates: bool,
    stops_early: bool,
    averages: bool,
    shuffles: bool,
    weights: Weights,
    observers: Observers,
}

/// Which other callback keeps copies of the parameters.
#[derive(Debug, Clone, Copy)]
enum Weights {
    Current,
    Averaged,
    Best,
}

/// Which callbacks look at the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Observers {
    None,
    /// With periods of every unit, and in the background.
    Remembering,
    /// The same, and some that write files.
    Files,
}

impl Choices {
    /// The number of combinations.
    pub(crate) const COUNT: u32 = 9 << 5;

    /// Returns the combination with this number. The last ones have the most.
    pub(crate) fn nth(number: u32) -> Self {
        use {Observers as O, Weights as W};
        let has = |bit: u32| ((number / 9) >> bit) & 1 == 1;
        Self {
            schedules: has(0),
            accumulates: has(1),
            stops_early: has(2),
            averages: has(3),
            shuffles: has(4),
            weights: [W::Current, W::Averaged, W::Best][number as usize % 3],
            observers: [O::None, O::Remembering, O::Files][number as usize / 3 % 3],
        }
    }

    /// Makes the trainer, as each process does. Its files are in the folder.
    pub(crate) fn trainer(self, folder: &Path) -> Trainer<Momentum> {
        let trainer = Trainer::new(Momentum::new())
            .epochs(3)
            .learning_rate(0.01)
            .valid(vec![Numbers(vec![-1.0, -2.0])])
            .plan_with(|plan| self.add_to(plan, folder));
        if self.accumulates {
            trainer.accumulate(2)
        } else {
            trainer
        }
    }

    fn add_to(self, plan: &mut Plan<Fit>, folder: &Path) {
        if self.schedules {
            plan.add(RateSchedule::per_step(Cosine::new()));
        }
        if self.stops_early {
            let stopping = EarlyStopping::minimize("valid_loss").patience(0);
            plan.add(stopping.min_delta(100.0).restore_best::<Momentum>());
        }
        if self.averages {
            plan.add(Ema::<Momentum>::new(0.9));
        }
        match self.weights {
            Weights::Current => {}
            Weights::Averaged => {
                plan.add(StochasticWeightAveraging::<Momentum>::from_epoch(2));
            }
            Weights::Best => {
                // Only one callback restores what it has kept.
                let keep = KeepBest::<Momentum>::minimize("train_loss");
                plan.add(if self.stops_early {
                    keep.without_restoring()
                } else {
                    keep
                });
            }
        }
        if self.observers >= Observers::Remembering {
            add_seen(plan, &periods());
            plan.add(LossSum::default());
            plan.add(RecordTexts::new(Fit::on_epoch_end));
        }
        if self.observers == Observers::Files {
            plan.add(Csv::to_file(folder.join("epochs.csv")));
            plan.add(JsonLines::to_file(folder.join("epochs.jsonl")));
        }
    }

    /// The batches of training: each epoch has an order of its own, or all have the same.
    pub(crate) fn batches(self) -> impl Batches<Numbers> {
        move |epoch: u64| {
            let mut numbers: Vec<f64> = (1..=3).map(f64::from).collect();
            if self.shuffles {
                numbers.rotate_left(usize::try_from(epoch % 3).unwrap());
            }
            let pairs = numbers.chunks(2);
            pairs.map(|pair| Numbers(pair.to_vec())).collect::<Vec<_>>()
        }
    }
}

/// Periods of every unit of a fit, and some of several.
fn periods() -> [Period; 6] {
    [
        Period::steps(2),
        Period::epochs(2),
        Period::samples(3),
        Period::micro_steps(4),
        Period::steps(4).or(Period::samples(7)).first().last(),
        Period::epochs(1)
            .offset(1)
            .or(Period::micro_steps(5))
            .last(),
    ]
}

/// All that a fit leaves: the outcome, the history, the parameters to the bit, what its callbacks remember, and its files.
pub(crate) fn left_of(
    trainer: &mut Trainer<Momentum>,
    batches: impl Batches<Numbers> + 'static,
    folder: &Path,
) -> String {
    let fitted = trainer.fit(batches).unwrap();
    let result = result_of(&fitted);
    let counts = (trainer.get::<Epoch>(), trainer.get::<Step>());
    let counts = format!("{counts:?} {:?}", trainer.get::<LearningRate>());
    let plan = trainer.plan();
    let seen = all_seen(plan);
    let background = (
        plan.get::<LossSum>(),
        plan.get::<RecordTexts<Fit>>().map(|each| &each.texts),
    );
    let files = ["epochs.csv", "epochs.jsonl"].map(|name| fs::read_to_string(folder.join(name)));
    let files = files.map(Result::unwrap_or_default);
    format!("{result}\n{counts}\n{seen:?}\n{background:?}\n{files:?}")
}

fn result_of(fitted: &Fitted<'_, Momentum>) -> String {
    let outcome = &fitted.outcome;
    assert!(outcome.failed().is_none(), "{outcome}");
    let history: Vec<_> = fitted
        .history
        .iter()
        .map(|(epoch, record)| format!("{epoch}: {:?}", record.iter().collect::<Vec<_>>()))
        .collect();
    let stopped = outcome.stopped().map(Stop::to_string);
    let ending = stopped.unwrap_or_else(|| super::saves::ending_of(outcome));
    format!("{ending}\n{history:?}\n{:?}", fitted.learner.bits())
}
