//! A callback declares its settings and the names that it writes to and reads from the record: a mistake in them is a problem of the plan.
#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::prelude::*;
use callbacks::shelf::EarlyStopping;
use callbacks::{CallbackInfo, Problem, ProblemKind};
use support::journal::Journal;
use support::line::{Input, Line, inputs};

/// Monitors a name, at the end of each epoch, and notes whether the record declares it.
#[derive(Default)]
struct Monitor {
    name: &'static str,
    was_declared: Option<bool>,
}

impl Monitor {
    fn of(name: &'static str) -> Self {
        let was_declared = None;
        Self { name, was_declared }
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        info.monitors(self.name)
    }
}

#[callback(Rounds, register = false, declare = Self::declare)]
impl Monitor {
    fn on_round_end(&mut self, record: &Record) {
        self.was_declared = Some(record.is_declared(self.name));
    }
}

/// Adds a value and declares it.
struct Accuracy;

#[callback(produces("accuracy", "spread"), register = false)]
impl Accuracy {
    fn on_epoch_end(&self, record: &mut Record) {
        record.set("accuracy", 0.5);
    }
}

/// Adds a value and does not declare it.
struct Secret;

#[callback(register = false)]
impl Secret {
    fn on_epoch_end(&self, record: &mut Record) {
        record.set("secret", 0.5);
    }
}

/// Declares a value of the validation, which it can measure without validation data.
struct Held;

#[callback(produces("valid_held"), register = false)]
impl Held {
    fn on_epoch_end(&self, record: &mut Record) {
        record.set("valid_held", 0.5);
    }
}

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default())).epochs(2)
}

fn batches() -> Vec<Input> {
    inputs([1.0, 2.0])
}

/// Returns the kinds and texts of the problems and notes of a fit.
fn judge(mut trainer: Trainer<Line>) -> Vec<(ProblemKind, String)> {
    let problems = match trainer.check() {
        Ok(()) => trainer.plan().notes().to_vec(),
        Err(error) => error.problems().to_vec(),
    };
    let text = |problem: &Problem| (problem.kind(), problem.to_string());
    problems.iter().map(text).collect()
}

#[test]
fn a_name_that_nothing_records_is_a_problem_with_the_nearest_name() {
    let problems = judge(trainer().callback(Monitor::of("train_los")));
    let [(ProblemKind::NotRecorded, text)] = &problems[..] else {
        panic!("{problems:?}");
    };
    assert!(text.contains("monitors `train_los`"), "{text}");
    assert!(text.contains("did you mean `train_loss`?"), "{text}");

    let problems = judge(trainer().callback(Monitor::of("perplexity")));
    assert!(problems[0].1.contains("train_loss"), "{problems:?}");
    assert!(problems[0].1.contains("produces"), "{problems:?}");
}

#[test]
fn a_name_of_the_validation_needs_validation_data() {
    for name in ["valid_loss", "valid_accuracy"] {
        let problems = judge(trainer().callback(Monitor::of(name)));
        assert_eq!(problems[0].0, ProblemKind::NotRecorded);
        let words = "no validation data: `.valid(…)`";
        assert!(problems[0].1.contains(words), "{problems:?}");
    }
    let valid = trainer()
        .valid(batches())
        .callback(Monitor::of("valid_loss"));
    assert_eq!(judge(valid), []);
    let held = trainer().callback(Held).callback(Monitor::of("valid_held"));
    assert_eq!(judge(held), []);
}

#[test]
fn what_the_loop_or_a_callback_declares_can_be_monitored_and_so_can_its_parts() {
    for name in ["train_loss", "accuracy", "accuracy.variance", "spread"] {
        let declared = trainer().callback(Accuracy).callback(Monitor::of(name));
        assert_eq!(judge(declared), [], "{name}");
    }
    let problems = judge(
        trainer()
            .callback(Accuracy)
            .callback(Monitor::of("acuracy")),
    );
    assert!(problems[0].1.contains("did you mean `accuracy`?"));
    let problems = judge(
        trainer()
            .callback(Accuracy)
            .callback(Monitor::of("accuracys")),
    );
    assert_eq!(problems[0].0, ProblemKind::NotRecorded);
}

#[test]
fn a_callback_that_does_not_say_what_it_records_may_record_any_name() {
    let open = || trainer().callback(Secret);
    assert_eq!(judge(open().callback(Monitor::of("secret"))), []);
    let notes = judge(open().callback(Monitor::of("train_los")));
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].0, ProblemKind::MaybeNotRecorded);
    for (name, expected) in [("open", None), ("opne", Some(ProblemKind::NotRecorded))] {
        let mut declared = trainer().callback(Monitor::of(name));
        let closure = |record: &mut Record| record.set("open", 0.5);
        declared
            .plan()
            .on(Fit::on_epoch_end, closure)
            .produces("open");
        let kinds = judge(declared).into_iter().map(|(kind, _)| kind);
        assert!(kinds.eq(expected), "{name}");
    }
    // Without validation data, a closure may still measure something.
    let notes = judge(open().callback(Monitor::of("valid_loss")));
    assert_eq!(notes[0].0, ProblemKind::MaybeNotRecorded);
    assert!(notes[0].1.contains("no validation data: `.valid(…)`"));
    // A handler of the validation pass cannot.
    let silent = trainer().on(Fit::on_valid_end, |record: &mut Record| {
        record.set("valid_x", 0.5);
    });
    let problems = judge(silent.callback(Monitor::of("valid_x")));
    assert!(
        problems
            .iter()
            .any(|(kind, _)| *kind == ProblemKind::NotRecorded)
    );
    let with_ctx = trainer().on(Fit::on_epoch_end, |mut ctx: Ctx<'_>| {
        ctx.insert(0_u8);
    });
    assert_eq!(judge(with_ctx.callback(Monitor::of("anything"))), []);
    let reader = trainer().on(Fit::on_epoch_end, |_: &Record| {});
    let problems = judge(reader.callback(Monitor::of("anything")));
    assert_eq!(problems[0].0, ProblemKind::NotRecorded);
}

