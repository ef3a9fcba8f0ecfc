//! A sink of a program's own, in a callback or in the state, goes back like those of the shelf.

mod support {
    pub(crate) mod sinks;
}

use callbacks::persist::{Fields, Rewind, SavedRun};
use callbacks::shelf::RewindFile;
use callbacks::{BoxError, Ctx, Plan, Record, callback};
use foreign_loop::Relax;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use support::sinks::{Folder, begin, resume, run};

const STEPS: u64 = 6;

/// Eight bytes for each step.
struct Trajectory<W> {
    file: W,
    steps: u64,
}

impl<W: Rewind + Write> Trajectory<W> {
    const fn new(file: W) -> Self {
        Self { file, steps: 0 }
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("frames", |fields| fields.rewind("file", &mut self.file));
        fields.field("steps", &mut self.steps);
    }
}

#[callback(Relax, register = false, persist = Self::persist)]
impl<W: Rewind + Write + Send + 'static> Trajectory<W> {
    fn after_step(&mut self, record: &Record) -> io::Result<()> {
        self.steps += 1;
        let energy = record.get("energy").unwrap_or(f64::NAN);
        self.file.write_all(&energy.to_le_bytes())
    }

    fn on_exit(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn trajectories(plan: &mut Plan<Relax>, folder: &Path) {
    let file = |name: &str| RewindFile::new(folder.join(name));
    plan.add(Trajectory::new(file("direct")));
    plan.add(Trajectory::new(BufWriter::with_capacity(
        20,
        file("buffered"),
    )));
}

#[test]
fn a_trajectory_goes_back_with_a_buffer_and_without() {
    let (folder, expected) = (Folder::new("own"), Folder::new("own-whole"));
    assert!(begin(&trajectories, &expected, STEPS).outcome.is_finished());
    assert_eq!(expected.read("direct").len(), 48);
    assert_eq!(expected.read("direct"), expected.read("buffered"));
    for cut in 0..6 {
        for killed_at in cut..=STEPS {
            let killed = begin(&trajectories, &folder, killed_at);
            let saved = killed.saved_at(usize::try_from(cut).unwrap());
            let resumed = resume(&trajectories, &folder, saved, STEPS);
            let of = format!("cut after {cut}, killed at {killed_at}");
            assert!(resumed.outcome.is_finished(), "{of}: {}", resumed.outcome);
            assert_eq!(folder.files(), expected.files(), "{of}");
        }
    }
}

#[test]
fn a_sink_in_the_state_goes_back() {
    let attach = |plan: &mut Plan<Relax>, folder: &Path| {
        let path = folder.join("state");
        plan.on(Relax::on_enter, move |mut state: Ctx<'_>| {
            state.insert(RewindFile::new(&path));
        });
        plan.persist_fields("file", |file: &mut RewindFile, fields| {
            fields.rewind("", file);
        });
        plan.on(
            Relax::after_step,
            |file: Option<&mut RewindFile>, record: &Record| {
                file.map_or(Ok(()), |file| writeln!(file, "{record}"))
            },
        );
    };
    let (folder, expected) = (Folder::new("state"), Folder::new("state-whole"));
    assert!(begin(&attach, &expected, STEPS).outcome.is_finished());
    let killed = begin(&attach, &folder, 4);
    let resumed = resume(&attach, &folder, killed.saved_at(2), STEPS);
    assert!(resumed.outcome.is_finished(), "{}", resumed.outcome);
    assert_eq!(folder.files(), expected.files());
}

/// A sink that records what is called, and has two faults to choose from.
#[derive(Clone, Default)]
struct Calls {
    calls: Arc<Mutex<Vec<String>>>,
    fails: &'static str,
}

impl Calls {
    fn note(&self, call: &str) -> Result<(), BoxError> {
        self.calls.lock().unwrap().push(call.to_owned());
        if self.fails == call {
            return Err(format!("{call} fails").into());
        }
        Ok(())
    }
}

impl Rewind for Calls {
    type Position = u64;

    fn position(&mut self) -> Result<u64, BoxError> {
        Ok(7)
    }

    fn check(&mut self, to: Option<&u64>) -> Result<(), BoxError> {
        match to {
            None => self.note("check that nothing is replaced"),
            Some(to) => {
                assert_eq!(*to, 7);
                self.note("check")
            }
        }
    }

    fn rewind(&mut self, to: u64) -> Result<(), BoxError> {
        assert_eq!(to, 7);
        self.note("rewind")
    }

    fn remark(&mut self) -> Option<String> {
        Some("was here".to_owned())
    }
}

struct Sink(Calls);

