//! CSV and JSON lines of a restored run: no row stands twice and none is missing, wherever the run was cut and whatever was written later.

mod support {
    pub(crate) mod sinks;
}

use callbacks::shelf::{Csv, JsonLines};
use callbacks::{Hyperparameters, Plan};
use foreign_loop::Relax;
use std::fs;
use std::path::Path;
use support::sinks::{Folder, begin, resume, run};

const STEPS: u64 = 8;

fn settings() -> Hyperparameters {
    Hyperparameters::new().set("lr", 0.1)
}

fn loggers(plan: &mut Plan<Relax>, folder: &Path) {
    plan.add(Csv::to_file(folder.join("metrics.csv")).columns(["rare"]));
    plan.add(JsonLines::to_file(folder.join("metrics.jsonl")));
    plan.on(Relax::on_enter, |mut state: callbacks::Ctx<'_>| {
        state.insert(settings());
    });
}

fn both_new_files(plan: &mut Plan<Relax>, folder: &Path) {
    plan.add(
        Csv::to_file(folder.join("metrics.csv"))
            .columns(["rare"])
            .or_new_file(),
    );
    plan.add(JsonLines::to_file(folder.join("metrics.jsonl")).or_new_file());
}

#[test]
fn a_run_that_is_cut_after_any_step_leaves_the_files_of_one_that_is_not() {
    let (folder, expected) = (Folder::new("cut"), Folder::new("whole"));
    let whole = begin(&loggers, &expected, STEPS);
    assert!(whole.outcome.is_finished(), "{}", whole.outcome);
    assert_eq!(expected.text("metrics.csv").lines().count(), 9);
    assert_eq!(expected.text("metrics.jsonl").lines().count(), 9);
    for cut in 0..=STEPS {
        for killed_at in cut..=STEPS {
            let killed = begin(&loggers, &folder, killed_at);
            let saved = killed.saved_at(usize::try_from(cut).unwrap());
            let resumed = resume(&loggers, &folder, saved, STEPS);
            let of = format!("cut after {cut}, killed at {killed_at}");
            assert!(resumed.outcome.is_finished(), "{of}: {}", resumed.outcome);
            assert_eq!(resumed.remarks(), "", "{of}");
            assert_eq!(folder.files(), expected.files(), "{of}");
            let rest = &whole.saved[usize::try_from(cut).unwrap()..];
            assert_eq!(format!("{:?}", resumed.saved), format!("{rest:?}"), "{of}");
        }
    }
}

#[test]
fn a_run_can_be_killed_and_restored_many_times() {
    let (folder, expected) = (Folder::new("often"), Folder::new("never"));
    begin(&loggers, &expected, STEPS);
    let mut ran = begin(&loggers, &folder, 3);
    for (saved, until) in [(2, 5), (1, 4), (0, 7), (3, 6), (0, STEPS)] {
        ran = resume(&loggers, &folder, ran.saved_at(saved), until);
        assert!(ran.outcome.is_finished(), "{}", ran.outcome);
    }
    assert_eq!(folder.files(), expected.files());
}

#[test]
fn callbacks_that_have_written_go_back_in_the_same_process() {
    let (folder, expected) = (Folder::new("same"), Folder::new("other"));
    begin(&loggers, &expected, STEPS);
    let mut plan = Plan::new();
    loggers(&mut plan, &folder.at(""));
    let first = run(&mut plan, 5);
    plan.restore(first.saved_at(2));
    assert!(run(&mut plan, STEPS).outcome.is_finished());
    assert_eq!(folder.files(), expected.files());
}

#[test]
fn a_file_that_was_cut_off_anywhere_behind_the_position_goes_on_and_one_before_it_is_refused() {
    let (folder, expected) = (Folder::new("torn"), Folder::new("untorn"));
    begin(&loggers, &expected, STEPS);
    let killed = begin(&loggers, &folder, 5);
    let files = folder.files();
    for (nth, logger) in ["Csv", "JsonLines"].into_iter().enumerate() {
        let field = killed.saved[3].callback(logger).unwrap().get("file");
        let position = field.unwrap().to_string();
        let position = position.split("\"length\": ").nth(1).unwrap();
        let position = position.split(',').next().unwrap().parse().unwrap();
        for length in 0..=files[nth].1.len() {
            let mut torn = files.clone();
            torn[nth].1.truncate(length);
            folder.put(&torn);
            let resumed = resume(&loggers, &folder, killed.saved_at(3), STEPS);
            if length >= position {
                assert!(
                    resumed.outcome.is_finished(),
                    "{length}: {}",
                    resumed.outcome
                );
                assert_eq!(folder.files(), expected.files(), "{length}");
                continue;
            }
            let text = format!(
                "the saved run cannot be restored: `{logger}.file`: {} has {length} bytes, and the saved run had \
                 written {position}; bring back the file of the saved run, or begin a new one beside it with `or_new_file()`",
                folder.at(&files[nth].0).display()
            );
            assert_eq!(resumed.cause(), text);
            // The other file fits, and keeps what is behind its position.
            assert_eq!(folder.files(), torn);
        }
    }
}

