//! A failure, a stop and a problem name the line of the program that attached the callback, and no line of a library.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod relax;
    pub(crate) mod shelf;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::explain::{Listing, Row};
use callbacks::prelude::*;
use callbacks::shelf::{MaxTime, SaveState};
use callbacks::{CallbackInfo, Explanation, Location, Origin};
use std::time::Duration;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::relax::{Relax, relax};
use support::shelf::{EachCallback, Stage, Weights, each_callback, furnish, furnished};
use support::walk::Walk;

breakpoints! {
    /// A loop of this file, so that `discover` finds the callbacks of this file alone.
    pub loop Round { scope ROUND { on_round_begin; on_round_end; } }
}

/// Fails at each round.
#[derive(Default)]
struct Full;

/// The line of the handler of `Full`.
const FULL: u32 = line!() + 4;

#[callback(Round)]
impl Full {
    fn on_round_end(&self) -> Result<(), &'static str> {
        Err("the disk is full")
    }
}

/// Stops at each round; a library of ready-made callbacks could have it.
struct Halt;

#[callback(Round, register = false, ready_made)]
impl Halt {
    fn on_round_begin(&self) -> Flow {
        Flow::stop("enough")
    }
}

/// Stops at a force.
struct ByHand;

impl ByHand {
    fn stop(&self) -> Flow {
        Flow::stop("enough")
    }
}

/// The line at which `ByHand` binds its handler.
const BY_HAND: u32 = line!() + 4;

impl Callback<Relax> for ByHand {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, Self::stop);
    }
}

/// Wraps a callback, and keeps what it declares.
struct Wrapper<C>(C);

impl<L: Loop, C: Callback<L>> Callback<L> for Wrapper<C> {
    fn info(&self) -> CallbackInfo {
        self.0.info()
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.forward(&self.0, |wrapper| &mut wrapper.0);
    }
}

fn run_round(plan: &mut Plan<Round>) -> Outcome {
    let body = |run: &mut Run<'_, Round>| run.scope(Round::ROUND, |_| Ok(())).map(drop);
    plan.run(&mut State::new(), body).unwrap()
}

fn origin(outcome: &Outcome) -> &Origin {
    let stop = outcome.stopped().map(Stop::origin);
    let failure = outcome.failed().map(Failure::origin);
    stop.or(failure).expect("the run was stopped or failed")
}

/// `line` of this file.
fn place(line: u32) -> String {
    format!("{}:{line}", file!())
}

/// Compares where the origin of an ending is attached, which is also all that its text names.
#[track_caller]
fn assert_names_only(outcome: &Outcome, line: u32) {
    let origin = origin(outcome);
    let text = origin.to_string();
    assert!(text.ends_with(&format!(" ({})", place(line))), "{text}");
    assert_eq!(
        origin.attached_at().map(|at| at.to_string()),
        Some(place(line))
    );
    assert_eq!(origin.location(), origin.attached_at());
    assert!(outcome.to_string().contains(&text));
}

#[test]
fn the_stop_of_a_shelf_callback_names_where_it_is_attached() {
    let driver = VariationalDriver::new(Walk::new(&Journal::default()));
    let line = line!() + 1;
    let mut driver = driver.callback(MaxTime::new(Duration::ZERO));
    assert_names_only(&driver.run(3).unwrap(), line);

    let trainer = Trainer::new(Line::new(&Journal::default()));
    let line = line!() + 1;
    let mut trainer = trainer.callback(MaxTime::new(Duration::ZERO));
    assert_names_only(&trainer.fit(inputs([1.0])).unwrap().outcome, line);
}

#[test]
fn the_failure_of_a_shelf_callback_names_where_it_is_attached() {
    let save = SaveState::new(Period::steps(1), |_: &Walk, _| {
        Err("the disk is full".into())
    });
    let mut driver = VariationalDriver::new(Walk::new(&Journal::default()));
    let line = line!() + 1;
    driver.plan().add(save);
    let outcome = driver.run(3).unwrap();
    assert_names_only(&outcome, line);
    let text = format!(
        "failed in SaveState at on_step_end ({}): the disk is full",
        place(line)
    );
    assert_eq!(outcome.to_string(), text);
}

#[test]
fn a_closure_names_where_it_is_attached() {
    let driver = VariationalDriver::new(Walk::new(&Journal::default()));
    let line = line!() + 1;
    let mut driver = driver.on(Driver::on_step_end, || Flow::stop("enough"));
    assert_names_only(&driver.run(3).unwrap(), line);

    let trainer = Trainer::new(Line::new(&Journal::default()));
    let line = line!() + 1;
    let mut trainer = trainer.on(Fit::on_epoch_end, || Flow::stop("enough"));
    assert_names_only(&trainer.fit(inputs([1.0])).unwrap().outcome, line);

    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.on(Round::on_round_begin, || Flow::stop("enough"));
    assert_names_only(&run_round(&mut plan), line);
}

#[test]
fn a_callback_of_the_program_names_its_handler_and_where_it_is_attached() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.add(Full);
    let (handler, attached) = (place(FULL), place(line));
    let text = format!(
        "failed in Full at on_round_end ({handler}, attached at {attached}): the disk is full"
    );
    assert_eq!(run_round(&mut plan).to_string(), text);
    let mut plan = Plan::<Relax>::new();
    let line = line!() + 1;
    plan.add_local(ByHand);
    let outcome = plan.run(&mut State::new(), |run| relax(run, 1)).unwrap();
    let (handler, attached) = (place(BY_HAND), place(line));
    let text = format!("stopped by ByHand at on_force ({handler}, attached at {attached}): enough");
    assert_eq!(outcome.to_string(), text);
}