#[callback(Relax, register = false, persist = Self::persist)]
impl Sink {
    fn after_step(&self) {}
}

impl Sink {
    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.rewind("sink", &mut self.0);
        fields.remark("is asked");
    }
}

/// Restores with two sinks, which have these faults. Returns the calls, and how the run ended.
fn restored(faults: [&'static str; 2]) -> (Vec<String>, String, Vec<String>) {
    let saved: SavedRun = run(&mut two_sinks(&Calls::default(), ["", ""]), 2).saved_at(1);
    let calls = Calls::default();
    let mut plan = two_sinks(&calls, faults);
    plan.restore(saved);
    let ran = run(&mut plan, 2);
    let remarks = ran
        .restored
        .as_ref()
        .map(|restored| restored.remarks().to_vec());
    let calls = calls.calls.lock().unwrap().clone();
    (calls, ran.cause(), remarks.unwrap_or_default())
}

fn two_sinks(calls: &Calls, faults: [&'static str; 2]) -> Plan<Relax> {
    let mut plan = Plan::new();
    for (fails, name) in faults.into_iter().zip(["first", "second"]) {
        let calls = Calls {
            fails,
            ..calls.clone()
        };
        plan.add(Sink(calls)).named(name);
    }
    plan
}

#[test]
fn all_sinks_are_checked_before_one_goes_back() {
    let (calls, _, remarks) = restored(["", ""]);
    assert_eq!(calls, ["check", "check", "rewind", "rewind"]);
    // Each of the two is asked twice.
    let each = ["first", "second"]
        .map(|name| [format!("`{name}` was here"), format!("`{name}` is asked")]);
    assert_eq!(remarks, [each.concat(), each.concat()].concat());
    let (calls, cause, _) = restored(["", "check"]);
    assert_eq!(calls, ["check", "check"]);
    let text = "the saved run cannot be restored: `second.sink`: check fails";
    assert_eq!(cause, text);
    let (calls, cause, _) = restored(["rewind", ""]);
    assert_eq!(calls, ["check", "check", "rewind", "rewind"]);
    let text = "the saved run cannot be restored: `first.sink`: rewind fails";
    assert_eq!(cause, text);
}

#[test]
fn a_position_of_another_kind_is_refused_and_no_position_is_reported() {
    let folder = Folder::new("kind");
    let saved = run(&mut two_sinks(&Calls::default(), ["", ""]), 1).saved_at(1);
    let attach = |plan: &mut Plan<Relax>, folder: &Path| {
        plan.add(Trajectory::new(RewindFile::new(folder.join("first"))))
            .named("first");
    };
    let resumed = resume(&attach, &folder, saved, 1);
    let restored = resumed.restored.unwrap();
    assert_eq!(restored.missing(), ["first.frames.file", "first.steps"]);
    assert_eq!(restored.unused(), ["first.sink", "second"]);
    // The sink began anew.
    assert_eq!(folder.files(), [("first".to_owned(), Vec::new())]);
}

#[test]
fn sinks_that_were_not_saved_are_asked_before_they_begin_anew() {
    let saved = run(&mut Plan::new(), 1).saved_at(1);
    for (fails, ending) in [
        ("", "finished (1 remark)"),
        (
            "check that nothing is replaced",
            "the saved run cannot be restored: `first.sink`: check that nothing is replaced fails",
        ),
    ] {
        let calls = Calls::default();
        let mut plan = two_sinks(&calls, [fails, ""]);
        plan.restore(saved.clone());
        let ran = run(&mut plan, 1);
        assert!(ran.cause().starts_with(ending), "{}", ran.cause());
        assert_eq!(
            *calls.calls.lock().unwrap(),
            ["check that nothing is replaced"; 2]
        );
        let remarks = ran.restored.map(|restored| restored.remarks().len());
        assert_eq!(remarks, fails.is_empty().then_some(4));
    }
}

#[test]
fn a_buffer_that_was_filled_before_the_run_was_restored_is_refused() {
    let (folder, attach) = (Folder::new("early"), trajectories);
    let killed = begin(&attach, &folder, 3);
    let before = folder.files();
    let mut plan = Plan::new();
    let mut file = BufWriter::new(RewindFile::new(folder.at("buffered")));
    file.write_all(b"a header").unwrap();
    plan.add(Trajectory::new(RewindFile::new(folder.at("direct"))));
    plan.add(Trajectory::new(file));
    plan.restore(killed.saved_at(2));
    let cause = run(&mut plan, 3).cause();
    assert!(
        cause.contains("was written to before the run was restored"),
        "{cause}"
    );
    assert_eq!(folder.read("direct"), before[1].1);
}
