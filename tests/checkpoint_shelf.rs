//! The callback `Checkpoint`: when it writes, what it keeps, and how a run continues from what it wrote.

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod scored;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, SanityCheck, SaveHandle, WhenBusy};
use callbacks::{BoxError, OnFailure};
use proptest::prelude::*;
use std::fs;
use support::folder::Folder;
use support::momentum::train;
use support::scored::{SCORES, fit, trainer};

/// The folders of these checkpoints, and the pointer.
fn numbered(numbers: &[u64]) -> Vec<String> {
    let folders = numbers
        .iter()
        .map(|number| format!("checkpoint-{number:06}"));
    folders.chain(["latest".to_owned()]).collect()
}

#[test]
fn it_writes_at_the_end_of_each_round_and_keeps_the_last_two() {
    let folder = Folder::new("last");
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path())));
    assert_eq!(folder.names(""), numbered(&[5, 6]));
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path().join("all")).keep_all()));
    assert_eq!(folder.names("all"), numbered(&[1, 2, 3, 4, 5, 6]));
}

#[test]
fn periods_of_steps_and_epochs_write_where_they_are_due() {
    let folder = Folder::new("periods");
    let checkpoint = Checkpoint::to(folder.path()).keep_all();
    let checkpoint = checkpoint.every(Period::steps(4)).every(Period::epochs(3));
    fit(trainer(&SCORES).callback(checkpoint.named("{epoch}-{step}")));
    // An epoch has three steps.
    assert_eq!(
        folder.names(""),
        ["2-4", "3-8", "3-9", "4-12", "6-16", "6-18", "latest"]
    );
}

