//! Runs of a loop of another crate that are saved after each step, and a folder for what they write.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::fit::{Step, Total};
use callbacks::persist::{Restored, SavedRun};
use callbacks::{Complex, Outcome, Plan, Record, State, Stats};
use foreign_loop::Relax;
use foreign_loop::relaxation::Energy;
use std::fs;
use std::path::{Path, PathBuf};

/// A run: its ending, and what was saved before its first step and after each step.
pub(crate) struct Ran {
    pub(crate) outcome: Outcome,
    pub(crate) saved: Vec<SavedRun>,
    pub(crate) restored: Option<Restored>,
}

impl Ran {
    /// The saved run of a step, as another process reads it.
    pub(crate) fn saved_at(&self, step: usize) -> SavedRun {
        let text = serde_json::to_string(&self.saved[step]).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What the outcome remarks of what was restored.
    pub(crate) fn remarks(&self) -> String {
        let remarks = self.outcome.remarks().iter();
        let texts: Vec<_> = remarks.map(ToString::to_string).collect();
        texts.join("\n")
    }

    /// The cause of the failure.
    pub(crate) fn cause(&self) -> String {
        let failure = self.outcome.failed();
        failure.map_or_else(
            || self.outcome.to_string(),
            |failure| failure.cause().to_string(),
        )
    }
}

/// What the steps record: numbers that need all their digits, what JSON lacks, and a value that is rare.
fn record(step: u64, record: &mut Record) {
    let number = f64::from(u32::try_from(step).unwrap());
    record.set("energy", 1.0 / (number + 2.0));
    record.set(
        "pair",
        Complex {
            re: number.sqrt(),
            im: f64::NAN,
        },
    );
    record.set("force", Stats::of([number, 0.1]));
    record.set("kind", format!("step, \"{step}\""));
    if step.is_multiple_of(3) {
        record.set("rare", step.cast_signed());
    }
}

/// Runs the loop from the step in the state to the step `until`.
pub(crate) fn run(plan: &mut Plan<Relax>, until: u64) -> Ran {
    let (mut state, mut saved) = (State::new(), Vec::new());
    state.insert(Energy(1.0));
    state.insert(Total::new(Some(until)));
    let outcome = plan.run(&mut state, |run| {
        run.scope(Relax::RUN, |run| {
            saved.push(run.save()?);
            let begun = run.state().get::<Step>().map_or(0, |step| step.get());
            for _ in begun..until {
                run.scope(Relax::STEP, |run| {
                    if let Some((step, to)) = run.state().query::<(&Step, &mut Record)>() {
                        record(step.get(), to);
                    }
                    Ok(())
                })?;
                saved.push(run.save()?);
            }
            Ok(())
        })
        .map(drop)
    });
    Ran {
        outcome: outcome.unwrap(),
        saved,
        restored: state.get().cloned(),
    }
}

/// Attaches the sinks of a test, which write into a folder.
pub(crate) type AttachSinks = dyn Fn(&mut Plan<Relax>, &Path);

/// Begins a run anew with new callbacks.
pub(crate) fn begin(attach: &AttachSinks, folder: &Folder, until: u64) -> Ran {
    let mut plan = Plan::new();
    attach(&mut plan, &folder.0);
    run(&mut plan, until)
}

/// Continues a saved run with new callbacks, as another process does.
pub(crate) fn resume(attach: &AttachSinks, folder: &Folder, saved: SavedRun, until: u64) -> Ran {
    let mut plan = Plan::new();
    attach(&mut plan, &folder.0);
    plan.restore(saved);
    run(&mut plan, until)
}

/// A folder that is gone with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("callbacks-sinks-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let found = fs::read_dir(&self.0).unwrap().flatten();
        let mut names: Vec<_> = found
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// All files, by name.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let names = self.names().into_iter();
        names.map(|name| (name.clone(), self.read(&name))).collect()
    }

    /// Replaces what is in the folder.
    pub(crate) fn put(&self, files: &[(String, Vec<u8>)]) {
        fs::remove_dir_all(&self.0).unwrap();
        fs::create_dir_all(&self.0).unwrap();
        for (name, bytes) in files {
            fs::write(self.at(name), bytes).unwrap();
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
