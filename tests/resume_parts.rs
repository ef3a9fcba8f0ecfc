//! A run that is resumed with a part of a checkpoint keeps the rows that are there.

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod scored;
}

use callbacks::checkpoint::Resume;
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, Csv, JsonLines};
use std::fs;
use std::path::Path;
use support::folder::Folder;
use support::momentum::{Momentum, train, valid};
use support::scored::{SCORES, fit, trainer};

/// How a logger goes on where a file is there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Choice {
    Replace,
    NewFile,
    Append,
}

/// A trainer of so many epochs, with loggers.
fn logging(epochs: usize, folder: &Path, choice: Choice) -> Trainer<Momentum> {
    let csv = Csv::to_file(folder.join("log.csv"));
    let lines = JsonLines::to_file(folder.join("log.jsonl"));
    let trainer = trainer(&SCORES[..epochs]);
    match choice {
        Choice::Replace => trainer.callback(csv).callback(lines),
        Choice::NewFile => trainer
            .callback(csv.or_new_file())
            .callback(lines.or_new_file()),
        Choice::Append => trainer.callback(csv.append()).callback(lines.append()),
    }
}

/// A run of three epochs with checkpoints, and the rows that it has left.
fn begun(folder: &Folder) -> [String; 2] {
    fit(logging(3, folder.path(), Choice::Replace)
        .callback(Checkpoint::to(folder.path().join("saved"))));
    rows(folder)
}

fn rows(folder: &Folder) -> [String; 2] {
    ["log.csv", "log.jsonl"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap())
}

/// Parts of a checkpoint without the positions of the loggers, each with the number of epochs that are left of five.
type Part = (fn(Resume) -> Resume, usize);

const PARTS: [Part; 3] = [
    (Resume::without_callbacks, 2),
    (|resume| resume.without_callbacks().without_optimizer(), 2),
    (Resume::weights_only, 5),
];

fn resumed(folder: &Folder, part: fn(Resume) -> Resume, choice: Choice) -> Outcome {
    let resume = part(Resume::latest(folder.path().join("saved")));
    let mut trainer = logging(5, folder.path(), choice).resume(resume).unwrap();
    trainer.fit(train()).unwrap().outcome
}

#[test]
fn a_part_without_positions_replaces_no_file() {
    let folder = Folder::new("parts");
    for (part, _) in PARTS {
        let before = begun(&folder);
        let outcome = resumed(&folder, part, Choice::Replace);
        let failed = outcome.failed().unwrap().to_string();
        for name in ["log.csv", "log.jsonl"] {
            let expected = format!(
                "{} is there, and the saved run has no position in it; resume with what callbacks remember, ",
                folder.path().join(name).display()
            );
            assert!(failed.contains(&expected), "{failed}");
        }
        assert_eq!(rows(&folder), before);
        for name in ["log.csv", "log.jsonl"] {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        let outcome = resumed(&folder, part, Choice::Replace);
        assert!(outcome.is_finished(), "{outcome}");
    }
}

#[test]
fn by_choice_such_a_run_goes_on_in_a_new_file_or_in_the_one_that_is_there() {
    for (part, left) in PARTS {
        let folder = Folder::new("beside");
        let before = begun(&folder);
        let outcome = resumed(&folder, part, Choice::NewFile);
        assert!(outcome.is_finished(), "{outcome}");
        assert!(outcome.to_string().contains("goes on in a new file"));
        assert_eq!(rows(&folder), before);
        let new = fs::read_to_string(folder.path().join("log.2.csv")).unwrap();
        assert_eq!(new.lines().count(), 1 + left);

        let outcome = resumed(&folder, part, Choice::Append);
        assert!(outcome.is_finished(), "{outcome}");
        for (before, after) in before.iter().zip(rows(&folder)) {
            assert!(after.starts_with(before), "{after}");
            assert_eq!(after.lines().count(), before.lines().count() + left);
        }
    }
}

#[test]
fn an_evaluation_before_a_resumed_fit_leaves_the_files() {
    let (folder, expected) = (Folder::new("evaluated"), Folder::new("whole"));
    let before = begun(&folder);
    fit(logging(5, expected.path(), Choice::Replace));
    let resume = Resume::latest(folder.path().join("saved"));
    let mut trainer = logging(5, folder.path(), Choice::Replace)
        .resume(resume)
        .unwrap();
    let evaluated = trainer.evaluate(valid()).unwrap().outcome;
    assert!(evaluated.is_finished(), "{evaluated}");
    assert_eq!(rows(&folder), before);
    fit(trainer);
    assert_eq!(rows(&folder), rows(&expected));
}
