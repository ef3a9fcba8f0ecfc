//! A plan that is wrong says all that is wrong with it, and where, before anything runs.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Epoch, Fit, LearningRate, Loss, Trainer};
use callbacks::{
    Attach, Callback, CallbackInfo, Ctx, Handlers, Local, LocalMut, Location, Plan, PlanError,
    Problem, ProblemKind, State,
};
use std::cell::Cell;
use std::rc::Rc;
use support::journal::Journal;
use support::line::{Line, inputs};

/// State without a provider.
struct Nowhere;

/// A callback with five faults, each on a line of its own.
struct Faulty {
    entered: Rc<Cell<u32>>,
}

impl Faulty {
    fn enter(&self) {
        self.entered.set(self.entered.get() + 1);
    }

    fn missing(&mut self, _: &Nowhere) {}

    fn too_early(&mut self, _: &Loss) {}

    fn twice(&mut self, _: &mut LearningRate, _: &mut LearningRate) {}
}

const FIRST_LINE: u32 = line!() + 5;

impl Callback<Fit> for Faulty {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_enter(Self::enter);
        h.on(Fit::on_epoch_end, Self::missing);
        h.on(Fit::on_train_batch_begin, Self::too_early);
        h.on(Fit::on_train_batch_end, Self::twice);
    }
}

fn check(plan: &mut Plan<Fit>) -> PlanError {
    plan.check(&State::new()).unwrap_err()
}

/// What a problem must say: its kind, callback, breakpoint, type and line.
type Summary<'p> = (ProblemKind, &'p str, Option<&'p str>, Option<&'p str>, u32);

fn summary(problem: &Problem) -> Summary<'_> {
    assert_eq!(problem.location().file(), file!());
    (
        problem.kind(),
        problem.callback(),
        problem.breakpoint(),
        problem.state(),
        problem.location().line(),
    )
}

/// A plan that is wrong in five ways, and the line before that of its second to last fault.
fn wrong_in_five_ways(entered: &Rc<Cell<u32>>) -> (Plan<Fit>, u32) {
    let mut plan = Plan::<Fit>::new();
    let entered = entered.clone();
    plan.add_local(Faulty { entered }).named("faulty");
    plan.on(Fit::on_fit_end, || {}).named("twin");
    let line = line!();
    plan.on(Fit::on_fit_end, || {}).named("twin");
    plan.on(Fit::on_fit_end, || {}).weight(f64::NAN);
    (plan, line)
}

#[test]
fn a_plan_that_is_wrong_in_five_ways_says_five_things_in_one_error() {
    use ProblemKind::{Clash, Missing, NotHere, SameName, Weight};
    let (mut plan, line) = wrong_in_five_ways(&Rc::default());
    let error = check(&mut plan);
    let all: Vec<_> = error.problems().iter().map(summary).collect();
    let faulty = |kind, at, state, nth| (kind, "faulty", Some(at), Some(state), FIRST_LINE + nth);
    let expected: [Summary<'_>; 5] = [
        faulty(Missing, "on_epoch_end", "Nowhere", 0),
        faulty(NotHere, "on_train_batch_begin", "Loss", 1),
        faulty(Clash, "on_train_batch_end", "LearningRate", 2),
        (SameName, "twin", None, None, line + 1),
        (Weight, "closure", None, None, line + 2),
    ];
    assert_eq!(all, expected);
}

#[test]
fn of_a_plan_that_is_wrong_nothing_runs() {
    let (entered, body_ran) = (Rc::new(Cell::new(0)), Cell::new(false));
    let (mut plan, _) = wrong_in_five_ways(&entered);
    let result = plan.run(&mut State::new(), |_| {
        body_ran.set(true);
        Ok(())
    });
    assert_eq!(result.unwrap_err().problems().len(), 5);
    assert_eq!(entered.get(), 0);
    assert!(!body_ran.get());
}

