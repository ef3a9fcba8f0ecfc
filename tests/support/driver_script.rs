//! Runs of the driver in which callbacks do what a script says, and what was seen of them.

use super::journal::Journal;
use super::walk::{Walk, walk};
use callbacks::driver::{Driver, VariationalDriver, Verdict};
use callbacks::{Attach, Breakpoint, Callback, Ending, Flow, Handlers, Origin, Outcome};
use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;

/// What a callback does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Leave,
    Stop,
    Interrupt,
    Err,
    Panic,
    Reject,
}

/// Who does what and where, once: at the first firing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deed {
    pub(crate) callback: usize,
    pub(crate) at: &'static str,
    pub(crate) act: Act,
}

/// The callbacks, in their order.
pub(crate) const ACTORS: [&str; 3] = ["first", "middle", "last"];
/// The steps of a run.
pub(crate) const STEPS: u64 = 2;
/// The attempts at a step.
pub(crate) const LIMIT: u64 = 3;

type Script = Rc<RefCell<Vec<Deed>>>;

/// A driver, its scripted callbacks, and their journal.
pub(crate) struct Stage {
    driver: VariationalDriver<Walk>,
    script: Script,
    journal: Journal,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let (journal, script) = (Journal::default(), Script::default());
        let mut driver = walk().retry_limit(LIMIT);
        for (index, name) in ACTORS.into_iter().enumerate() {
            let actor = Actor {
                index,
                script: script.clone(),
                journal: journal.clone(),
            };
            driver.plan().add_local(actor).named(name);
        }
        Self {
            driver,
            script,
            journal,
        }
    }

    /// Runs by the script: who ran where, and how it ended.
    pub(crate) fn play(&mut self, deeds: &[Deed]) -> (Vec<String>, String) {
        self.script.replace(deeds.to_vec());
        let outcome = self.driver.run(STEPS).unwrap();
        (self.journal.take(), ending(&outcome))
    }

    /// How many steps have been made, and how far the walker has come.
    pub(crate) fn position(&self) -> (u64, f64) {
        (self.driver.step().get(), self.driver.driven().x)
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
        match self.take(at.name()) {
            None | Some(Act::Reject) => Ok(Flow::Continue),
            Some(Act::Leave) => Ok(Flow::leave(Driver::RUN)),
            Some(Act::Stop) => Ok(Flow::stop("enough")),
            Some(Act::Interrupt) => Ok(Flow::interrupt("SIGINT")),
            Some(Act::Err) => Err("broken".to_owned()),
            // A panic that does not fill the terminal.
            Some(Act::Panic) => resume_unwind(Box::new("frightened")),
        }
    }

    fn next(&self, at: &str) -> Option<usize> {
        let mine = |deed: &Deed| deed.callback == self.index && deed.at == at;
        self.script.borrow().iter().position(mine)
    }

    fn take(&self, at: &str) -> Option<Act> {
        let next = self.next(at)?;
        Some(self.script.borrow_mut().remove(next).act)
    }

    /// Rejects if the script says so; what else it says is for `act`.
    fn vote(&self, at: &Breakpoint) -> Verdict {
        let next = self.next(at.name());
        let act = next.map(|next| self.script.borrow()[next].act);
        Verdict::reject_if(act == Some(Act::Reject))
    }
}

impl Callback<Driver> for Actor {
    fn handlers(&self, h: &mut Handlers<Driver, Self>) {
        h.on_enter(Self::act);
        h.on(Driver::on_compute_update_end, Self::vote);
        h.on_all(Self::act);
        h.on_exit(Self::act);
    }
}

fn ending(outcome: &Outcome) -> String {
    match outcome.ending() {
        Ending::Finished => "finished".to_owned(),
        Ending::Stopped(stop) => format!("stopped by {}", callback_ref(stop.origin())),
        Ending::Interrupted(stop) => format!("interrupted by {}", callback_ref(stop.origin())),
        Ending::Failed(failure) => format!("failed by {}", callback_ref(failure.origin())),
    }
}

fn callback_ref(origin: &Origin) -> String {
    match (origin.callback(), origin.breakpoint()) {
        (Some(callback), Some(at)) => format!("{callback} {at}"),
        _ => origin.to_string(),
    }
}
