//! The files that the shelf writes itself: what stands at their path is replaced if it is a file, and stays if it is anything else.
#![cfg(unix)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::fit::SaveParameters;
use callbacks::shelf::{NotAFile, SaveState};
use callbacks::{Attach, Failure, Outcome, Period};
use std::error::Error;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use support::walk::{Walk, walk};

impl SaveParameters for Walk {
    fn save(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.x > 0.5 {
            return Err(io::Error::other("the device is full"));
        }
        write!(to, "{}", self.x)
    }

    fn load(&mut self, _: &mut dyn Read) -> io::Result<()> {
        Ok(())
    }
}

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("callbacks-files-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let found = fs::read_dir(&self.0).unwrap().flatten();
        let mut names: Vec<_> = found
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A run of so many steps that is saved there after each of them.
fn save_at(path: &Path, steps: u64) -> Outcome {
    let path = path.to_owned();
    let save = SaveState::<Walk>::to_file(Period::steps(1), move |_| path.clone());
    let mut driver = walk();
    driver.plan().add(save);
    driver.run(steps).unwrap()
}

fn why(outcome: &Outcome) -> &NotAFile {
    let cause = outcome.failed().and_then(Failure::source);
    let cause = cause.and_then(|cause| cause.downcast_ref());
    cause.unwrap_or_else(|| panic!("something that is no file: {outcome}"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn nothing_and_a_file_are_replaced_and_nothing_else_is_left() {
    let folder = Folder::new("replaced");
    for _ in 0..2 {
        assert!(save_at(&folder.at("walk"), 1).is_finished());
        assert_eq!(text(&folder.at("walk")), "0.5");
        fs::write(folder.at("walk"), "something longer that was there").unwrap();
    }
    assert_eq!(folder.names(), ["walk"]);
}

#[test]
fn what_is_no_file_stays_and_the_failure_names_it_and_the_remedy() {
    let folder = Folder::new("others");
    let socket = UnixListener::bind(folder.at("socket")).unwrap();
    fs::create_dir(folder.at("empty")).unwrap();
    fs::create_dir_all(folder.at("full").join("inside")).unwrap();
    for (name, to) in [
        ("to empty", "empty"),
        ("to socket", "to a socket"),
        ("to a socket", "socket"),
    ] {
        symlink(to, folder.at(name)).unwrap();
    }
    let before = folder.names();
    for (name, is) in [
        ("socket", "a socket"),
        ("empty", "a folder"),
        ("full", "a folder"),
        ("to empty", "a folder"),
        ("to socket", "a socket"),
    ] {
        let outcome = save_at(&folder.at(name), 1);
        let why = why(&outcome);
        assert_eq!((&why.path, why.kind), (&folder.at(name), is));
        let remedy = "only a file is replaced; give `SaveState::to_file` the path of a file";
        assert!(why.to_string().contains(remedy), "{why}");
    }
    assert_eq!(folder.names(), before);
    assert!(folder.at("empty").is_dir() && folder.at("full").join("inside").is_dir());
    drop(socket);
}

#[test]
fn what_stands_where_the_unfinished_file_is_to_be_stays_unless_it_is_one() {
    let folder = Folder::new("unfinished");
    let beside = folder.at("walk.unfinished");
    fs::write(folder.at("precious"), "precious").unwrap();
    symlink("precious", &beside).unwrap();
    let outcome = save_at(&folder.at("walk"), 1);
    assert_eq!(
        (&why(&outcome).path, why(&outcome).kind),
        (&beside, "a symbolic link")
    );
    assert_eq!(text(&folder.at("precious")), "precious");
    // What a program that was killed has left.
    fs::remove_file(&beside).unwrap();
    fs::write(&beside, "half a walk that is longer than a whole one").unwrap();
    assert!(save_at(&folder.at("walk"), 1).is_finished());
    assert_eq!(text(&folder.at("walk")), "0.5");
    assert_eq!(folder.names(), ["precious", "walk"]);
}

#[test]
fn through_a_symbolic_link_the_file_that_it_leads_to_is_replaced() {
    let folder = Folder::new("links");
    fs::create_dir(folder.at("runs")).unwrap();
    fs::write(folder.at("runs").join("old"), "old").unwrap();
    // A link to a link, a link to where nothing is yet, and one that is absolute.
    symlink("second", folder.at("first")).unwrap();
    symlink("runs/old", folder.at("second")).unwrap();
    symlink("runs/new", folder.at("latest")).unwrap();
    symlink(folder.at("runs").join("far"), folder.at("absolute")).unwrap();
    let links = ["absolute", "first", "latest", "second"];
    for (link, target) in [("first", "old"), ("latest", "new"), ("absolute", "far")] {
        assert!(save_at(&folder.at(link), 1).is_finished());
        assert_eq!(text(&folder.at("runs").join(target)), "0.5");
    }
    for link in links {
        assert!(folder.at(link).is_symlink(), "{link}");
    }
    let runs = fs::read_dir(folder.at("runs")).unwrap().count();
    assert_eq!((runs, folder.names().len()), (3, links.len() + 1));
}

#[test]
fn links_that_lead_in_a_circle_fail_the_run() {
    let folder = Folder::new("circle");
    symlink("two", folder.at("one")).unwrap();
    symlink("one", folder.at("two")).unwrap();
    let outcome = save_at(&folder.at("one"), 1);
    let message = outcome.failed().unwrap().cause().to_string();
    assert!(
        message.starts_with(folder.at("one").to_str().unwrap()),
        "{message}"
    );
    assert_eq!(folder.names(), ["one", "two"]);
}

#[test]
fn a_file_that_could_not_be_written_leaves_the_old_one_and_nothing_unfinished() {
    let folder = Folder::new("old");
    let outcome = save_at(&folder.at("walk"), 2);
    let message = outcome.failed().unwrap().cause().to_string();
    assert_eq!(
        message,
        format!("{}: the device is full", folder.at("walk").display())
    );
    assert_eq!(text(&folder.at("walk")), "0.5");
    assert_eq!(folder.names(), ["walk"]);
}

#[cfg(feature = "tensorboard")]
#[test]
fn a_file_where_event_files_are_to_be_stays_and_fails_the_run() {
    use callbacks::shelf::TensorBoard;
    let folder = Folder::new("events");
    fs::write(folder.at("runs"), "precious").unwrap();
    let mut driver = walk().callback(TensorBoard::new(folder.at("runs")));
    let outcome = driver.run(1).unwrap();
    let message = outcome.failed().unwrap().cause().to_string();
    let remedy =
        "is no folder; give `TensorBoard::new` a folder, or a path at which there is nothing";
    assert_eq!(message, format!("{} {remedy}", folder.at("runs").display()));
    assert_eq!(text(&folder.at("runs")), "precious");
}

#[test]
fn a_file_keeps_its_permissions() {
    let folder = Folder::new("permissions");
    let path = folder.at("walk");
    fs::write(&path, "private").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(save_at(&path, 1).is_finished());
    assert_eq!(text(&path), "0.5");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
