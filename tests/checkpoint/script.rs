//! A run that writes and removes checkpoints, and what must be there at each moment.

use callbacks::checkpoint::{CheckpointDir, CheckpointError, FileSystem, NewCheckpoint};
use callbacks::persist::{ElementType, SavedRun, SavedTensor, SavedValue};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const RUN: &str = "run-a";
pub(crate) const DIRECTORY: &str = "/jobs/checkpoints";

/// Returns a directory of a file system.
pub(crate) fn directory(files: &(impl FileSystem + Clone + 'static)) -> CheckpointDir {
    CheckpointDir::with_files(DIRECTORY, Arc::new(files.clone()))
}

/// Returns a run with a number and two tensors that differ with it.
pub(crate) fn run_of(number: u8) -> SavedRun {
    let tensor = |bytes: Vec<u8>| {
        let shape = [bytes.len()];
        SavedValue::Tensor(SavedTensor::from_bytes(ElementType::U8, &shape, bytes).unwrap())
    };
    let map = |entries: Vec<(&str, SavedValue)>| {
        let entries = entries.into_iter();
        SavedValue::Map(
            entries
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let state = map(vec![
        ("steps", SavedValue::Integer(number.into())),
        ("weights", tensor(vec![number; 5])),
        ("moments", tensor(vec![!number; 3])),
    ]);
    let list = || SavedValue::List(Vec::new());
    let saved = map(vec![
        ("layout", SavedValue::Integer(1)),
        ("loop", SavedValue::Text("Fit".to_owned())),
        ("scopes", list()),
        ("counters", map(Vec::new())),
        ("callbacks", list()),
        ("state", map(vec![("Learner", state)])),
        ("periods", list()),
    ]);
    SavedRun::from_value(saved).unwrap()
}

/// Returns a checkpoint whose run has its number.
pub(crate) fn checkpoint(name: &str, number: u8) -> NewCheckpoint {
    NewCheckpoint {
        saved: run_of(number),
        ..NewCheckpoint::new(name, RUN, number.into())
    }
}

/// What a run does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Write(&'static str, u8),
    WriteFailed(&'static str, u8),
    Remove(&'static str),
}

/// First checkpoints, new ones, replacements of the latest and of another one, removals, and failed ones.
pub(crate) const STEPS: [Step; 9] = [
    Step::Write("one", 1),
    Step::Write("two", 2),
    Step::Write("two", 3),
    Step::WriteFailed("broken", 4),
    Step::Write("one", 5),
    Step::Write("three", 6),
    Step::Remove("one"),
    Step::WriteFailed("broken", 7),
    Step::Write("two", 8),
];

impl Step {
    pub(crate) fn run(self, checkpoints: &CheckpointDir) -> Result<(), CheckpointError> {
        match self {
            Self::Write(name, number) => checkpoints.write(checkpoint(name, number)).map(|_| ()),
            Self::WriteFailed(name, number) => {
                let mut new = checkpoint(name, number);
                new.failed = true;
                checkpoints.write(new).map(|_| ())
            }
            Self::Remove(name) => checkpoints.remove(name, RUN),
        }
    }
}

/// The checkpoints that are there, by name, and the one that `latest` names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    numbers: BTreeMap<&'static str, u8>,
    latest: Option<u8>,
}

impl Expected {
    /// A step that returned `Ok`.
    pub(crate) fn done(&mut self, step: Step) {
        match step {
            Step::Write(name, number) => {
                self.numbers.insert(name, number);
                self.latest = Some(number);
            }
            Step::WriteFailed(name, number) => {
                self.numbers.insert(name, number);
            }
            Step::Remove(name) => {
                self.numbers.remove(name);
            }
        }
    }

    /// Checks a directory in which one more step was begun, and which may have it or not.
    pub(crate) fn check(&self, checkpoints: &CheckpointDir, begun: Option<Step>) {
        let (mut after, mut begun_name) = (self.clone(), None);
        if let Some(step) = begun {
            after.done(step);
            let (Step::Write(name, _) | Step::WriteFailed(name, _) | Step::Remove(name)) = step;
            begun_name = Some(name);
        }
        let found = |name: &str| checkpoints.read(name).ok().map(|read| number_of(&read));
        for name in ["one", "two", "three", "broken"] {
            let (before, after) = (self.numbers.get(name), after.numbers.get(name));
            let found = found(name);
            let is_begun = begun_name == Some(name) && found.as_ref() == after;
            assert!(
                found.as_ref() == before || is_begun,
                "{name}: {found:?}, before {before:?}, after {after:?}"
            );
        }
        let latest = checkpoints
            .latest()
            .unwrap_or_else(|error| panic!("{error}"));
        let latest = latest.map(|read| number_of(&read));
        assert!(
            latest == self.latest || latest == after.latest,
            "latest: {latest:?}, before {:?}, after {:?}",
            self.latest,
            after.latest
        );
        for listed in checkpoints.list().unwrap().complete {
            let number = found(&listed.head.name).map(u64::from);
            assert_eq!(number, Some(listed.head.sequence), "{listed:?}");
        }
    }
}

/// Returns the number of a checkpoint whose run is the one of its number.
fn number_of(read: &callbacks::checkpoint::SavedCheckpoint) -> u8 {
    let number = read.head.sequence.try_into().unwrap();
    assert_eq!(read.saved, run_of(number));
    number
}

/// Checks that no hidden file is left.
pub(crate) fn check_tidy(files: &impl FileSystem) {
    let names = files.list(DIRECTORY.as_ref()).unwrap();
    let hidden = |name: &std::ffi::OsString| name.to_string_lossy().starts_with('.');
    assert!(!names.iter().any(hidden), "{names:?}");
}
