//! Callbacks for one run alone, defaults that a callback of the same name replaces, and plans that are set anew.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::prelude::*;
use callbacks::shelf::PrintRounds;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use support::journal::Journal;
use support::line::{Line, inputs};

/// A page that can be read while a callback has it.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn note(&self, line: &str) {
        writeln!(self.0.lock().unwrap(), "{line}").unwrap();
    }

    /// Returns the lines so far. The page is empty afterwards.
    fn take(&self) -> Vec<String> {
        let text = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8(text).unwrap();
        text.lines().map(String::from).collect()
    }
}

/// Notes a name at the end of each training batch and validation batch.
#[derive(Clone)]
struct Note(&'static str, Page);

#[callback(register = false)]
impl Note {
    fn on_batch_end(&self, phase: &Phase) {
        self.1.note(&format!("{} in {phase}", self.0));
    }
}

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
}

#[test]
fn a_callback_for_one_run_is_in_the_next_run_alone_whatever_the_run() {
    let journal = Page::default();
    let mut trainer = trainer().callback(Note("always", journal.clone()));
    let once = |trainer: &mut Trainer<Line>| {
        let note = Note("once", journal.clone());
        trainer.plan().add(note).named("once").for_one_run();
    };
    once(&mut trainer);
    // Neither a check nor an explanation uses it up.
    trainer.check().unwrap();
    assert!(trainer.explain().is_ok());
    for expected in [2, 1] {
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
        assert_eq!(journal.take().len(), expected);
    }
    once(&mut trainer);
    for expected in [2, 1] {
        assert!(
            trainer
                .evaluate(inputs([1.0]))
                .unwrap()
                .outcome
                .is_finished()
        );
        assert_eq!(journal.take().len(), expected);
    }
    assert_eq!(trainer.plan().names(), ["Note"]);
}

#[test]
fn a_callback_for_one_run_can_be_read_after_it_and_a_refused_run_does_not_use_it_up() {
    let mut trainer = trainer();
    let journal = Page::default();
    trainer
        .plan()
        .add(Note("once", journal.clone()))
        .for_one_run();
    trainer
        .plan()
        .on(Fit::on_epoch_end, |_: &String| {})
        .named("asks");
    assert!(trainer.fit(inputs([1.0])).is_err());
    assert!(trainer.plan().remove_named("asks"));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(journal.take(), ["once in train"]);
    assert!(trainer.plan().get::<Note>().is_some());
    trainer.check().unwrap();
    assert!(trainer.plan().get::<Note>().is_none());
}

#[test]
fn a_default_is_replaced_by_one_of_its_type_or_of_its_name() {
    let journal = Page::default();
    let note = |name| Note(name, journal.clone());
    let run = |change: &dyn Fn(&mut Plan<Fit>)| {
        let mut trainer = trainer();
        change(trainer.plan());
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
        journal.take()
    };
    let alone = run(&|plan| {
        plan.add_default(note("default"));
    });
    assert_eq!(alone, ["default in train"]);
    let before = run(&|plan| {
        plan.add(note("mine"));
        plan.add_default(note("default"));
    });
    assert_eq!(before, ["mine in train"]);
    let after = run(&|plan| {
        plan.add_default(note("default"));
        plan.add(note("mine"));
    });
    assert_eq!(after, ["mine in train"]);
    let named = run(&|plan| {
        plan.add_default(note("default"));
        let journal = journal.clone();
        plan.on(Fit::on_epoch_end, move || journal.note("closure"))
            .named("Note");
    });
    assert_eq!(named, ["closure"]);
    let for_one_run = run(&|plan| {
        plan.add_default(note("default"));
        plan.add(note("mine")).for_one_run();
    });
    assert_eq!(for_one_run, ["mine in train"]);
}

#[test]
fn a_default_comes_back_after_the_run_in_which_it_was_replaced() {
    let journal = Page::default();
    let mut trainer = trainer();
    trainer.plan().add_default(Note("default", journal.clone()));
    trainer
        .plan()
        .add(Note("once", journal.clone()))
        .for_one_run();
    for expected in ["once in train", "default in train"] {
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
        assert_eq!(journal.take(), [expected]);
    }
}

#[test]
fn defaults_that_are_attached_twice_run_once() {
    let journal = Page::default();
    let mut trainer = trainer();
    for name in ["first", "second"] {
        trainer.plan().add_default(Note(name, journal.clone()));
    }
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(journal.take(), ["first in train"]);
    // One that is removed does not make room for its second copy.
    assert!(trainer.plan().remove::<Note>().is_some());
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert!(journal.take().is_empty());
    let trainer = self::trainer().defaults().defaults();
    let mut once = self::trainer().defaults();
    let mut twice = trainer;
    for trainer in [&mut once, &mut twice] {
        trainer.check().unwrap();
    }
    assert_eq!(twice.plan().names(), once.plan().names());
}

