//! Runs that continue from a checkpoint: after an interrupt, a stop, a failure, and with a part of it.

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod scored;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::persist::Restored;
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, EarlyStopping};
use std::collections::BTreeSet;
use std::fs;
use support::folder::Folder;
use support::momentum::{Momentum, train};
use support::scored::{SCORES, fit, trainer};

#[test]
fn an_interrupted_run_continues_in_the_middle_of_an_epoch() {
    let whole = fit(trainer(&SCORES));
    for at in [1, 5, 9, 17] {
        let folder = Folder::new("interrupt");
        let checkpoint = || Checkpoint::to(folder.path()).every(Period::epochs(100));
        let interrupt = move |step: &Step| {
            if step.get() == at {
                Flow::interrupt("Ctrl-C")
            } else {
                Flow::Continue
            }
        };
        let mut first = trainer(&SCORES)
            .callback(checkpoint())
            .on(Fit::on_train_batch_end, interrupt);
        assert!(first.fit(train()).unwrap().outcome.interrupted().is_some());
        let head = CheckpointDir::new(folder.path())
            .latest()
            .unwrap()
            .unwrap()
            .head;
        assert_eq!(
            (head.reason.as_str(), head.numbers["step"]),
            ("interrupted", f64::from(u32::try_from(at).unwrap()))
        );
        let second = trainer(&SCORES)
            .callback(checkpoint())
            .resume(Resume::latest(folder.path()))
            .unwrap();
        assert_eq!(fit(second), whole, "step {at}");

        let mut third = trainer(&SCORES)
            .callback(
                Checkpoint::to(folder.path().join("none"))
                    .every(Period::epochs(100))
                    .without_halts(),
            )
            .on(Fit::on_train_batch_end, interrupt);
        assert!(third.fit(train()).unwrap().outcome.interrupted().is_some());
        assert!(folder.names("none").is_empty());
    }
}

#[test]
fn a_program_that_is_started_again_ends_as_it_has_ended() {
    let folder = Folder::new("again");
    let run = || {
        let stop = |epoch: &Epoch| {
            if epoch.get() == 2 {
                Flow::stop("good enough")
            } else {
                Flow::Continue
            }
        };
        let trainer = trainer(&SCORES)
            .callback(Checkpoint::to(folder.path()))
            .on(Fit::on_epoch_end, stop);
        let mut trainer = trainer.resume(Resume::latest(folder.path())).unwrap();
        let fitted = trainer.fit(train()).unwrap();
        (
            fitted.outcome.stopped().unwrap().to_string(),
            fitted.learner.bits(),
            fitted.history.len(),
        )
    };
    let first = run();
    let files = folder.names("");
    assert_eq!(run(), first);
    assert_eq!(folder.names(""), files);
    let goes_on = trainer(&SCORES)
        .resume(Resume::latest(folder.path()).past_stop())
        .unwrap();
    assert_eq!(fit(goes_on), fit(trainer(&SCORES)));
}

#[test]
fn a_failed_run_leaves_a_marked_checkpoint_by_choice() {
    let folder = Folder::new("failed");
    let fail = |step: &Step| {
        if step.get() == 5 {
            Err("the loss is NaN")
        } else {
            Ok(())
        }
    };
    let checkpoint = Checkpoint::to(folder.path())
        .with_failures()
        .named("{epoch}-{n}");
    let mut failing = trainer(&SCORES)
        .callback(checkpoint)
        .on(Fit::on_train_batch_end, fail);
    assert!(failing.fit(train()).unwrap().outcome.failed().is_some());
    assert_eq!(folder.names(""), ["1-1", "2-2", "latest"]);
    let dir = CheckpointDir::new(folder.path());
    assert_eq!(dir.latest().unwrap().unwrap().head.name, "1-1");
    let head = dir.read("2-2").unwrap().head;
    assert!(head.failed && head.reason == "failed");

    let continued = trainer(&SCORES)
        .resume(Resume::from(folder.path().join("2-2")))
        .unwrap();
    let mut continued = continued;
    let failed = continued
        .fit(train())
        .unwrap()
        .outcome
        .failed()
        .unwrap()
        .to_string();
    assert!(failed.contains("the loss is NaN"), "{failed}");
}

#[test]
fn a_resume_chooses_what_it_takes() {
    let folder = Folder::new("choices");
    fit(trainer(&SCORES[..3]).callback(Checkpoint::to(folder.path())));
    let latest = || Resume::latest(folder.path());
    let new = Momentum::new().bits();
    let [weight, velocity, ..] = fit(trainer(&SCORES[..3]));

    let mut weights = trainer(&SCORES[..1])
        .epochs(0)
        .resume(latest().weights_only())
        .unwrap();
    weights.fit(train()).unwrap().outcome.ok().unwrap();
    assert_eq!(weights.learner().bits()[..2], [weight, new[1]]);
    assert_eq!(
        weights.get::<Restored>().unwrap().missing(),
        [] as [&str; 0]
    );

    let mut without = trainer(&SCORES[..3])
        .resume(latest().without_optimizer())
        .unwrap();
    assert!(without.fit(train()).unwrap().outcome.is_finished());
    assert_eq!(without.learner().bits()[..2], [weight, new[1]]);

    let mut all = trainer(&SCORES[..3]).resume(latest()).unwrap();
    assert!(all.fit(train()).unwrap().outcome.is_finished());
    assert_eq!(all.learner().bits()[..2], [weight, velocity]);
}

