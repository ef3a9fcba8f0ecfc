//! A process that is killed with SIGKILL at random moments, also while it writes, and started again until it is done, leaves what one leaves
//! that was never killed: the same parameters, the same files to the byte, the same checkpoints, and nothing else (P10).
//!
//! `CALLBACKS_KILLS=1000 cargo test --features full --test survival -- --nocapture` kills a thousand times, and `CALLBACKS_SEED` chooses the
//! moments.
#![cfg(unix)]

mod support {
    pub(crate) mod folder;
    pub(crate) mod left_files;
    pub(crate) mod momentum;
}

use callbacks::checkpoint::{CheckpointDir, Resume};
use callbacks::prelude::*;
use callbacks::schedule::Cosine;
use callbacks::shelf::{Checkpoint, Csv, EarlyStopping, Ema, JsonLines, RateSchedule, WhenBusy};
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::folder::Folder;
use support::left_files::{assert_same, contents};
use support::momentum::{Momentum, Numbers};

/// Names the folder in which a process trains.
const FOLDER: &str = "CALLBACKS_SURVIVAL_FOLDER";
/// Whether it writes its checkpoints on a thread.
const THREADED: &str = "CALLBACKS_SURVIVAL_THREADED";

/// The batches of an epoch, in an order of its own.
fn shuffled(epoch: u64) -> Vec<Numbers> {
    let mut numbers: Vec<f64> = (1..=9).map(f64::from).collect();
    numbers.rotate_left(usize::try_from(epoch * 4 % 9).unwrap());
    numbers
        .chunks(2)
        .map(|pair| Numbers(pair.to_vec()))
        .collect()
}

/// Trains from the beginning, or from the latest checkpoint, to the end.
fn train(folder: &Path, is_threaded: bool) {
    let checkpoints = folder.join("checkpoints");
    let checkpoint = Checkpoint::to(&checkpoints)
        .every(Period::steps(3))
        .every(Period::epochs(1));
    let checkpoint = checkpoint
        .keep_best_min("valid_loss", 2)
        .named("{epoch}-{step}");
    let checkpoint = if is_threaded {
        checkpoint.in_background(WhenBusy::Wait)
    } else {
        checkpoint
    };
    let mut trainer = Trainer::new(Momentum::new())
        .epochs(5)
        .valid(vec![Numbers(vec![-1.0]), Numbers(vec![-2.0])])
        .callback(RateSchedule::per_step(Cosine::new()))
        .callback(Ema::<Momentum>::new(0.9))
        .callback(
            EarlyStopping::minimize("valid_loss")
                .patience(3)
                .restore_best::<Momentum>(),
        )
        .callback(Csv::to_file(folder.join("epochs.csv")))
        .callback(JsonLines::to_file(folder.join("epochs.jsonl")))
        .callback(checkpoint)
        .resume(Resume::latest(&checkpoints))
        .unwrap();
    let fitted = trainer.fit(shuffled).unwrap();
    assert!(fitted.outcome.failed().is_none(), "{}", fitted.outcome);
    let history: Vec<_> = fitted
        .history
        .iter()
        .map(|(epoch, record)| format!("{epoch}: {record}"))
        .collect();
    let result = format!("{:?} {history:?}", fitted.learner.bits());
    fs::write(folder.join("result"), result).unwrap();
}

/// The process that is killed. Without a folder it is a test that has nothing to do.
#[test]
fn trains_in_a_process_of_its_own() {
    if let Some(folder) = env::var_os(FOLDER) {
        train(Path::new(&folder), env::var_os(THREADED).is_some());
    }
}

/// Trains in a process of its own, which is killed after a while. Returns whether it came to its end.
fn train_for(folder: &Path, is_threaded: bool, while_alive: Option<Duration>) -> bool {
    let mut program = Command::new(env::current_exe().unwrap());
    program
        .args(["--exact", "trains_in_a_process_of_its_own"])
        .env(FOLDER, folder);
    if is_threaded {
        program.env(THREADED, "1");
    }
    let mut child = program
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(time) = while_alive {
        // The moment is random: nothing depends on how long the thread sleeps.
        std::thread::sleep(time);
        child.kill().unwrap();
    }
    let ended = child.wait_with_output().unwrap();
    let is_killed = ended.status.code().is_none();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(
        ended.status.success() || (is_killed && while_alive.is_some()),
        "{} {errors}",
        ended.status
    );
    ended.status.success()
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[test]
fn a_process_that_is_killed_at_random_moments_ends_as_one_that_never_was() {
    if env::var_os(FOLDER).is_some() {
        return;
    }
    let (kills, seed) = (number("CALLBACKS_KILLS", 100), number("CALLBACKS_SEED", 7));
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut killed, mut ends, mut resumed) = (0, 0, 0);
    for is_threaded in [false, true].into_iter().cycle() {
        let whole = Folder::new("survival-whole");
        let begun = Instant::now();
        assert!(train_for(whole.path(), is_threaded, None));
        let whole_time = begun.elapsed();
        let expected = contents(whole.path());

        let folder = Folder::new("survival");
        // A few kills for each training: the first ones come early, so that many find no checkpoint.
        for _ in 0..5 {
            let time = whole_time.mul_f64(random.f64());
            if train_for(folder.path(), is_threaded, Some(time)) {
                ends += 1;
            } else {
                killed += 1;
            }
            let latest = CheckpointDir::new(folder.path().join("checkpoints")).latest();
            resumed += u64::from(latest.unwrap().is_some());
        }
        assert!(train_for(folder.path(), is_threaded, None));
        let found = contents(folder.path());
        let place = format!("after {killed} kills with the seed {seed}");
        assert_same(&found, &expected, &place);
        if killed >= kills {
            break;
        }
    }
    println!(
        "{killed} of {killed} kills survived with the seed {seed}: {resumed} times a checkpoint was there, {ends} runs had ended"
    );
}