#[test]
fn a_driver_and_a_session_write_as_a_trainer_does() {
    let folder = Folder::new("loops");
    let mut weights = vec![0.0];
    let session = Fit::session(2)
        .lend(&mut weights)
        .persist::<Vec<f64>>("weights");
    let fit = session
        .callback(Checkpoint::to(folder.path().join("session")))
        .start()
        .unwrap();
    for _ in fit.epochs() {
        for batch in fit.train([1.0, 2.0]) {
            fit.borrow::<Vec<f64>>().unwrap()[0] += batch;
            fit.loss(batch);
        }
    }
    assert!(fit.finish().is_finished());
    assert_eq!(folder.names("session"), numbered(&[1, 2]));
    let saved = CheckpointDir::new(folder.path().join("session"))
        .latest()
        .unwrap()
        .unwrap();
    assert!(saved.saved.state("weights").is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What stays are the best and the last, also if the run is cut at any place and continued by another process.
    #[test]
    fn the_best_and_the_last_stay(
        scores in prop::collection::vec(0_u8..5, 1..8),
        best in 0_usize..4,
        last in 0_usize..3,
        cut in 0_usize..8,
        maximizes: bool,
    ) {
        prop_assume!(best + last > 0);
        let scores: Vec<f64> = scores.into_iter().map(f64::from).collect();
        let folder = Folder::new("best");
        let checkpoint = || {
            let checkpoint = Checkpoint::to(folder.path()).keep_last(last);
            if maximizes { checkpoint.keep_best_max("score", best) } else { checkpoint.keep_best_min("score", best) }
        };
        let cut = cut.clamp(1, scores.len());
        fit(trainer(&scores[..cut]).callback(checkpoint()));
        if cut < scores.len() && folder.names("").is_empty() {
            // Nothing was good enough to be written, so that the run begins anew.
            return Ok(());
        }
        let resumed = trainer(&scores).callback(checkpoint()).resume(Resume::latest(folder.path())).unwrap();
        fit(resumed);

        let whole = Folder::new("whole");
        let checkpoint = Checkpoint::to(whole.path()).keep_last(last);
        let checkpoint = if maximizes { checkpoint.keep_best_max("score", best) } else { checkpoint.keep_best_min("score", best) };
        fit(trainer(&scores).callback(checkpoint));
        prop_assert_eq!(folder.names(""), whole.names(""));
        let kept = CheckpointDir::new(whole.path()).list().unwrap().complete;
        let epochs: Vec<f64> = kept.iter().map(|each| each.head.numbers["epoch"]).collect();
        for (epoch, _) in best_of(&scores, best, maximizes) {
            if last > 0 {
                prop_assert!(epochs.contains(&epoch), "{:?} has not {}", epochs, epoch);
            }
        }
    }
}

/// The epochs with the best scores, the best first, and of equal ones the earlier.
fn best_of(scores: &[f64], count: usize, maximizes: bool) -> Vec<(f64, f64)> {
    let mut epochs: Vec<(f64, f64)> = (1_u32..)
        .map(f64::from)
        .zip(scores.iter().copied())
        .collect();
    epochs.sort_by(|(_, first), (_, second)| {
        if maximizes {
            second.total_cmp(first)
        } else {
            first.total_cmp(second)
        }
    });
    epochs.truncate(count);
    epochs
}

#[test]
fn only_the_best_are_written_if_the_last_are_not_kept() {
    let folder = Folder::new("only-best");
    let checkpoint = Checkpoint::to(folder.path())
        .keep_last(0)
        .keep_best_min("score", 1);
    fit(trainer(&SCORES).callback(checkpoint.named("epoch-{epoch}-{score:.1}")));
    assert_eq!(folder.names(""), ["epoch-2-1.0", "latest"]);
}

#[test]
fn checkpoints_of_another_run_and_other_files_stay() {
    let folder = Folder::new("other");
    let checkpoint = || Checkpoint::to(folder.path()).keep_last(1);
    fit(trainer(&SCORES[..2]).callback(checkpoint().named("first-{n}")));
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    fs::create_dir(folder.path().join("plots")).unwrap();
    fit(trainer(&SCORES[..3]).callback(checkpoint().named("second-{n}")));
    assert_eq!(
        folder.names(""),
        ["first-2", "latest", "notes.txt", "plots", "second-3"]
    );
}

#[test]
fn it_writes_on_request() {
    let folder = Folder::new("request");
    let handle = SaveHandle::new();
    let file = folder.path().join("save-now");
    let checkpoint = Checkpoint::to(folder.path().join("runs"))
        .every(Period::never())
        .keep_all();
    let checkpoint = checkpoint
        .on_request(handle.clone())
        .when_file_appears(&file)
        .named("{step}");
    let asked = file.clone();
    let ask = move |step: &Step| match step.get() {
        4 => handle.save(),
        8 => fs::write(&asked, "").unwrap(),
        _ => {}
    };
    // A file is looked for ten times in a second, and at the first look: this run has one.
    fs::write(&file, "").unwrap();
    fit(trainer(&SCORES)
        .on(Fit::on_train_batch_before_step, ask)
        .callback(checkpoint));
    let names = folder.names("runs");
    assert!(
        names.starts_with(&["1".to_owned(), "5".to_owned()]),
        "{names:?}"
    );
}

#[test]
fn names_and_settings_that_are_none_are_problems_of_the_plan() {
    let problems = |checkpoint: Checkpoint| {
        trainer(&SCORES)
            .callback(checkpoint)
            .check()
            .unwrap_err()
            .to_string()
    };
    let to = || Checkpoint::to("runs");
    assert!(problems(to().named("epoch-{epoch")).contains("a `{` has no `}` behind it"));
    assert!(problems(to().named("a/b")).contains("`/` cannot be in the name of a folder"));
    assert!(problems(to().named("{scor:.3}")).contains("`score`"));
    assert!(problems(to().keep_best_min("scor", 1)).contains("`score`"));
    assert!(problems(to().keep_last(0)).contains("keeps no checkpoint"));
}

#[test]
fn a_learner_that_names_nothing_is_a_problem_of_the_plan() {
    struct Nothing;
    struct Guess;

    impl callbacks::fit::Learner for Nothing {
        type Batch = ();
        type Prediction = Guess;
        type Gradients = u8;
        fn samples(&self, (): &()) -> u64 {
            1
        }
        fn forward(&mut self, (): &(), _: Phase) -> Result<Guess, BoxError> {
            Ok(Guess)
        }
        fn loss(&mut self, _: &Guess, (): &()) -> Result<callbacks::fit::Loss, BoxError> {
            Ok(0.0.into())
        }
        fn backward(
            &mut self,
            _: &Guess,
            (): &(),
            _: callbacks::fit::OptimizerName,
        ) -> Result<u8, BoxError> {
            Ok(0)
        }
        fn step(
            &mut self,
            _: u8,
            _: f64,
            _: callbacks::fit::OptimizerName,
        ) -> Result<(), BoxError> {
            Ok(())
        }
    }

    let mut trainer = Trainer::new(Nothing).callback(Checkpoint::to("runs"));
    let problem = trainer.check().unwrap_err().to_string();
    assert!(
        problem.contains("the learner names nothing to save") && problem.contains("fn persist"),
        "{problem}"
    );
}

#[test]
fn on_a_thread_it_writes_the_same() {
    let (inline, threaded) = (Folder::new("inline"), Folder::new("threaded"));
    fit(trainer(&SCORES).callback(Checkpoint::to(inline.path()).keep_best_max("score", 2)));
    let checkpoint = Checkpoint::to(threaded.path()).keep_best_max("score", 2);
    fit(trainer(&SCORES).callback(checkpoint.in_background(WhenBusy::Wait)));
    assert_eq!(inline.names(""), threaded.names(""));
    let latest = |folder: &Folder| CheckpointDir::new(folder.path()).latest().unwrap().unwrap();
    assert_eq!(latest(&inline).head.numbers, latest(&threaded).head.numbers);

    let folder = Folder::new("skipping");
    let mut skipping = trainer(&SCORES).callback(
        Checkpoint::to(folder.path())
            .keep_all()
            .in_background(WhenBusy::Skip),
    );
    assert!(skipping.fit(train()).unwrap().outcome.is_finished());
    let skipped = skipping.plan().get::<Checkpoint>().unwrap().skipped();
    assert_eq!(folder.names("").len() as u64, 6 - skipped + 1);
    let epoch = |folder| latest(folder).head.numbers.get("epoch").copied();
    assert_eq!(epoch(&folder), epoch(&inline));
}

#[test]
fn a_fit_finds_out_whether_it_can_write_and_a_dry_run_and_an_evaluation_do_not() {
    let folder = Folder::new("probe");
    let path = folder.path().join("checkpoints");
    let mut trainer = trainer(&SCORES).callback(Checkpoint::to(&path));
    assert!(trainer.evaluate(train()).unwrap().outcome.is_finished());
    SanityCheck::by_clone().run(&mut trainer, train()).unwrap();
    assert!(!path.exists());
    let mut fitted = trainer.on(Fit::on_train_batch_begin, move || assert!(path.is_dir()));
    assert!(fitted.fit(train()).unwrap().outcome.is_finished());
}

#[test]
fn an_error_of_the_disk_fails_the_run_or_not_as_its_policy_says() {
    for threaded in [false, true] {
        let folder = Folder::new("error");
        let file = folder.path().join("file");
        fs::write(&file, "in the way").unwrap();
        let checkpoint = || {
            let checkpoint = Checkpoint::to(&file);
            if threaded {
                checkpoint.in_background(WhenBusy::Wait)
            } else {
                checkpoint
            }
        };
        let mut failing = trainer(&SCORES).callback(checkpoint());
        let failed = failing
            .fit(train())
            .unwrap()
            .outcome
            .failed()
            .unwrap()
            .to_string();
        assert!(
            failed.contains("Checkpoint") && failed.contains("/file"),
            "{failed}"
        );
        let mut warned = trainer(&SCORES).plan_with(|plan| {
            plan.add(checkpoint()).on_failure(OnFailure::Warn);
        });
        let outcome = warned.fit(train()).unwrap().outcome;
        assert!(
            outcome.is_finished() && !outcome.swallowed().is_empty(),
            "{outcome}"
        );
    }
}