#[test]
fn a_torn_checkpoint_is_refused_and_the_one_before_offered() {
    let folder = Folder::new("torn");
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path())));
    let manifest = folder.path().join("checkpoint-000006/manifest.json");
    let text = fs::read(&manifest).unwrap();
    fs::write(&manifest, &text[..text.len() / 2]).unwrap();
    let Err(error) = trainer(&SCORES).resume(Resume::latest(folder.path())) else {
        panic!("a torn checkpoint was taken");
    };
    assert!(error.to_string().contains("manifest.json"), "{error}");
    let before = error.newest().unwrap();
    assert!(before.ends_with("checkpoint-000005"), "{error}");
    assert_eq!(
        fit(trainer(&SCORES).resume(Resume::from(before)).unwrap()),
        fit(trainer(&SCORES))
    );
}

#[test]
fn what_a_run_saves_has_the_names_of_its_callbacks() {
    let folder = Folder::new("names");
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path())));
    let saved = CheckpointDir::new(folder.path())
        .latest()
        .unwrap()
        .unwrap()
        .saved;
    let names: BTreeSet<&str> = saved.callbacks().collect();
    assert_eq!(names, ["Checkpoint"].into());
}

#[test]
fn a_callback_with_a_new_name_is_restored_under_it() {
    let folder = Folder::new("renamed");
    let stopping = || EarlyStopping::maximize("score").patience(1);
    let named = |trainer: Trainer<Momentum>, name: &'static str| {
        trainer.plan_with(|plan| {
            plan.add(stopping()).named(name);
        })
    };
    fit(named(trainer(&SCORES[..2]), "stop").callback(Checkpoint::to(folder.path())));
    let fit_on = |resume: Resume| {
        let mut resumed = named(trainer(&SCORES[..3]), "patience")
            .resume(resume)
            .unwrap();
        assert!(resumed.fit(train()).unwrap().outcome.failed().is_none());
        resumed.get::<Restored>().unwrap().clone()
    };
    let latest = || Resume::latest(folder.path());
    let restored = fit_on(latest());
    assert_eq!(
        (restored.missing(), restored.unused()),
        (
            &["patience".to_owned()][..],
            &["stop".to_owned(), "Checkpoint".to_owned()][..]
        )
    );
    let restored = fit_on(latest().rename("stop", "patience"));
    assert_eq!(
        (restored.missing(), restored.unused()),
        (&[][..], &["Checkpoint".to_owned()][..])
    );
    assert_eq!(
        restored.renamed(),
        [("stop".to_owned(), "patience".to_owned())]
    );
    assert!(
        restored.to_string().ends_with("renamed: stop to patience"),
        "{restored}"
    );
}

#[test]
fn a_finished_run_says_that_nothing_is_left_to_do() {
    let folder = Folder::new("done");
    fit(trainer(&SCORES).callback(Checkpoint::to(folder.path())));
    let again = |scores: &[f64]| {
        let mut again = trainer(scores)
            .resume(Resume::latest(folder.path()))
            .unwrap();
        again.fit(train()).unwrap().outcome.to_string()
    };
    assert!(again(&SCORES).contains("nothing was left to do"));
    assert!(!again(&[SCORES, SCORES].concat()).contains("nothing was left to do"));
}

#[test]
fn the_number_of_a_round_under_way_is_none_of_the_best() {
    let folder = Folder::new("under-way");
    let checkpoint = Checkpoint::to(folder.path())
        .keep_best_min("train_loss", 1)
        .every(Period::never());
    let interrupt = |epoch: &Epoch| {
        if epoch.get() == 2 {
            Flow::interrupt("Ctrl-C")
        } else {
            Flow::Continue
        }
    };
    let mut interrupted = trainer(&SCORES)
        .valid(train())
        .callback(checkpoint)
        .on(Fit::on_valid_batch_end, interrupt);
    assert!(
        interrupted
            .fit(train())
            .unwrap()
            .outcome
            .interrupted()
            .is_some()
    );
    let head = CheckpointDir::new(folder.path())
        .latest()
        .unwrap()
        .unwrap()
        .head;
    assert_eq!(
        (head.numbers.get("epoch"), head.numbers.get("train_loss")),
        (Some(&2.0), None)
    );
}
