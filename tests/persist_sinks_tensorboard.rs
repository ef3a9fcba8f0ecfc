//! The event file of a restored run: a reader finds no point twice and lacks none.

mod support {
    pub(crate) mod events;
    pub(crate) mod sinks;
}

use callbacks::fit::Loss;
use callbacks::shelf::TensorBoard;
use callbacks::{Ctx, Hyperparameters, Plan};
use foreign_loop::Relax;
use std::fs;
use std::path::Path;
use support::events::{Point, events, point, read};
use support::sinks::{Folder, begin, resume};

const STEPS: u64 = 6;

fn board(plan: &mut Plan<Relax>, folder: &Path) {
    plan.add(TensorBoard::new(folder).batch_loss(2));
    add_state(plan);
}

fn board_or_new(plan: &mut Plan<Relax>, folder: &Path) {
    plan.add(TensorBoard::new(folder).or_new_file());
    add_state(plan);
}

/// What the board shows beside the record.
fn add_state(plan: &mut Plan<Relax>) {
    plan.on(Relax::on_enter, |mut state: Ctx<'_>| {
        state.insert(Hyperparameters::new().set("lr", 0.1));
        state.insert(Loss::from(0.25));
    });
}

/// The points of all files of a folder and the number of all events, as text, since NaN is not NaN.
fn shown(folder: &Folder) -> String {
    let (points, count) = points_and_events(folder);
    format!("{count} events: {points:?}")
}

fn points_and_events(folder: &Folder) -> (Vec<Point>, usize) {
    let (mut points, mut count) = (Vec::new(), 0);
    for name in folder.names() {
        points.extend(read(&folder.at(&name)));
        count += events(&folder.read(&name)).len();
    }
    (points, count)
}

#[test]
fn a_run_that_is_cut_after_any_step_leaves_the_events_of_one_that_is_not() {
    let expected = Folder::new("board-whole");
    let whole = begin(&board, &expected, STEPS);
    assert!(whole.outcome.is_finished(), "{}", whole.outcome);
    let (points, _) = points_and_events(&expected);
    assert!(points.contains(&point(6, "rare", 6.0)));
    assert!(points.contains(&point(6, "train/batch_loss", 0.25)));
    let expected = shown(&expected);
    for cut in 0..=STEPS {
        for killed_at in cut..=STEPS {
            let folder = Folder::new("board");
            let killed = begin(&board, &folder, killed_at);
            let saved = killed.saved_at(usize::try_from(cut).unwrap());
            let resumed = resume(&board, &folder, saved, STEPS);
            let of = format!("cut after {cut}, killed at {killed_at}");
            assert!(resumed.outcome.is_finished(), "{of}: {}", resumed.outcome);
            assert_eq!(folder.names().len(), 1, "{of}");
            assert_eq!(shown(&folder), expected, "{of}");
        }
    }
}

#[test]
fn an_event_file_that_was_cut_off_behind_the_position_goes_on_and_one_before_it_is_refused() {
    let (folder, whole) = (Folder::new("board-torn"), Folder::new("board-untorn"));
    begin(&board, &whole, STEPS);
    let expected = shown(&whole);
    let killed = begin(&board, &folder, 4);
    let files = folder.files();
    let mut refused = 0;
    for length in 0..=files[0].1.len() {
        let mut torn = files.clone();
        torn[0].1.truncate(length);
        folder.put(&torn);
        let resumed = resume(&board, &folder, killed.saved_at(3), STEPS);
        if resumed.outcome.is_finished() {
            assert_eq!(shown(&folder), expected, "{length}");
            continue;
        }
        refused += 1;
        assert_eq!(refused, length + 1, "the shorter ones are refused");
        let text = format!("has {length} bytes, and the saved run had written ");
        assert!(resumed.cause().contains(&text), "{}", resumed.cause());
        assert_eq!(folder.files(), torn);
    }
    assert!(refused > files[0].1.len() / 2, "{refused}");
}

#[test]
fn an_event_file_that_is_not_the_one_of_the_saved_run_is_refused_or_by_choice_left_alone() {
    let folder = Folder::new("board-spoilt");
    let killed = begin(&board_or_new, &folder, 4);
    let name = folder.names().remove(0);
    let mut edited = folder.read(&name);
    edited[50] ^= 1;
    fs::write(folder.at(&name), &edited).unwrap();
    let cause = resume(&board, &folder, killed.saved_at(2), STEPS).cause();
    let expected = format!(
        "{} was edited, or belongs to another run",
        folder.at(&name).display()
    );
    assert!(cause.contains(&expected), "{cause}");
    assert_eq!(folder.files(), [(name.clone(), edited.clone())]);
    let resumed = resume(&board_or_new, &folder, killed.saved_at(2), STEPS);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    assert!(
        resumed
            .remarks()
            .contains("`TensorBoard` goes on in a new file: ")
    );
    assert_eq!(folder.read(&name), edited);
    let names = folder.names();
    let new = names.iter().find(|other| **other != name).unwrap();
    let points = read(&folder.at(new));
    assert_eq!(points[0].step, 3);
    assert_eq!(points.last().unwrap().step, 6);
}

#[test]
fn a_folder_that_is_gone_is_refused() {
    let folder = Folder::new("board-gone");
    let killed = begin(&board, &folder, 4);
    folder.put(&[]);
    let cause = resume(&board, &folder, killed.saved_at(2), STEPS).cause();
    assert!(
        cause.contains("is missing, and the saved run had written "),
        "{cause}"
    );
    assert!(folder.names().is_empty());
}

/// Writes what `tests/peers/tensorboard/check.py` reads: the event file of a run that was never cut, and those of runs that were killed and
/// then continued.
#[test]
fn the_files_that_tensorboard_reads() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tensorboard");
    let _ = fs::remove_dir_all(&target);
    let keep = |folder: &Folder, name: &str| {
        let to = target.join(name);
        fs::create_dir_all(&to).unwrap();
        for (name, bytes) in folder.files() {
            fs::write(to.join(name), bytes).unwrap();
        }
    };
    let whole = Folder::new("board-read-whole");
    begin(&board, &whole, STEPS);
    keep(&whole, "whole");
    for cut in 0..STEPS {
        for killed_at in cut.max(1)..=STEPS {
            let folder = Folder::new("board-read");
            let killed = begin(&board, &folder, killed_at);
            keep(&folder, &format!("cut-{cut}-killed-{killed_at}/killed"));
            let saved = killed.saved_at(usize::try_from(cut).unwrap());
            let resumed = resume(&board, &folder, saved, STEPS);
            assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
            keep(&folder, &format!("cut-{cut}-killed-{killed_at}/resumed"));
        }
    }
}
