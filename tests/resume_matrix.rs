//! Every combination of what runs have, cut wherever it can be saved and continued with fresh callbacks, is the run that was never cut (P10):
//! the same breakpoints with the same records, the same parameters to the bit, the same later saves, the same files.

mod support {
    pub(crate) mod choices;
    pub(crate) mod folder;
    pub(crate) mod left_files;
    pub(crate) mod momentum;
    pub(crate) mod saves;
    pub(crate) mod seen;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, WhenBusy};
use callbacks::weight;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::choices::{Choices, left_of};
use support::folder::Folder;
use support::left_files::{assert_same, contents};
use support::saves::{Done, Saves, assert_cuts_leave_no_trace};

/// Fits from the beginning or from a saved run, in one process.
fn fit(choices: Choices, folder: &Folder, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let mut trainer = choices.trainer(folder.path()).plan_with(|plan| {
        plan.add(saves.callback()).weight(weight::LAST);
        if let Some(from) = from {
            plan.restore(from);
        }
    });
    Done {
        end: left_of(&mut trainer, choices.batches(), folder.path()),
        lines: saves.lines(),
        runs: saves.runs(),
    }
}

/// Cuts the fits whose number has this remainder, so that the tests run in parallel.
fn cut_fits(remainder: u32) {
    for number in (0..Choices::COUNT).filter(|number| number % 4 == remainder) {
        let (choices, folder) = (Choices::nth(number), Folder::new("matrix"));
        assert_cuts_leave_no_trace(&format!("{choices:?}"), &|from| fit(choices, &folder, from));
    }
}

#[test]
fn every_combination_of_a_fit_first_quarter() {
    cut_fits(0);
}

#[test]
fn every_combination_of_a_fit_second_quarter() {
    cut_fits(1);
}

#[test]
fn every_combination_of_a_fit_third_quarter() {
    cut_fits(2);
}

#[test]
fn every_combination_of_a_fit_fourth_quarter() {
    cut_fits(3);
}

/// Names the folder in which a process fits.
const FOLDER: &str = "CALLBACKS_MATRIX_FOLDER";
/// The number of its [`Choices`].
const CHOICES: &str = "CALLBACKS_MATRIX_CHOICES";
/// The checkpoint from which it continues.
const FROM: &str = "CALLBACKS_MATRIX_FROM";

/// The process that is begun anew for each checkpoint. Without a folder it is a test that has nothing to do.
#[test]
fn fits_in_a_process_of_its_own() {
    let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let number = env::var(CHOICES).unwrap().parse().unwrap();
    let choices = Choices::nth(number);
    let checkpoint = Checkpoint::to(folder.join("checkpoints"))
        .every(Period::micro_steps(1))
        .every(Period::epochs(1))
        .keep_all();
    let mut trainer = choices.trainer(&folder).callback(if number % 2 == 0 {
        checkpoint
    } else {
        checkpoint.in_background(WhenBusy::Wait)
    });
    if let Some(from) = env::var_os(FROM) {
        trainer = trainer.resume(Resume::from(from)).unwrap();
    }
    let left = left_of(&mut trainer, choices.batches(), &folder);
    fs::write(folder.join("result"), left).unwrap();
}

fn fit_in_a_process(number: u32, folder: &Path, from: Option<&Path>) {
    let mut program = Command::new(env::current_exe().unwrap());
    program
        .args(["--exact", "fits_in_a_process_of_its_own"])
        .env(FOLDER, folder)
        .env(CHOICES, number.to_string());
    if let Some(from) = from {
        program.env(FROM, from);
    }
    let output = program.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
}

#[test]
fn new_processes_continue_from_each_checkpoint_of_a_fit() {
    // One with observers alone, one that does not stop, and two with everything.
    for number in [6, 250, 286, 287] {
        let folder = Folder::new("matrix-processes");
        fit_in_a_process(number, folder.path(), None);
        let expected = contents(folder.path());
        let dir = CheckpointDir::new(folder.path().join("checkpoints"));
        let checkpoints = dir.list().unwrap().complete;
        assert!(checkpoints.len() >= 4, "{number}: {}", checkpoints.len());
        for checkpoint in checkpoints {
            let from = dir.path().join(&checkpoint.head.name);
            fit_in_a_process(number, folder.path(), Some(&from));
            let place = format!("{:?} from {}", Choices::nth(number), from.display());
            assert_same(&contents(folder.path()), &expected, &place);
        }
    }
}
