//! Several callbacks that change the learning rate of one optimiser.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::Attach;
use callbacks::fit::Trainer;
use callbacks::shelf::{LrFinder, PrintRounds, RateSchedule, ReduceOnPlateau};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use support::journal::Journal;
use support::line::{Line, inputs};

/// The problem of a fit with these callbacks; `None` if it has none.
fn problem_of(attach: impl FnOnce(Trainer<Line>) -> Trainer<Line>) -> Option<String> {
    let mut learner = Line::new(&Journal::default());
    learner.optimizers = &["main", "critic"];
    let error = attach(Trainer::new(learner)).check().err()?;
    assert_eq!(error.problems().len(), 1, "{error}");
    Some(error.to_string())
}

#[test]
fn two_schedules_of_one_rate_are_a_problem_of_the_plan() {
    let schedule = || RateSchedule::per_epoch(|_: u64| 0.5);
    let plateau = |name| ReduceOnPlateau::minimize(name);
    let both = problem_of(|trainer| trainer.callback(schedule()).callback(schedule())).unwrap();
    assert!(
        both.contains("sets the learning rate at each position, too"),
        "{both}"
    );
    assert!(
        both.contains("chain the schedules with `.then(…)`"),
        "{both}"
    );
    let with_all = problem_of(|trainer| {
        trainer
            .callback(schedule())
            .callback(schedule().of("critic"))
    });
    assert!(with_all.is_some());
    let apart = |trainer: Trainer<Line>| {
        let main = trainer.callback(schedule().of("main"));
        main.callback(schedule().of("critic"))
            .callback(schedule().of("critic").until(3))
    };
    assert_eq!(problem_of(apart), None);
    let undone = problem_of(|trainer| trainer.callback(plateau("train_loss")).callback(schedule()));
    assert!(
        undone
            .unwrap()
            .contains("it undoes each reduction: end it with `.until(…)`")
    );
    let ended = |trainer: Trainer<Line>| {
        let trainer = trainer.callback(plateau("train_loss"));
        trainer.callback(schedule().until(3))
    };
    assert_eq!(problem_of(ended), None);
    let twice = problem_of(|trainer| {
        trainer
            .callback(plateau("train_loss"))
            .callback(plateau("train_loss").of("main"))
    });
    assert!(
        twice
            .unwrap()
            .contains("reduces the learning rate by `train_loss`, too")
    );
    let different = |trainer: Trainer<Line>| {
        let trainer = trainer.valid(inputs([1.0])).callback(plateau("train_loss"));
        trainer.callback(plateau("valid_loss"))
    };
    assert_eq!(problem_of(different), None);
}

#[test]
fn a_sweep_beside_a_schedule_is_a_problem_of_the_plan() {
    let schedule = RateSchedule::per_epoch(|_: u64| 0.5);
    let both = problem_of(|trainer| trainer.callback(schedule).callback(LrFinder::new()));
    let text = both.unwrap();
    assert!(text.contains("attach the finder alone"), "{text}");
}

/// What was printed.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_has_the_rate_of_each_optimiser() {
    let page = Page::default();
    let mut learner = Line::new(&Journal::default());
    learner.optimizers = &["main", "critic"];
    let trainer = Trainer::new(learner).learning_rate(0.5);
    let mut trainer = trainer
        .learning_rate_of("critic", 0.25)
        .callback(PrintRounds::to(page.clone()));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let printed = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    assert!(printed.contains("lr.main 0.5  lr.critic 0.25"), "{printed}");
}
