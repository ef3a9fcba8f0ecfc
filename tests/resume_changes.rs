//! What a program may change between two of its runs, and what the run that continues reports.

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod random_walk;
}

use callbacks::checkpoint::Resume;
use callbacks::fit::{Learner, Loss, OptimizerName, TooFewBatches};
use callbacks::persist::{Fields, Restored, SavedFields};
use callbacks::prelude::*;
use callbacks::shelf::Checkpoint;
use callbacks::{BoxError, CallbackInfo, Cause, Outcome, Parameters};
use std::path::PathBuf;
use support::folder::Folder;
use support::momentum::Numbers;
use support::random_walk::Walk;

/// A network of one layer whose width can change.
#[derive(Parameters)]
struct Net {
    layer: Vec<f64>,
}

struct Sum(f64);

#[derive(callbacks::Gradients)]
struct Slope(f64);

impl Learner for Net {
    type Batch = Numbers;
    type Prediction = Sum;
    type Gradients = Slope;

    fn samples(&self, batch: &Numbers) -> u64 {
        batch.0.len() as u64
    }

    fn forward(&mut self, batch: &Numbers, _: Phase) -> Result<Sum, BoxError> {
        Ok(Sum(self.layer.iter().sum::<f64>() - batch.0[0]))
    }

    fn loss(&mut self, sum: &Sum, _: &Numbers) -> Result<Loss, BoxError> {
        Ok((sum.0 * sum.0).into())
    }

    fn backward(&mut self, sum: &Sum, _: &Numbers, _: OptimizerName) -> Result<Slope, BoxError> {
        Ok(Slope(2.0 * sum.0))
    }

    fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.layer.iter_mut().for_each(|x| *x -= rate * slope.0);
        Ok(())
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.nested("parameters", |fields| Parameters::persist(self, fields));
    }
}

/// Remembers the number of epochs, in a first version.
#[derive(Default)]
struct Count(u64);

#[callback(discover = false, persist = |this: &mut Self, fields: &mut Fields<'_>| fields.field("epochs", &mut this.0))]
impl Count {
    fn on_epoch_end(&mut self) {
        self.0 += 1;
    }
}

fn batches(count: u32) -> Vec<Numbers> {
    (1..=count).map(|x| Numbers(vec![f64::from(x)])).collect()
}

/// A trainer of two epochs with one callback that remembers something.
fn counted(width: usize) -> Trainer<Net> {
    let layer = vec![0.5; width];
    Trainer::new(Net { layer }).epochs(2).learning_rate(0.01)
}

/// Trains to the end with a checkpoint after each batch, and returns the path of the one with this number.
fn checkpoint_of(trainer: Trainer<Net>, folder: &Folder, number: u64) -> PathBuf {
    let checkpoint = Checkpoint::to(folder.path()).every(Period::steps(1));
    let mut trainer = trainer.callback(checkpoint.keep_all());
    let outcome = trainer.fit(batches(3)).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    folder.path().join(format!("checkpoint-{number:06}"))
}

/// Continues to the end, and returns the outcome with what was restored.
fn resumed(trainer: Trainer<Net>, from: &PathBuf, batch_count: u32) -> (Outcome, Option<Restored>) {
    let mut trainer = trainer.resume(Resume::from(from)).unwrap();
    let outcome = trainer.fit(batches(batch_count)).unwrap().outcome;
    (outcome, trainer.get().cloned())
}

fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

/// The parameters after a whole fit.
fn whole(epochs: u64) -> Vec<f64> {
    let mut trainer = counted(3).epochs(epochs);
    let fitted = trainer.fit(batches(3)).unwrap();
    assert!(fitted.outcome.is_finished());
    fitted.learner.layer.clone()
}

#[test]
fn more_epochs_go_on_where_a_finished_fit_ended() {
    let folder = Folder::new("more-epochs");
    let last = checkpoint_of(counted(3), &folder, 6);
    let mut trainer = counted(3).epochs(5).resume(Resume::from(last)).unwrap();
    let fitted = trainer.fit(batches(3)).unwrap();
    assert_eq!(fitted.history.len(), 5);
    assert_eq!(fitted.learner.layer, whole(5));
}

#[test]
fn fewer_batches_than_were_made_are_refused_and_more_are_taken() {
    let folder = Folder::new("batches");
    let from = checkpoint_of(counted(3).callback(Count(0)), &folder, 2);
    let (outcome, _) = resumed(counted(3).callback(Count(0)), &from, 1);
    let failure = outcome.failed().unwrap();
    let Cause::Error(error) = failure.cause() else {
        panic!("{failure}");
    };
    let error = error.downcast_ref::<TooFewBatches>().unwrap();
    assert_eq!((error.made(), error.found()), (2, 1));
    assert_has(
        &failure.to_string(),
        &["2 batches", "has 1", "continue with the same data"],
    );

    let (outcome, restored) = resumed(counted(3).callback(Count(0)), &from, 4);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(restored.unwrap().missing(), [] as [&str; 0]);
}

#[test]
fn a_model_of_another_shape_is_refused_with_checkpoint_tensor_and_both_shapes() {
    let folder = Folder::new("shape");
    let from = checkpoint_of(counted(3), &folder, 2);
    let (outcome, restored) = resumed(counted(2), &from, 3);
    let text = outcome.failed().unwrap().to_string();
    let path = from.display().to_string();
    let parts = [
        "`Learner.parameters.layer`",
        "F64 [3], and not of F64 [2]",
        "the same type and shape",
    ];
    assert_has(&text, &[&path]);
    assert_has(&text, &parts);
    assert_eq!(restored, None);
}

