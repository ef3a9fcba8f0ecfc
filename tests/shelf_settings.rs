//! Settings of the shelf that cannot be: refused before anything runs, in a fit as in a driver.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driver, VariationalDriver};
use callbacks::fit::{Fit, Trainer};
use callbacks::shelf::{
    ConvergenceStopping, EarlyStopping, InvalidLossStopping, ObservableCallback, SaveState,
};
use callbacks::{Attach, Callback, Period, PlanError, Problem, ProblemKind, Record};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::tracer::Tracer;
use support::walk::{Place, Walk, traced, walk};

/// The problems that a check finds, from the name of the callback on.
fn problems(checked: Result<(), PlanError>) -> Vec<String> {
    let error = checked.expect_err("a setting is not valid");
    let is_setting = |problem: &Problem| problem.kind() == ProblemKind::Setting;
    assert!(error.problems().iter().all(is_setting));
    let texts = error.problems().iter().map(ToString::to_string);
    let after_place = |text: String| text.split(": ").skip(1).collect::<Vec<_>>().join(": ");
    texts.map(after_place).collect()
}

/// The problems that a driver has with a callback: the same in a check and in a run, which does nothing.
fn problems_of_a_driver(callback: impl Callback<Driver> + Send) -> Vec<String> {
    let (driver, journal) = traced();
    let mut driver: VariationalDriver<Walk> = driver.callback(callback);
    let checked = problems(driver.check());
    assert_eq!(problems(driver.run(3).map(drop)), checked);
    assert!(journal.take().is_empty());
    checked
}

/// The same of a fit.
fn problems_of_a_fit(callback: impl Callback<Fit> + Send) -> Vec<String> {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&journal))
        .plan_with(|plan| {
            // It may record any name, also the watched one.
            plan.on(Fit::on_epoch_end, |_: &mut Record| {});
            plan.add_local(Tracer(journal.clone()));
        })
        .callback(callback);
    let checked = problems(trainer.check());
    assert_eq!(problems(trainer.fit(inputs([1.0])).map(drop)), checked);
    assert!(journal.take().is_empty());
    checked
}

fn report<C>(callback: &C) -> Vec<String>
where
    C: Callback<Driver> + Callback<Fit> + Clone + Send,
{
    let texts = problems_of_a_driver(callback.clone());
    assert_eq!(texts, problems_of_a_fit(callback.clone()));
    texts
}

#[test]
fn a_delta_a_baseline_a_goal_or_a_threshold_that_cannot_be_is_refused() {
    let stopping = || EarlyStopping::minimize("place");
    let remedy = "give one that is finite and not negative";
    for delta in [-0.5, f64::NAN, f64::INFINITY] {
        let expected = format!("EarlyStopping: has a `min_delta` of {delta}; {remedy}");
        assert_eq!(report(&stopping().min_delta(delta)), [expected]);
        let expected = format!("EarlyStopping: has a `min_relative_delta` of {delta}; {remedy}");
        assert_eq!(report(&stopping().min_relative_delta(delta)), [expected]);
    }
    let expected = "EarlyStopping: has a `baseline` of NaN; give a number";
    assert_eq!(report(&stopping().baseline(f64::NAN)), [expected]);
    let expected = "EarlyStopping: has a `goal` of NaN; give a number";
    assert_eq!(report(&stopping().goal(f64::NAN)), [expected]);
    let expected = "EarlyStopping: has a `divergence` of NaN; give a number";
    assert_eq!(report(&stopping().divergence(f64::NAN)), [expected]);
}

#[test]
fn settings_that_cannot_be_are_refused_all_together() {
    let stopping = ConvergenceStopping::new("place", f64::NAN);
    let stopping = stopping.smoothing_window(0);
    let expected = [
        "ConvergenceStopping: has a `target` of NaN; give a number",
        "ConvergenceStopping: has a `smoothing_window` of 0; give 1 for no smoothing, or more",
    ];
    assert_eq!(report(&stopping), expected);
}

/// What a plan with a callback says before it runs.
fn refused(callback: impl Callback<Driver> + Send) -> String {
    let (driver, journal) = traced();
    let refused = driver.callback(callback).run(3).unwrap_err().to_string();
    assert!(journal.take().is_empty());
    refused
}

#[test]
fn a_period_that_cannot_be_is_a_problem_of_the_plan() {
    for time in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let place = |walk: &Walk, _: &Place| walk.x;
        let text = refused(ObservableCallback::new("seen", Period::time(time), place));
        let expected = format!("at before_parameter_update: `time = {time}` is no period");
        assert!(text.contains(&expected), "{text}");
    }
    let text = refused(SaveState::new(Period::steps(0), |_: &Walk, _| Ok(())));
    assert!(
        text.contains("SaveState at on_step_end: `steps = 0` is no period"),
        "{text}"
    );
}

#[test]
fn a_plan_tells_how_often_the_shelf_observes_and_saves() {
    let place = |walk: &Walk, _: &Place| walk.x;
    let save = |_: &Walk, _| Ok(());
    let mut driver = walk()
        .callback(ObservableCallback::new("seen", Period::time(0.5), place))
        .callback(SaveState::new(Period::steps(2).last(), save));
    let plan = driver.explain().unwrap();
    let observes = plan.rows(Driver::before_parameter_update)[0].period();
    assert_eq!(observes, Some("every 0.5 of time"));
    let saves = plan.rows(Driver::on_step_end)[0].period();
    assert_eq!(saves, Some("every 2 steps, last"));
}

#[test]
fn settings_at_the_edge_are_taken() {
    let (driver, _) = traced();
    let stopping = EarlyStopping::minimize("place").min_delta(0.0);
    let stopping = stopping.baseline(f64::INFINITY).goal(f64::NEG_INFINITY);
    let mut driver = driver
        .callback(stopping.patience(u64::MAX))
        .callback(ConvergenceStopping::new("place", f64::NEG_INFINITY).smoothing_window(1))
        .callback(InvalidLossStopping::new("place").patience(0));
    assert!(driver.run(3).unwrap().is_finished());
}