#[test]
fn the_report_names_callback_breakpoint_type_place_and_what_to_write_instead() {
    let mut plan = Plan::<Fit>::new();
    plan.add_local(Faulty {
        entered: Rc::default(),
    });
    let text = check(&mut plan).to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "the plan has 3 problems");
    let place = |nth| format!("{}:{}: Faulty at ", file!(), FIRST_LINE + nth);
    assert!(lines[1].trim_start().starts_with(&place(0)), "{text}");
    assert!(lines[1].ends_with("nothing provides `Nowhere`"), "{text}");
    assert!(lines[2].contains("Option<&Nowhere>"), "{text}");
    assert!(lines[3].trim_start().starts_with(&place(1)), "{text}");
    assert!(lines[3].ends_with("`Loss` does not exist here"), "{text}");
    assert!(lines[4].contains("on_train_batch_after_loss"), "{text}");
    assert!(lines[5].contains("Option<&Loss>"), "{text}");
    assert!(lines[6].contains("`LearningRate` twice"), "{text}");
    let hints = lines.iter().filter(|line| line.starts_with("    "));
    assert!(hints.clone().count() >= 3, "{text}");
    assert!(
        hints.into_iter().all(|hint| hint.chars().count() <= 100),
        "{text}"
    );
}

#[test]
fn a_plan_that_was_refused_is_refused_again_and_runs_once_it_is_mended() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_fit_begin, |_: &Nowhere| {});
    assert_eq!(check(&mut plan), check(&mut plan));
    let mut state = State::new();
    state.insert(Nowhere);
    assert!(plan.check(&state).is_ok());
    let outcome = plan
        .run(&mut state, |run| run.scope(Fit::FIT, |_| Ok(())).map(drop))
        .unwrap();
    assert!(outcome.is_finished());
}

#[test]
fn a_thousand_problems_stay_readable() {
    let mut plan = Plan::<Fit>::new();
    for _ in 0..1000 {
        plan.on(Fit::on_epoch_end, |_: &Nowhere| {});
    }
    let error = check(&mut plan);
    assert_eq!(error.problems().len(), 1000);
    let text = error.to_string();
    // Each has a line, and one for its hint.
    assert_eq!(text.lines().count(), 1 + 2 * 20 + 1);
    assert_eq!(text.lines().next(), Some("the plan has 1000 problems"));
    assert!(text.lines().last().unwrap().contains("980 more"));
}

