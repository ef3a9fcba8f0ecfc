//! What belongs to one batch is there while the batch is at work, and what is counted of batches is right at every breakpoint.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Fit, Loss, MicroStep, OptimizerName, SampleCount, Total, Trainer};
use callbacks::{At, Attach, Breakpoint, Callback, Handlers, Loop};
use support::journal::Journal;
use support::line::{Input, Line, Output, Slope, inputs};

#[test]
fn what_belongs_to_one_batch_is_gone_after_it() {
    let seen = Journal::default();
    for optimizers in [&["main"][..], &["slow", "fast"]] {
        let mut learner = Line::new(&Journal::default());
        learner.optimizers = optimizers;
        let mut trainer = Trainer::new(learner).epochs(2).valid(inputs([8.0, 8.0]));
        trainer.plan().add_local(Belongings(seen.clone()));
        let fitted = trainer.fit(inputs([4.0, 4.0])).unwrap();
        assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
        let lines = seen.take();
        // Two epochs of two batches in each phase, and all that is around them.
        assert_eq!(lines.len(), 2 + 2 * (6 + 2 + 2));
        for line in lines {
            let expected = if line.contains("batch_begin") {
                ": batch"
            } else {
                ":"
            };
            assert!(line.ends_with(expected), "{line}");
        }
        let left = [
            trainer.get::<Input>().is_some(),
            trainer.get::<Output>().is_some(),
            trainer.get::<OptimizerName>().is_some(),
        ];
        assert_eq!(left, [false; 3]);
    }
}

#[test]
fn a_batch_whose_learner_panics_is_gone_behind_the_fit() {
    let mut learner = Line::new(&Journal::default());
    learner.samples = |batch| panic!("how many are {batch:?}?");
    let mut trainer = Trainer::new(learner);
    let fitted = trainer.fit(inputs([4.0])).unwrap();
    assert!(fitted.outcome.failed().is_some(), "{}", fitted.outcome);
    assert_eq!(trainer.get::<Input>(), None);
}

/// Notes which of a batch's belongings are in the state, wherever none of them is to be but a batch that begins.
struct Belongings(Journal);

impl Belongings {
    fn note(
        &self,
        at: &Breakpoint,
        batch: Option<&Input>,
        made: Option<&Output>,
        loss: Option<&Loss>,
        slope: Option<&Slope>,
        optimizer: Option<&OptimizerName>,
    ) {
        let is_there = [
            (" batch", batch.is_some()),
            (" prediction", made.is_some()),
            (" loss", loss.is_some()),
            (" gradients", slope.is_some()),
            (" optimiser", optimizer.is_some()),
        ];
        let there = is_there.into_iter().filter(|(_, is_there)| *is_there);
        let there: String = there.map(|(name, _)| name).collect();
        self.0.note(format!("{at}:{there}"));
    }
}

impl Callback<Fit> for Belongings {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        for (index, at) in (0..).zip(Fit::BREAKPOINTS) {
            let name = at.name();
            let is_within =
                name.contains("batch") && !name.contains("batch_begin") || name == "on_update_end";
            let is_of_another_ending = ["on_stop", "on_interrupt", "on_fit_error"].contains(&name);
            let is_of_a_run = ["on_enter", "on_exit"].contains(&name) || name.contains("predict");
            if !(is_within || is_of_another_ending || is_of_a_run) {
                h.on(At::new(index), Self::note);
            }
        }
    }
}

/// The breakpoints of a fit at which a plan lets a handler ask for `T`.
fn granted<T: Sync + 'static>() -> Vec<&'static str> {
    let is_of_a_fit = |at: &Breakpoint| {
        let name = at.name();
        ["on_train", "on_valid", "on_update", "on_epoch"]
            .iter()
            .any(|start| name.starts_with(start))
    };
    let places = (0..).zip(Fit::BREAKPOINTS);
    let granted = places.filter(|(index, at)| {
        let ask = |_: &T| {};
        let trainer = Trainer::new(Line::new(&Journal::default()));
        let trainer = trainer.valid(inputs([1.0]));
        is_of_a_fit(at) && trainer.on(At::new(*index), ask).check().is_ok()
    });
    granted.map(|(_, at)| at.name()).collect()
}

#[test]
fn a_plan_grants_what_belongs_to_a_batch_where_it_is_and_nowhere_else() {
    let train = [
        "on_train_batch_begin",
        "on_train_batch_after_pred",
        "on_train_batch_after_loss",
        "on_train_batch_before_backward",
        "on_train_batch_before_step",
        "on_train_batch_after_step",
        "on_update_end",
        "on_train_batch_end",
    ];
    let valid = [
        "on_valid_batch_begin",
        "on_valid_batch_after_pred",
        "on_valid_batch_after_loss",
        "on_valid_batch_end",
    ];
    let from = |place: usize| [&train[place..], &valid[place..]].concat();
    assert_eq!(granted::<Input>(), from(0));
    assert_eq!(granted::<Output>(), from(1));
    assert_eq!(granted::<Loss>(), from(2));
    // They are used up by the step.
    assert_eq!(granted::<Slope>(), train[4..5]);
    assert_eq!(granted::<OptimizerName>(), train[1..6]);
}

#[test]
fn micro_steps_and_samples_count_what_was_trained_on_and_nothing_else() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default())).epochs(2);
    trainer = trainer.valid(inputs([1.0, 1.0, 1.0]));
    for at in [
        Fit::on_train_batch_end,
        Fit::on_valid_batch_end,
        Fit::on_epoch_end,
    ] {
        let note = journal.clone();
        let see = move |micro_step: &MicroStep, samples: &SampleCount| {
            note.note(format!("{micro_step} {samples}"));
        };
        trainer.plan().on(at, see);
    }
    assert!(
        trainer
            .fit(inputs([1.0, 1.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let [one, two, three, four] = ["1 2", "2 4", "3 6", "4 8"];
    let epochs = [
        [one, two, two, two, two, two],
        [three, four, four, four, four, four],
    ];
    assert_eq!(journal.take(), epochs.concat());
    assert!(
        trainer
            .evaluate(inputs([1.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    assert_eq!(journal.take(), ["0 0"]);
}

#[test]
fn how_many_batches_there_are_is_known_within_a_pass_and_not_between_two() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default())).valid(inputs([1.0]));
    let places = [
        Fit::on_epoch_begin,
        Fit::on_train_begin,
        Fit::on_train_batch_begin,
        Fit::on_train_end,
        Fit::on_valid_begin,
        Fit::on_valid_batch_end,
        Fit::on_valid_end,
        Fit::on_epoch_end,
        Fit::on_fit_end,
    ];
    for at in places {
        let note = journal.clone();
        let see = move |total: &Total, at: &Breakpoint| {
            note.note(format!("{at} {:?}", total.get()));
        };
        trainer.plan().on(at, see);
    }
    assert!(
        trainer
            .fit(inputs([1.0, 1.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let expected = [
        "on_epoch_begin None",
        "on_train_begin None",
        "on_train_batch_begin Some(2)",
        "on_train_batch_begin Some(2)",
        "on_train_end Some(2)",
        "on_valid_begin None",
        "on_valid_batch_end Some(1)",
        "on_valid_end Some(1)",
        "on_epoch_end None",
        "on_fit_end None",
    ];
    assert_eq!(journal.take(), expected);
}
