//! The shelf's event files: what a reader of the format finds in them.
#![cfg(feature = "tensorboard")]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod events;
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::Driver;
use callbacks::fit::{Epoch, Fit, LearningRate, Loss, Step, Trainer};
use callbacks::shelf::TensorBoard;
use callbacks::{Attach, BoxError, Complex, Flow, Hyperparameters, Plan, Record, State, Stats};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use std::fs;
use std::path::PathBuf;
use support::events::{Folder, Point, point, read};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::walk;

fn trainer(folder: &Folder) -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
        .epochs(2)
        .learning_rate(0.5)
        .callback(TensorBoard::new(folder.path()))
}

#[test]
fn a_fit_leaves_the_metrics_by_phase_and_the_learning_rate_over_epochs() {
    let folder = Folder::new("fit");
    let mut trainer = trainer(&folder).valid(inputs([2.0])).on(
        Fit::on_epoch_end,
        |record: &mut Record, rate: &mut LearningRate| {
            record.set("valid_top_5", 0.75);
            record.set("training", 3.0);
            rate.scale(0.5);
        },
    );
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let expected = [
        point(1, "train/loss", 1.0),
        point(1, "valid/loss", 1.0),
        point(1, "valid/top_5", 0.75),
        point(1, "training", 3.0),
        point(1, "learning_rate", 0.25),
        point(2, "train/loss", 0.5),
        point(2, "valid/loss", 0.5),
        point(2, "valid/top_5", 0.75),
        point(2, "training", 3.0),
        point(2, "learning_rate", 0.125),
    ];
    assert_eq!(folder.only_file(), expected);
}

#[test]
fn hyperparameters_leave_a_table_in_markdown() {
    let folder = Folder::new("settings");
    let settings = Hyperparameters::new().set("lr", 0.1).set("layers", 3);
    let settings = settings.set("a|b", "two\nlines").set("nesterov", true);
    let expected = "| name | value |\n|---|---|\n| lr | 0.1 |\n| layers | 3 |\n| a\\|b | two lines |\n| nesterov | true |";
    let expected = [("hyperparameters".to_owned(), expected.to_owned())];
    let mut trainer = trainer(&folder).state(settings.clone());
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(folder.texts(), expected);
    assert_eq!(folder.only_file().len(), 4);
    let folder = Folder::new("settings-driver");
    let mut driver = walk()
        .state(settings)
        .callback(TensorBoard::new(folder.path()));
    assert!(driver.run(2).unwrap().is_finished());
    assert_eq!(folder.texts(), expected);
}

#[test]
fn several_optimisers_leave_a_learning_rate_each() {
    let folder = Folder::new("optimisers");
    let mut line = Line::new(&Journal::default());
    line.optimizers = &["slow", "fast"];
    let mut trainer = Trainer::new(line)
        .learning_rate_of("fast", 0.5)
        .callback(TensorBoard::new(folder.path()));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let rates: Vec<Point> = folder.only_file().split_off(1);
    let expected = [
        point(1, "learning_rate/slow", 0.01),
        point(1, "learning_rate/fast", 0.5),
    ];
    assert_eq!(rates, expected);
}

