//! Runs of the fit loop in which callbacks do what a script says, and what was seen of them.

use super::journal::Journal;
use super::line::{Line, inputs};
use callbacks::fit::{Fit, Loss, Trainer};
use callbacks::{
    Attach, Breakpoint, Callback, Cause, Ending, Fault, Flow, Handlers, Origin, Outcome, Stop,
};
use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;

/// What a callback does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Leave(&'static str),
    Stop,
    Interrupt,
    Err,
    Panic,
}

/// Who does what and where, once: at the first firing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deed {
    pub(crate) callback: usize,
    pub(crate) at: &'static str,
    pub(crate) act: Act,
}

/// The callbacks that act, in their order. Behind them stands one that only asks for the loss at the ends of batches.
pub(crate) const ACTORS: [&str; 3] = ["first", "middle", "last"];
pub(crate) const WITNESS: &str = "witness";

/// What the trainer is asked to do: two epochs of two training batches and one of validation, or two batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Job {
    Fit,
    Evaluate,
    Predict,
}

/// What is seen of a run.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    /// Who ran where.
    pub(crate) trace: Vec<String>,
    pub(crate) ending: String,
    /// The first thing that went wrong, and the later ones.
    pub(crate) faults: Vec<String>,
    /// Who was skipped where, and how often.
    pub(crate) skipped: Vec<String>,
}

type Script = Rc<RefCell<Vec<Deed>>>;

/// A trainer, its scripted callbacks, and their journal.
pub(crate) struct Stage {
    trainer: Trainer<Line>,
    script: Script,
    journal: Journal,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let (journal, script) = (Journal::default(), Script::default());
        let mut trainer = Trainer::new(Line::new(&Journal::default()))
            .epochs(2)
            .valid(inputs([1.0]));
        for (index, name) in ACTORS.into_iter().enumerate() {
            let actor = Actor {
                index,
                script: script.clone(),
                journal: journal.clone(),
            };
            trainer.plan().add_local(actor).named(name);
        }
        trainer
            .plan()
            .add_local(Witness(journal.clone()))
            .named(WITNESS);
        Self {
            trainer,
            script,
            journal,
        }
    }

    /// Does the job by the script.
    pub(crate) fn play(&mut self, job: Job, deeds: &[Deed]) -> Seen {
        self.script.replace(deeds.to_vec());
        let batches = inputs([1.0, 2.0]);
        let outcome = match job {
            Job::Fit => self.trainer.fit(batches).unwrap().outcome,
            Job::Evaluate => self.trainer.evaluate(batches).unwrap().outcome,
            Job::Predict => self.trainer.predict(batches).unwrap().outcome,
        };
        Seen {
            trace: self.journal.take(),
            ending: ending(&outcome),
            faults: faults(&outcome),
            skipped: skipped(&outcome),
        }
    }
}

/// A callback that notes where it runs, and does what the script says.
struct Actor {
    index: usize,
    script: Script,
    journal: Journal,
}

impl Actor {
    fn act(&mut self, at: &Breakpoint) -> Result<Flow, String> {
        self.journal.note(format!("{} {at}", ACTORS[self.index]));
        let mut script = self.script.borrow_mut();
        let mine = |deed: &Deed| deed.callback == self.index && deed.at == at.name();
        let Some(next) = script.iter().position(mine) else {
            return Ok(Flow::Continue);
        };
        match script.remove(next).act {
            Act::Leave(scope) => Ok(leave(scope)),
            Act::Stop => Ok(Flow::stop("enough")),
            Act::Interrupt => Ok(Flow::interrupt("SIGINT")),
            Act::Err => Err("broken".to_owned()),
            // A panic that does not fill the terminal.
            Act::Panic => {
                drop(script);
                resume_unwind(Box::new("frightened"))
            }
        }
    }
}

/// The line of the three below.
const ENTER_LINE: u32 = line!() + 4;

impl Callback<Fit> for Actor {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_enter(Self::act);
        h.on_all(Self::act);
        h.on_exit(Self::act);
    }
}

fn leave(scope: &str) -> Flow {
    let scopes = [
        Fit::FIT,
        Fit::EPOCH,
        Fit::TRAIN,
        Fit::TRAIN_BATCH,
        Fit::VALID,
        Fit::VALID_BATCH,
        Fit::PREDICT,
        Fit::PREDICT_BATCH,
    ];
    let named = scopes.into_iter().find(|one| one.info().name() == scope);
    Flow::leave(named.expect("a scope of the fit loop"))
}

/// A callback that requires the loss at the ends of batches.
struct Witness(Journal);

impl Witness {
    fn note_train(&self, _: &Loss) {
        self.0.note(format!("{WITNESS} on_train_batch_end"));
    }

    fn note_valid(&self, _: &Loss) {
        self.0.note(format!("{WITNESS} on_valid_batch_end"));
    }
}

impl Callback<Fit> for Witness {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_batch_end, Self::note_train);
        h.on(Fit::on_valid_batch_end, Self::note_valid);
    }
}

fn ending(outcome: &Outcome) -> String {
    let text = |stop: &Stop| format!("{} {}", callback_ref(stop.origin()), stop.reason());
    match outcome.ending() {
        Ending::Finished => "finished".to_owned(),
        Ending::Stopped(stop) => format!("stopped by {}", text(stop)),
        Ending::Interrupted(stop) => format!("interrupted by {}", text(stop)),
        Ending::Failed(_) => "failed".to_owned(),
    }
}

fn faults(outcome: &Outcome) -> Vec<String> {
    let Some(failure) = outcome.failed() else {
        return Vec::new();
    };
    let first = fault(failure.origin(), failure.cause());
    let later = failure
        .later()
        .map(|one: &Fault| fault(one.origin(), one.cause()));
    std::iter::once(first).chain(later).collect()
}

fn fault(origin: &Origin, cause: &Cause) -> String {
    let cause = match cause {
        Cause::Error(error) => format!("error {error}"),
        Cause::Panic(message) => format!("panic {message}"),
        Cause::NotOpen(scope) => format!("not open {scope}"),
        other => format!("{other:?}"),
    };
    format!("{} {cause}", callback_ref(origin))
}

/// The callback and the breakpoint that an origin names, once its place in the source is found right.
fn callback_ref(origin: &Origin) -> String {
    let (at, location) = (origin.breakpoint().unwrap(), origin.location().unwrap());
    let line = match at.name() {
        "on_enter" => ENTER_LINE,
        "on_exit" => ENTER_LINE + 2,
        _ => ENTER_LINE + 1,
    };
    assert_eq!((location.file(), location.line()), (file!(), line));
    format!("{} {at}", origin.callback().unwrap())
}

fn skipped(outcome: &Outcome) -> Vec<String> {
    let skipped = outcome.skipped().iter();
    skipped
        .map(|one| format!("{} {} {}", one.callback(), one.breakpoint(), one.times()))
        .collect()
}