#[test]
fn a_loop_that_does_not_say_what_it_records_may_record_any_name() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Monitor::of("train_los"));
    assert!(plan.check(&State::new()).is_ok());
    let fit = Fit::session(1)
        .callback(Monitor::of("mood"))
        .start()
        .unwrap();
    for _ in fit.epochs() {
        fit.log("mood", 1.0);
    }
    assert!(fit.finish().is_finished());
}

/// Returns the error of a session that logs `train_loss`, and after it the given names.
fn failure_of_session(monitor: &'static str, names: &[&'static str]) -> String {
    let stopping = EarlyStopping::minimize(monitor);
    let fit = Fit::session(2).callback(stopping).start().unwrap();
    for _ in fit.epochs() {
        for _ in fit.train(0..2) {
            fit.loss(1.0);
        }
        for name in names {
            fit.log(*name, 1.0);
        }
    }
    fit.finish().failed().unwrap().cause().to_string()
}

#[test]
fn a_name_that_a_session_does_not_record_fails_with_the_nearest_name_and_the_remedies() {
    let text = failure_of_session("vaild_loss", &["valid_loss"]);
    for part in [
        "there is no number `vaild_loss` at epoch 1; did you mean `valid_loss`? ",
        "monitor one of these: train_loss, valid_loss; ",
        "`.produces(\"vaild_loss\")` where the callback or the closure that adds it is attached",
        "`.start_from(…)`",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let text = failure_of_session("valid_loss", &[]);
    let reason = "at epoch 1; no validation data: `.valid(…)`";
    assert!(text.contains(reason), "{text}");
    // Something else was validated, so that this is not the reason.
    let text = failure_of_session("valid_error", &["valid_loss"]);
    assert!(!text.contains("no validation data"), "{text}");
}

#[test]
fn a_trainer_with_callbacks_that_may_record_any_name_says_why_there_is_none() {
    let mut open = trainer()
        .callback(Secret)
        .callback(EarlyStopping::minimize("valid_loss"));
    let outcome = open.fit(batches()).unwrap().outcome;
    let text = outcome.failed().unwrap().cause().to_string();
    assert!(text.contains("no validation data: `.valid(…)`"), "{text}");
}

/// Adds a value every 5 epochs, which is constant.
struct Rare;

#[callback(produces("rare"), register = false)]
impl Rare {
    #[every(epochs = 5)]
    fn on_epoch_end(&self, record: &mut Record) {
        record.set("rare", 1.0);
    }
}

#[test]
fn a_declared_number_of_later_rounds_is_waited_for() {
    let fit = |stopping: EarlyStopping| {
        let mut trainer = trainer().epochs(99).callback(Rare).callback(stopping);
        trainer
            .fit(batches())
            .map(|fitted| (fitted.history.len(), fitted.outcome))
    };
    // It improves in epoch 5, and does not in epochs 10 and 15.
    let (epochs, outcome) = fit(EarlyStopping::minimize("rare").patience(1)).unwrap();
    assert!(outcome.stopped().is_some(), "{outcome}");
    assert_eq!(epochs, 15);
    let error = fit(EarlyStopping::minimize("rarer")).unwrap_err();
    assert!(
        error.to_string().contains("did you mean `rare`?"),
        "{error}"
    );
}

#[test]
fn a_run_without_rounds_monitors_nothing() {
    let mut similar = trainer()
        .callback(Accuracy)
        .callback(Monitor::of("acuracy"));
    assert!(similar.evaluate(batches()).is_ok());
    let of_name = |note: &&Problem| note.kind() == ProblemKind::MaybeNotRecorded;
    assert_eq!(similar.plan().notes().iter().find(of_name), None);
    let mut trainer = trainer().callback(Monitor::of("valid_loss"));
    assert!(trainer.evaluate(batches()).is_ok());
    assert!(trainer.predict(batches()).is_ok());
    assert!(trainer.fit(batches()).is_err());
}

#[test]
fn the_record_says_which_names_are_declared() {
    for (name, is_declared) in [("accuracy", true), ("train_loss", true), ("secret", false)] {
        let mut trainer = trainer()
            .callback(Accuracy)
            .callback(Secret)
            .callback(Monitor::of(name));
        assert!(trainer.fit(batches()).unwrap().outcome.is_finished());
        let seen = trainer.plan().get::<Monitor>().unwrap().was_declared;
        assert_eq!(seen, Some(is_declared), "{name}");
    }
}

#[test]
fn the_record_of_each_fit_has_an_identity_of_its_own() {
    let mut trainer = trainer();
    let mut ids = Vec::new();
    for _ in 0..2 {
        assert!(trainer.fit(batches()).unwrap().outcome.is_finished());
        ids.push(trainer.get::<Record>().unwrap().id());
    }
    assert!(ids[0].is_some() && ids[0] != ids[1]);
}