#[test]
fn the_loss_of_every_second_batch_is_over_steps() {
    let folder = Folder::new("batches");
    let log = TensorBoard::new(folder.path()).batch_loss(2);
    let mut trainer = Trainer::new(Line::new(&Journal::default())).callback(log);
    let batches = inputs([1.0, 2.0, 3.0, 4.0, 5.0]);
    assert!(trainer.fit(batches).unwrap().outcome.is_finished());
    let points = folder.only_file();
    let of_batches = points.iter().filter(|one| one.tag == "train/batch_loss");
    assert_eq!(of_batches.map(|one| one.step).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn a_driver_leaves_the_parts_of_what_was_logged_over_steps() {
    let folder = Folder::new("driver");
    let mut driver = walk().callback(TensorBoard::new(folder.path())).on(
        Driver::on_step_end,
        |step: &Step, record: &mut Record| {
            if step.get() == 2 {
                record.set("energy", Stats::of([-1.0, -3.0]));
                record.set("overlap", Complex { re: 0.5, im: -0.25 });
                record.set("sites", vec![1.0, 0.0]);
                record.set("says \"ü\"", f64::INFINITY);
            }
        },
    );
    assert!(driver.run(2).unwrap().is_finished());
    let expected = [
        point(1, "place", 1.0),
        point(2, "place", 2.0),
        point(2, "energy/mean", -2.0),
        point(2, "energy/error_of_mean", 1.0),
        point(2, "energy/variance", 1.0),
        point(2, "overlap/re", 0.5),
        point(2, "overlap/im", -0.25),
        point(2, "sites/0", 1.0),
        point(2, "sites/1", 0.0),
        point(2, "says \"ü\"", f32::INFINITY),
    ];
    assert_eq!(folder.only_file(), expected);
}

#[test]
fn each_run_adds_a_file_that_is_found_by_its_name() {
    let folder = Folder::new("runs");
    let mut driver = walk().callback(TensorBoard::new(folder.path()));
    assert!(driver.run(1).unwrap().is_finished());
    assert!(driver.run(1).unwrap().is_finished());
    let files = folder.files();
    let steps: Vec<Vec<i64>> = files
        .iter()
        .map(|file| read(file).iter().map(|one| one.step).collect())
        .collect();
    assert_eq!(steps, [[1], [2]]);
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let rest = name.strip_prefix("events.out.tfevents.").unwrap();
        let (seconds, rest) = rest.split_once('.').unwrap();
        assert!(
            seconds.len() == 10 && seconds.parse::<u64>().is_ok(),
            "{name}"
        );
        assert_eq!(rest.split('.').count(), 3, "{name}");
    }
}

#[test]
fn an_evaluation_and_a_prediction_leave_no_file() {
    let folder = Folder::new("evaluation");
    let mut trainer = trainer(&folder);
    assert!(
        trainer
            .evaluate(inputs([1.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    assert!(
        trainer
            .predict(inputs([1.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    assert!(!folder.path().exists());
}

#[test]
fn an_epoch_can_be_read_while_the_next_one_goes_on() {
    let folder = Folder::new("meanwhile");
    let seen = Journal::default();
    let (note, written) = (seen.clone(), folder.clone());
    let mut trainer = trainer(&folder);
    trainer
        .plan()
        .on(Fit::on_epoch_begin, move |epoch: &Epoch| {
            note.note(format!("{epoch}: {}", written.only_file().len()));
        });
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(seen.take(), ["1: 0", "2: 2"]);
}

#[test]
fn in_every_ending_everything_is_written() {
    type End = fn() -> Result<Flow, BoxError>;
    let endings: [(&str, End); 4] = [
        ("stopped", || Ok(Flow::stop("enough"))),
        ("interrupted", || Ok(Flow::interrupt("SIGINT"))),
        ("failed", || Err("broken".into())),
        ("panicked", || std::panic::resume_unwind(Box::new("broken"))),
    ];
    for (name, end) in endings {
        let folder = Folder::new(name);
        let mut driver = walk().callback(TensorBoard::new(folder.path())).on(
            Driver::on_step_start,
            move |step: &Step| {
                if step.get() == 3 {
                    end()
                } else {
                    Ok(Flow::Continue)
                }
            },
        );
        assert!(!driver.run(9).unwrap().is_finished(), "{name}");
        let steps: Vec<i64> = folder.only_file().iter().map(|one| one.step).collect();
        assert_eq!(steps, [1, 2, 3], "{name}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_reported_before_the_first_step() {
    let folder = Folder::new("in the way");
    fs::write(folder.path(), "a file").unwrap();
    let mut driver = walk().callback(TensorBoard::new(folder.path()));
    let outcome = driver.run(3).unwrap();
    let failure = outcome.failed().unwrap();
    let named = failure.cause().to_string();
    assert!(
        named.starts_with(folder.path().to_str().unwrap()),
        "{named}"
    );
    assert_eq!(failure.origin().callback(), Some("TensorBoard"));
    assert_eq!(driver.step().get(), 0);
}

#[test]
fn the_optimisers_are_those_of_the_fit_under_way() {
    let folder = Folder::new("again");
    let mut trainer = trainer(&folder).epochs(1);
    trainer.learner().optimizers = &["first", "second"];
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    trainer.learner().optimizers = &["first"];
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    let files = folder.files();
    let tags = |file: &PathBuf| read(file).into_iter().map(|one| one.tag).collect();
    let tags: Vec<Vec<String>> = files.iter().map(tags).collect();
    assert_eq!(tags[0].len(), 3);
    assert_eq!(tags[1], ["train/loss", "learning_rate"]);
}

#[test]
fn no_two_values_have_one_tag_and_no_loss_is_asked_for_every_0_steps() {
    let folder = Folder::new("twice");
    let mut driver = walk().on(Driver::on_step_end, |record: &mut Record| {
        record.set("energy", Stats::of([-1.0, -3.0]));
        record.set("energy/mean", 1.0);
    });
    driver.plan().add(TensorBoard::new(folder.path()));
    let outcome = driver.run(1).unwrap();
    let text = "two values have the tag `energy/mean`; log one of them under another name";
    assert_eq!(outcome.failed().unwrap().cause().to_string(), text);

    let mut driver = walk().callback(TensorBoard::new(folder.path()).batch_loss(0));
    let error = driver.run(1).unwrap_err().to_string();
    let text = "has a `batch_loss` of 0\n    give 1 for every step, or leave it out";
    assert!(error.contains(text), "{error}");
}

#[test]
fn a_loop_of_another_crate_leaves_its_record_and_what_else_its_state_has() {
    let folder = Folder::new("foreign");
    let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
    state.insert(Energy(1.0));
    state.insert(LearningRate::new(0.5));
    state.insert(Loss::from(3.0));
    plan.add(TensorBoard::new(folder.path()).batch_loss(2));
    assert!(relax(&mut plan, &mut state, 2).unwrap().is_finished());
    let expected = [
        point(1, "energy", 1.0),
        point(1, "learning_rate", 0.5),
        point(2, "train/batch_loss", 3.0),
        point(2, "energy", 0.5),
        point(2, "learning_rate", 0.5),
    ];
    assert_eq!(folder.only_file(), expected);
}