#[test]
fn a_callback_less_is_reported_as_unused_and_one_more_as_missing() {
    let folder = Folder::new("callbacks");
    let from = checkpoint_of(counted(3).callback(Count(0)), &folder, 2);
    let (outcome, restored) = resumed(counted(3), &from, 3);
    let restored = restored.unwrap();
    assert_eq!(restored.unused(), ["Count", "Checkpoint"]);
    assert_eq!(restored.missing(), [] as [&str; 0]);
    assert_has(&outcome.to_string(), &["finished", "unused: Count"]);

    let folder = Folder::new("callbacks");
    let from = checkpoint_of(counted(3), &folder, 2);
    let (outcome, restored) = resumed(counted(3).callback(Count(0)), &from, 3);
    assert_eq!(restored.unwrap().missing(), ["Count"]);
    assert_has(&outcome.to_string(), &["finished", "missing: Count"]);
}

#[test]
fn a_renamed_callback_is_missing_under_its_new_name_and_the_report_says_what_to_write() {
    let folder = Folder::new("renamed");
    let from = checkpoint_of(counted(3).callback(Count(0)), &folder, 4);
    let named = |name: &'static str| {
        counted(3).plan_with(|plan| {
            plan.add(Count(0)).named(name);
        })
    };
    let (outcome, restored) = resumed(named("epochs"), &from, 3);
    let restored = restored.unwrap();
    assert_eq!(restored.missing(), ["epochs"]);
    assert_eq!(restored.unused(), ["Count", "Checkpoint"]);
    assert_has(
        &outcome.to_string(),
        &["missing: epochs", "unused: Count", "renamed", "`.named(…)`"],
    );
    let (_, restored) = resumed(named("Count"), &from, 3);
    assert_eq!(restored.unwrap().missing(), [] as [&str; 0]);
}

/// The callback [`Count`] as a later program has it: its field has another name.
#[derive(Default)]
struct LaterCount(u64);

impl LaterCount {
    fn note(&mut self) {
        self.0 += 1;
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("rounds", &mut self.0);
    }

    fn migrate(_: u32, fields: &mut SavedFields) -> Result<(), BoxError> {
        let is_renamed = fields.rename("epochs", "rounds");
        is_renamed.then_some(()).ok_or_else(|| "no epochs".into())
    }
}

/// The same without the function that migrates.
#[derive(Default)]
struct UnmigratedCount(LaterCount);

impl Callback<Fit> for LaterCount {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().persist(Self::persist);
        info.persist_version(2).persist_migrate(Self::migrate)
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, Self::note);
    }
}

impl Callback<Fit> for UnmigratedCount {
    fn info(&self) -> CallbackInfo {
        let info =
            CallbackInfo::of::<Self>().persist(|this: &mut Self, fields| this.0.persist(fields));
        info.persist_version(2)
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, |this: &mut Self| this.0.note());
    }
}

#[test]
fn a_newer_version_of_a_callback_migrates_and_an_older_one_is_refused() {
    let folder = Folder::new("versions");
    let from = checkpoint_of(counted(3).callback(Count(0)), &folder, 4);
    let mut trainer = counted(3).plan_with(|plan| {
        plan.add(LaterCount(0)).named("Count");
    });
    trainer = trainer.resume(Resume::from(&from)).unwrap();
    let outcome = trainer.fit(batches(3)).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
    let count = trainer.plan().get_named::<LaterCount>("Count").unwrap().0;
    assert_eq!(count, 2, "one epoch was counted before, and one after");

    let unmigrated = counted(3).plan_with(|plan| {
        plan.add(UnmigratedCount::default()).named("Count");
    });
    let text = resumed(unmigrated, &from, 3).0.to_string();
    assert_has(
        &text,
        &[
            "`Count` was saved by version 1",
            "this is version 2",
            "migrate",
        ],
    );

    let later = counted(3).plan_with(|plan| {
        plan.add(LaterCount(0)).named("Count");
    });
    let folder = Folder::new("versions");
    let from = checkpoint_of(later, &folder, 4);
    let text = resumed(counted(3).callback(Count(0)), &from, 3)
        .0
        .to_string();
    let parts = [
        "`Count` was saved by version 2",
        "this is version 1",
        "use the program that saved it",
    ];
    assert_has(&text, &parts);
    assert_has(&text, &[&from.display().to_string()]);
}

#[test]
fn a_checkpoint_of_another_loop_is_refused() {
    let folder = Folder::new("loops");
    let of_fit = checkpoint_of(counted(3), &folder, 2);
    let of_driver = folder.path().join("driver");
    let mut driver = VariationalDriver::new(Walk::new()).callback(Checkpoint::to(&of_driver));
    assert!(driver.run(2).unwrap().is_finished());

    let text = resumed(counted(3), &of_driver.join("checkpoint-000002"), 3)
        .0
        .to_string();
    assert_has(
        &text,
        &[
            "a run of the loop `Driver`",
            "this is one of `Fit`",
            "give a saved run of `Fit`",
        ],
    );
    assert_has(&text, &[&of_driver.display().to_string()]);

    let mut driver = VariationalDriver::new(Walk::new())
        .resume(Resume::from(of_fit))
        .unwrap();
    let before = driver.driven().bits();
    let text = driver.run(2).unwrap().to_string();
    assert_has(
        &text,
        &["a run of the loop `Fit`", "this is one of `Driver`"],
    );
    assert_eq!(driver.driven().bits(), before);
}
