//! Ready-made callbacks, such as those of the shelf, have handlers for many kinds of runs. A plan notes no handler of theirs that a run does
//! not fire, and notes each such handler of the program.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod shelf;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::prelude::*;
use callbacks::{CallbackInfo, Problem, ProblemKind};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::shelf::{EachCallback, Stage, Weights, each_callback, furnish, furnished};
use support::walk::walk;

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
}

/// The breakpoints of the notes about handlers that never run.
fn never_run(plan: &Plan<Fit>) -> Vec<&'static str> {
    let notes = plan.notes().iter();
    let notes = notes.filter(|note| note.kind() == ProblemKind::NeverRuns);
    notes.filter_map(Problem::breakpoint).collect()
}

/// Has a handler in each pass.
struct Passes;

impl Passes {
    fn end(&self) {}
}

impl Callback<Fit> for Passes {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_train_end, Self::end);
        h.on(Fit::on_valid_end, Self::end);
        h.on(Fit::on_predict_end, Self::end);
    }
}

/// The same, ready-made.
struct ReadyPasses(Passes);

impl Callback<Fit> for ReadyPasses {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().ready_made()
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.forward(&self.0, |ready| &mut ready.0);
    }
}

/// One block for both loops, and for every pass of a fit.
struct Block;

#[callback(Fit, Driver, register = false, ready_made)]
impl Block {
    #[on(train_end, valid_end, predict_end, step_end)]
    fn end(&self) {}
}

#[test]
fn a_handler_of_the_program_that_never_runs_is_noted() {
    let mut trainer = trainer().callback(Passes);
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(
        never_run(trainer.plan()),
        ["on_valid_end", "on_predict_end"]
    );
}

#[test]
fn a_handler_of_a_ready_made_callback_that_never_runs_is_not_noted() {
    let mut trainer = trainer().callback(ReadyPasses(Passes)).callback(Block);
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(trainer.plan().notes(), []);
    assert!(
        trainer
            .evaluate(inputs([1.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    assert_eq!(trainer.plan().notes(), []);
}

#[test]
fn a_handler_for_every_scope_is_not_noted_where_it_never_runs() {
    struct Watch;
    #[callback(Rounds, register = false)]
    impl Watch {
        fn on_poll(&self) {}
    }
    let mut trainer = trainer().callback(Watch);
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(trainer.plan().notes(), []);
}

#[test]
fn a_period_of_a_ready_made_callback_that_is_never_due_is_noted() {
    let mut trainer = trainer().epochs(3);
    trainer.plan().add(Block).every(Period::epochs(5));
    trainer.check().unwrap();
    assert!(never_run(trainer.plan()).contains(&"on_train_end"));
}

#[test]
fn a_ready_made_callback_still_needs_its_state() {
    struct Reader;
    #[callback(register = false, ready_made)]
    impl Reader {
        fn on_train_end(&self, _: &String) {}
    }
    let error = trainer().callback(Reader).check().unwrap_err();
    assert_eq!(error.problems()[0].kind(), ProblemKind::Missing);
}

/// The notes of the plans of fits, evaluations, predictions and drivers with each callback of the shelf.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn add<L: Loop>(&mut self, name: &str, plan: &Plan<L>) {
        let notes = plan.notes().iter();
        self.0.extend(notes.map(|note| format!("{name}: {note}")));
    }

    fn fit<C: Callback<Fit> + Send>(&mut self, name: &str, callback: C) {
        let mut trainer = trainer().state(Weights::new()).callback(callback);
        let _ = trainer.fit(inputs([1.0])).unwrap();
        self.add(name, trainer.plan());
        let _ = trainer.evaluate(inputs([1.0])).unwrap();
        self.add(name, trainer.plan());
        let _ = trainer.predict(inputs([1.0])).unwrap();
        self.add(name, trainer.plan());
    }

    fn drive<C: Callback<Driver> + Send>(&mut self, name: &str, callback: C) {
        let mut driver = furnished(walk()).callback(callback);
        let _ = driver.run(3).unwrap();
        self.add(name, driver.plan());
    }

    fn relax<C: Callback<Relax> + Send>(&mut self, name: &str, callback: C) {
        let (mut plan, mut state) = (Plan::new(), State::new());
        state.insert(Energy(1.0));
        furnish(&mut state);
        plan.add(callback);
        let _ = relax(&mut plan, &mut state, 3).unwrap();
        self.add(name, &plan);
    }
}

impl EachCallback for Notes {
    fn of_all<C>(&mut self, name: &'static str, make: fn(&Stage) -> C)
    where
        C: Callback<Fit> + Callback<Driver> + Callback<Relax> + Send,
    {
        self.fit(name, make(&Stage::new("train_loss")));
        self.drive(name, make(&Stage::new("place")));
        self.relax(name, make(&Stage::new("energy")));
    }

    fn of_fit<C: Callback<Fit> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        self.fit(name, make(&Stage::new("train_loss")));
    }

    fn of_driver<C: Callback<Driver> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        self.drive(name, make(&Stage::new("place")));
    }
}

#[test]
fn no_callback_of_the_shelf_is_noted() {
    let mut notes = Notes::default();
    each_callback(&mut notes);
    assert!(notes.0.is_empty(), "{:#?}", notes.0);
}