#[test]
fn a_discovered_callback_names_the_call_that_discovers_it() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.discover();
    let outcome = run_round(&mut plan);
    let origin = origin(&outcome);
    assert_eq!(
        origin.location().map(|at| at.to_string()),
        Some(place(FULL))
    );
    assert_eq!(
        origin.attached_at().map(|at| at.to_string()),
        Some(place(line))
    );
}

#[test]
fn a_callback_that_replaces_another_names_the_call_that_replaces_it() {
    let mut plan = Plan::<Round>::new();
    plan.add(Halt).named("halt");
    let line = line!() + 1;
    assert!(plan.replace_named("halt", Halt));
    assert_names_only(&run_round(&mut plan), line);
    let line = line!() + 1;
    assert!(plan.replace(Halt).is_some());
    assert_names_only(&run_round(&mut plan), line);
}

#[test]
fn a_program_can_have_ready_made_callbacks_of_its_own() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.add(Halt);
    assert_names_only(&run_round(&mut plan), line);
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.add(Wrapper(Halt));
    assert_names_only(&run_round(&mut plan), line);
}

#[test]
fn the_loop_itself_is_not_attached() {
    let outcome = Plan::<Round>::new().run(&mut State::new(), |_| Err("no data".into()));
    assert_eq!(origin(&outcome.unwrap()).attached_at(), None);
}

/// Needs state that nothing provides.
struct Needy;

/// The line of the handler of `Needy`.
const NEEDY: u32 = line!() + 4;

#[callback(Round, register = false)]
impl Needy {
    fn on_round_end(&self, _: &String) {}
}

#[test]
fn the_problem_of_a_handler_names_where_its_callback_is_attached() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.add(Needy);
    let error = plan.check(&State::new()).unwrap_err();
    let problem = &error.problems()[0];
    let (handler, attached) = (place(NEEDY), place(line));
    let start =
        format!("{handler}: Needy at on_round_end (attached at {attached}): nothing provides");
    assert!(problem.to_string().starts_with(&start), "{problem}");
    assert!(error.to_string().contains(&start), "{error}");
    assert_eq!(
        problem.attached_at().map(|at| at.to_string()),
        Some(attached)
    );
}

#[test]
fn the_problem_of_a_callback_names_where_it_is_attached() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.add(Needy).weight(f64::NAN);
    let error = plan.check(&State::new()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&format!(
            ": Needy (attached at {}): its weight is NaN",
            place(line)
        )),
        "{text}"
    );
}

#[test]
fn the_problem_of_a_ready_made_callback_names_where_it_is_attached() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.add(Halt).weight(f64::NAN);
    let error = plan.check(&State::new()).unwrap_err();
    let start = format!("{}: Halt: its weight is NaN", place(line));
    assert!(
        error.problems()[0].to_string().starts_with(&start),
        "{error}"
    );
}

#[test]
fn a_problem_names_one_line_if_both_are_the_same() {
    let mut plan = Plan::<Round>::new();
    let line = line!() + 1;
    plan.on(Round::on_round_end, |_: &String| {});
    let error = plan.check(&State::new()).unwrap_err();
    let start = format!("{}: closure at on_round_end: nothing provides", place(line));
    assert!(
        error.problems()[0].to_string().starts_with(&start),
        "{error}"
    );
}

#[test]
fn the_problem_of_a_shelf_callback_names_where_it_is_attached() {
    let save = SaveState::<Walk>::new(Period::steps(0), |_, _| Ok(()));
    let driver = VariationalDriver::new(Walk::new(&Journal::default()));
    let line = line!() + 1;
    let mut driver = driver.callback(save);
    let error = driver.check().unwrap_err();
    assert_eq!(error.problems()[0].location().to_string(), place(line));
    assert!(!error.to_string().contains("src/shelf"), "{error}");
}

/// Where each callback of the shelf is attached, and the source locations of its handlers.
#[derive(Default)]
struct Locations(Vec<(&'static str, Vec<Location>)>);

impl Locations {
    fn add(&mut self, name: &'static str, explanation: &Explanation) {
        let rows = explanation.breakpoints().iter().flat_map(Listing::rows);
        self.0.push((name, rows.map(Row::location).collect()));
    }
}

impl EachCallback for Locations {
    fn of_all<C>(&mut self, name: &'static str, make: fn(&Stage) -> C)
    where
        C: Callback<Fit> + Callback<Driver> + Callback<foreign_loop::Relax> + Send,
    {
        self.of_fit(name, make);
        self.of_driver(name, make);
        let (mut plan, mut state) = (Plan::<foreign_loop::Relax>::new(), State::new());
        furnish(&mut state);
        plan.add(make(&Stage::new("x")));
        self.add(name, &plan.explain(&state).unwrap());
    }

    fn of_fit<C: Callback<Fit> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        let trainer = Trainer::new(Line::new(&Journal::default()));
        let callback = make(&Stage::new("train_loss"));
        let mut trainer = trainer.state(Weights::new()).callback(callback);
        self.add(name, &trainer.explain().unwrap());
    }

    fn of_driver<C: Callback<Driver> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        let driver = VariationalDriver::new(Walk::new(&Journal::default()));
        let callback = make(&Stage::new("x"));
        let mut driver = furnished(driver).callback(callback);
        self.add(name, &driver.explain().unwrap());
    }
}

#[test]
fn no_callback_of_the_shelf_names_a_line_of_the_shelf() {
    let mut locations = Locations::default();
    each_callback(&mut locations);
    for (name, locations) in locations.0 {
        assert!(!locations.is_empty(), "{name}");
        let here = locations.iter().all(|location| location.file() == file!());
        assert!(here, "{name}: {locations:?}");
    }
}