/// Attaches handlers whose parameters clash, each on the line after the one before.
fn clashing(plan: &mut Plan<Fit>) -> u32 {
    let (line, at) = (line!(), Fit::on_epoch_end);
    plan.on(at, |_: Ctx<'_>, _: &Epoch| {});
    plan.on(at, |_: &Epoch, _: Ctx<'_>| {});
    plan.on(at, |_: Ctx<'_>, _: Ctx<'_>| {});
    plan.on(at, |_: &Epoch, _: &mut Epoch| {});
    plan.on(at, |_: Option<&mut Epoch>, _: &Epoch| {});
    plan.on(at, |_: Option<&mut Epoch>, _: Local<'_, Epoch>| {});
    plan.on(at, |_: LocalMut<'_, Epoch>, _: &mut Epoch| {});
    line
}

#[test]
fn parameters_that_cannot_be_held_together_are_found_whatever_they_are_written_as() {
    let mut plan = Plan::new();
    let line = clashing(&mut plan);
    let error = check(&mut plan);
    let lines: Vec<u32> = error
        .problems()
        .iter()
        .map(|one| one.location().line())
        .collect();
    assert_eq!(lines, (line + 1..=line + 7).collect::<Vec<_>>());
    assert!(
        error
            .problems()
            .iter()
            .all(|one| one.kind() == ProblemKind::Clash)
    );
    assert!(
        error.problems()[..3]
            .iter()
            .all(|one| one.to_string().contains("`Ctx`"))
    );
}

#[test]
fn two_readers_of_the_same_state_do_not_clash() {
    let mut plan = Plan::<Fit>::new();
    plan.on(
        Fit::on_epoch_end,
        |_: &Epoch, _: Option<&Epoch>, _: Local<'_, Epoch>| {},
    );
    assert!(plan.check(&State::new()).is_ok());
}

#[test]
fn an_option_is_never_a_problem() {
    let mut plan = Plan::<Fit>::new();
    plan.on(
        Fit::on_fit_begin,
        |_: Option<&Nowhere>, _: Option<&mut Loss>| {},
    );
    assert!(plan.check(&State::new()).is_ok());
}

#[test]
fn a_handler_that_can_never_run_here_is_a_note_and_no_error() {
    let mut trainer = Trainer::new(Line::new(&Journal::default()));
    let plan = trainer.plan();
    let line = line!() + 1;
    plan.on(Fit::on_valid_end, |_: &Nowhere| {}).named("waits");
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert!(fitted.outcome.is_finished());
    let notes: Vec<_> = trainer.plan().notes().iter().map(summary).collect();
    assert_eq!(
        notes,
        [(
            ProblemKind::NeverRuns,
            "waits",
            Some("on_valid_end"),
            None,
            line
        )]
    );
    assert!(
        trainer.plan().notes()[0]
            .to_string()
            .contains("no validation data")
    );
}

#[test]
fn a_handler_of_a_fit_can_never_run_in_an_evaluation_or_a_prediction() {
    let mut trainer = Trainer::new(Line::new(&Journal::default()));
    trainer.plan().on(Fit::on_epoch_end, || {});
    let note = |trainer: &mut Trainer<Line>| {
        let note = trainer.plan().notes().first();
        note.map(ToString::to_string).unwrap_or_default()
    };
    let evaluated = trainer.evaluate(inputs([1.0])).unwrap();
    assert!(evaluated.outcome.is_finished());
    let text = note(&mut trainer);
    assert!(text.ends_with("this is an evaluation"), "{text}");
    let predicted = trainer.predict(inputs([1.0])).unwrap();
    assert!(predicted.outcome.is_finished());
    let text = note(&mut trainer);
    assert!(text.ends_with("this is a prediction"), "{text}");
}

mod other {
    /// Not the loop's.
    pub(super) struct Loss;
}

#[test]
fn a_type_of_the_same_name_from_another_module_is_pointed_out() {
    let mut plan = Plan::<Fit>::new();
    plan.on(Fit::on_train_batch_end, |_: &other::Loss| {});
    let text = check(&mut plan).to_string();
    assert!(text.contains("problems::other::Loss"), "{text}");
    assert!(
        text.contains("another type of that name, `callbacks::fit::loss::Loss`"),
        "{text}"
    );
}

#[test]
fn a_required_callback_that_is_not_registered_gets_the_advice_to_link_its_crate() {
    let mut plan = Plan::<Fit>::new();
    let line = line!() + 1;
    plan.require("ProgressBar");
    let error = check(&mut plan);
    assert_eq!(
        summary(&error.problems()[0]),
        (ProblemKind::Required, "ProgressBar", None, None, line)
    );
    assert!(
        error.to_string().contains("callbacks::link!(that_crate);"),
        "{error}"
    );
}

#[test]
fn state_that_is_provided_twice_is_reported_where_the_second_is_provided() {
    let mut plan = Plan::<Fit>::new();
    plan.expect(|states| states.always::<Epoch>());
    let error = check(&mut plan);
    let [problem] = error.problems() else {
        panic!("one problem: {error}");
    };
    assert_eq!(problem.kind(), ProblemKind::TwoProviders);
    assert_eq!(problem.state(), Some("Epoch"));
    assert_eq!(problem.location().file(), file!());
}

/// Panics when asked for its handlers.
struct Shy;

impl Callback<Fit> for Shy {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::new("Shy", Location::new("shy.rs", 7, 1))
    }

    fn handlers(&self, _: &mut Handlers<Fit, Self>) {
        std::panic::resume_unwind(Box::new("go away"));
    }
}

#[test]
fn a_callback_that_panics_when_asked_for_its_handlers_is_a_problem_beside_the_others() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Shy);
    plan.on(Fit::on_epoch_end, |_: &Nowhere| {});
    let error = check(&mut plan);
    let mut kinds: Vec<_> = error
        .problems()
        .iter()
        .map(|one| (one.kind(), one.callback()))
        .collect();
    kinds.sort_by_key(|(_, callback)| *callback);
    assert_eq!(
        kinds,
        [
            (ProblemKind::Panicked, "Shy"),
            (ProblemKind::Missing, "closure")
        ]
    );
}
