//! A fit with each callback of the shelf is the same after a sanity check as without one, and the check writes nothing.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod shelf;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::prelude::*;
use callbacks::shelf::SanityCheck;
use foreign_loop::Relax;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::shelf::{EachCallback, Stage, Weights, each_callback};

/// A trainer with a callback, and with a value that the callback may watch.
fn trainer<C: Callback<Fit> + Send>(stage: &Stage, make: fn(&Stage) -> C) -> Trainer<Line> {
    let watched = stage.watched;
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(4)
        .learning_rate(0.125)
        .valid(inputs([2.0, 1.0]))
        .state(Weights::from([1.0, 2.0]))
        .on(Fit::on_train_batch_end, |weights: &mut Weights| {
            weights[0] += 1.0;
        })
        .on(
            Fit::on_epoch_end,
            move |epoch: &Epoch, record: &mut Record| {
                record.set(watched, epoch.as_f64().sin());
            },
        );
    trainer.plan().add(make(stage)).named("of the shelf");
    trainer
}

/// What a fit leaves: its history, the parameters and how it ended, and what was written.
fn fit(trainer: &mut Trainer<Line>, stage: &Stage) -> impl PartialEq + std::fmt::Debug + use<> {
    let fitted = trainer.fit(inputs([3.0, 1.0, 2.0])).unwrap();
    let (history, outcome) = (fitted.history, fitted.outcome.to_string());
    let bits = trainer.learner().weight.to_bits();
    let weights = trainer.get::<Weights>().cloned();
    (history, outcome, bits, weights, stage.take())
}

fn compare<C: Callback<Fit> + Send>(name: &str, make: fn(&Stage) -> C) {
    let (stage, other) = (Stage::new("watched"), Stage::new("watched"));
    let expected = fit(&mut trainer(&stage, make), &stage);
    let mut trainer = trainer(&other, make);
    let restore = |line: &mut Line, weight| {
        line.weight = weight;
        Ok(())
    };
    let check = SanityCheck::restoring(|line: &Line| Ok(line.weight), restore).keeps::<Weights>();
    let checked = check.run(&mut trainer, inputs([3.0])).unwrap();
    assert!(checked.outcome.failed().is_none(), "{name}");
    let written = other.take();
    // A bar or a line of progress shows the check, too.
    assert!(
        written.is_empty() || name == "Progress",
        "{name}: {written:?}"
    );
    assert_eq!(fit(&mut trainer, &other), expected, "{name}");
}

#[derive(Default)]
struct Compared(usize);

impl EachCallback for Compared {
    fn of_all<C>(&mut self, name: &'static str, make: fn(&Stage) -> C)
    where
        C: Callback<Fit> + Callback<Driver> + Callback<Relax> + Send,
    {
        self.of_fit(name, make);
    }

    fn of_fit<C: Callback<Fit> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        // What it measures is different in each fit.
        if name != "Throughput" {
            compare(name, make);
            self.0 += 1;
        }
    }

    fn of_driver<C: Callback<Driver> + Send>(&mut self, _: &'static str, _: fn(&Stage) -> C) {}
}

#[test]
fn a_fit_with_each_callback_is_that_without_a_check() {
    let mut compared = Compared::default();
    each_callback(&mut compared);
    assert!(compared.0 > 20);
}