/// Changes what a killed run has left. Returns what the error says of it.
type Spoil = fn(&Path) -> &'static str;

const SPOILT: [Spoil; 4] = [
    |file| {
        let mut bytes = fs::read(file).unwrap();
        bytes[20] ^= 1;
        fs::write(file, bytes).unwrap();
        "was edited, or belongs to another run: its first "
    },
    |file| {
        let other = Folder::new("of-another-run");
        begin(&loggers, &other, 1);
        let rows = other.text("metrics.csv").repeat(20);
        fs::write(file, rows).unwrap();
        "was edited, or belongs to another run: its first "
    },
    |file| {
        fs::remove_file(file).unwrap();
        "is missing, and the saved run had written "
    },
    |file| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
        "is a folder, and the saved run had written a file"
    },
];

#[test]
fn a_file_that_is_not_the_one_of_the_saved_run_is_refused_and_stays() {
    let folder = Folder::new("spoilt");
    for name in ["metrics.csv", "metrics.jsonl"] {
        for spoil in SPOILT {
            folder.put(&[]);
            let killed = begin(&loggers, &folder, 5);
            let expected = spoil(&folder.at(name));
            let before = fs::read(folder.at(name)).ok();
            let resumed = resume(&loggers, &folder, killed.saved_at(3), STEPS);
            let expected = format!("{} {expected}", folder.at(name).display());
            assert!(resumed.cause().contains(&expected), "{}", resumed.cause());
            assert!(resumed.restored.is_none());
            assert_eq!(fs::read(folder.at(name)).ok(), before);
        }
    }
}

#[test]
fn by_choice_a_new_file_begins_beside_the_one_that_is_there() {
    let (folder, expected) = (Folder::new("beside"), Folder::new("beside-whole"));
    begin(&both_new_files, &expected, STEPS);
    for spoil in SPOILT {
        folder.put(&[]);
        let killed = begin(&both_new_files, &folder, 5);
        let why = spoil(&folder.at("metrics.csv"));
        let resumed = resume(&both_new_files, &folder, killed.saved_at(3), 6);
        assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
        let new = folder.at("metrics.2.csv");
        let remark = format!("`Csv` goes on in {}: ", new.display());
        let remarks = resumed.remarks();
        assert!(
            remarks.contains(&remark) && remarks.contains(why),
            "{remarks}"
        );
        // It advises nothing that was done.
        assert!(!remarks.contains("or_new_file"), "{remarks}");
        // The next one goes on in the new file, without a remark.
        let again = resume(&both_new_files, &folder, resumed.saved_at(1), STEPS);
        assert!(again.outcome.is_finished(), "{}", again.outcome);
        assert_eq!(again.remarks(), "");
        let whole = expected.text("metrics.csv");
        let rows: Vec<&str> = whole.lines().collect();
        let new = folder.text("metrics.2.csv");
        assert!(
            new.lines().eq(rows[..1].iter().chain(&rows[4..]).copied()),
            "{new}"
        );
        assert_eq!(folder.read("metrics.jsonl"), expected.read("metrics.jsonl"));
    }
}

#[test]
fn a_new_file_takes_a_number_that_is_free_and_has_its_own_hyperparameters() {
    let attach = |plan: &mut Plan<Relax>, folder: &Path| {
        loggers(plan, folder);
        plan.replace(JsonLines::to_file(folder.join("metrics.jsonl")).or_new_file());
    };
    let folder = Folder::new("number");
    let killed = begin(&attach, &folder, 5);
    fs::write(folder.at("metrics.2.jsonl"), "precious").unwrap();
    fs::remove_file(folder.at("metrics.jsonl")).unwrap();
    let resumed = resume(&attach, &folder, killed.saved_at(3), 4);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    assert_eq!(folder.text("metrics.2.jsonl"), "precious");
    let new = folder.text("metrics.3.jsonl");
    let lines: Vec<&str> = new.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0], r#"{"hyperparameters":{"lr":0.1}}"#);
    assert!(lines[1].starts_with(r#"{"step":4,"#), "{}", lines[1]);
}