#[test]
fn a_default_runs_again_once_its_replacement_is_removed() {
    let journal = Page::default();
    let run = |trainer: &mut Trainer<Line>| {
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
        journal.take()
    };
    let mut trainer = trainer();
    trainer.plan().add_default(Note("default", journal.clone()));
    trainer.plan().add(Note("mine", journal.clone()));
    assert_eq!(run(&mut trainer), ["mine in train"]);
    let removed = trainer.plan().remove::<Note>();
    assert_eq!(removed.map(|note| note.0), Some("mine"));
    assert_eq!(
        trainer.plan().get::<Note>().map(|note| note.0),
        Some("default")
    );
    assert_eq!(run(&mut trainer), ["default in train"]);
    trainer.plan().on(Fit::on_epoch_end, || {}).named("Note");
    assert!(run(&mut trainer).is_empty());
    assert!(trainer.plan().remove_named("Note"));
    assert_eq!(run(&mut trainer), ["default in train"]);
    // The one that is attached by hand is found before a check, too.
    trainer.plan().add(Note("mine", journal.clone()));
    assert_eq!(
        trainer.plan().get::<Note>().map(|note| note.0),
        Some("mine")
    );
    assert!(trainer.plan().remove::<Note>().is_some());
    assert!(trainer.plan().remove::<Note>().is_some());
    assert!(run(&mut trainer).is_empty());
}

#[test]
fn a_default_whose_type_is_discovered_runs_once() {
    for was_discovered in [false, true] {
        let mut trainer = trainer();
        trainer.plan().discover();
        if was_discovered {
            trainer.check().unwrap();
        }
        trainer.plan().add_default(Found);
        trainer.check().unwrap();
        assert_eq!(trainer.plan().names(), ["Found"], "{was_discovered}");
        trainer.plan().on(Fit::on_fit_end, || {}).named("Found");
        trainer.check().unwrap();
        assert_eq!(trainer.plan().names(), ["Found"], "{was_discovered}");
    }
    let mut trainer = trainer();
    trainer.plan().add_default(Found).named("default");
    trainer
        .plan()
        .add_default(Note("other", Page::default()))
        .named("Found");
    trainer.plan().discover();
    trainer.check().unwrap();
    assert_eq!(trainer.plan().names(), ["default", "Found"]);
}

/// A callback that can be discovered.
#[derive(Default)]
struct Found;

#[callback]
impl Found {
    fn on_fit_end(&self) {}
}

#[test]
fn a_plan_that_is_set_anew_discovers_nothing() {
    for was_checked in [false, true] {
        let mut trainer = trainer();
        trainer.plan().discover();
        if was_checked {
            trainer.check().unwrap();
            assert!(trainer.plan().get::<Found>().is_some());
        }
        trainer.plan().clear();
        trainer.check().unwrap();
        assert!(trainer.plan().names().is_empty(), "{was_checked}");
    }
}

#[test]
fn a_plan_is_set_anew_at_once() {
    let journal = Page::default();
    let mut trainer = trainer().callback(Note("old", journal.clone()));
    trainer.plan().on(Fit::on_epoch_end, || {});
    trainer.plan().add_default(Note("default", journal.clone()));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    journal.take();
    trainer.plan().clear();
    let mut trainer = trainer.callback(Note("new", journal.clone()));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(journal.take(), ["new in train"]);
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn rounds_are_printed_with_their_values_and_the_rate() {
    let page = Page::default();
    let lines = PrintRounds::to(page.clone()).decimals(2);
    let mut trainer = trainer().epochs(10).learning_rate(0.0).callback(lines);
    assert!(trainer.fit(inputs([3.0])).unwrap().outcome.is_finished());
    let lines = page.take();
    assert_eq!(lines.len(), 10);
    assert_eq!(lines[0], "epoch  1/10  train_loss 3.00  lr 0");
    let page = Page::default();
    let lines = PrintRounds::to(page.clone()).show(["valid_loss", "train_loss", "absent"]);
    let mut trainer = self::trainer()
        .valid(inputs([1.0]))
        .learning_rate(1e-5 / 3.0)
        .callback(lines);
    assert!(trainer.fit(inputs([3.0])).unwrap().outcome.is_finished());
    assert_eq!(
        page.take(),
        ["epoch 1/1  valid_loss 1.0000  train_loss 3.0000  lr 0.000003333"]
    );
}

/// A pipe whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

#[test]
fn a_closed_pipe_does_not_end_the_run() {
    let mut trainer = trainer().epochs(3).callback(PrintRounds::to(Closed));
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
}
