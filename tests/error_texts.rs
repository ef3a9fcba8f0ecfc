//! People read errors: `fn main() -> Result<(), Box<dyn Error>>`, `unwrap` and `expect` print the text that `Display` writes.

mod support {
    pub(crate) mod relax;
}

use callbacks::driver::{Driven, DrivenError, TooManyRejections, VariationalDriver, Verdict};
use callbacks::fit::SaveParameters;
use callbacks::shelf::{CutMix, MixError, Mixup, NotAFile, Pairs, SanityCheckError, SaveState};
use callbacks::{
    Attach, BoxError, Driver, Failure, Flow, OnFailure, Outcome, Parameters, Period, Periods, Plan,
    PlanError, Record, State,
};
use std::error::Error;
use std::fmt::{Debug, Display};
use std::io::{self, Read, Write};
use support::relax::{Relax, relax};

#[track_caller]
fn assert_same(value: &(impl Debug + Display)) {
    let text = value.to_string();
    assert!(!text.is_empty());
    assert_eq!(format!("{value:?}"), text);
    assert_eq!(format!("{value:#?}"), text);
}

/// Checks a plan with two problems.
fn check() -> Result<(), PlanError> {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, |_: &String| {}).named("one");
    plan.on(Relax::ON_FORCE, |_: &Vec<u8>| {}).named("two");
    plan.check(&State::new())
}

fn plan_error() -> PlanError {
    check().unwrap_err()
}

/// A failure with a later one.
fn failure() -> Failure {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, || Err::<(), _>("the disk is full"));
    plan.on(Relax::ON_EXIT, || -> () { panic!("no exit") });
    let outcome = plan.run(&mut State::new(), |run| relax(run, 1)).unwrap();
    outcome.ok().unwrap_err()
}

#[test]
fn a_program_that_returns_the_error_of_a_plan_prints_the_report() {
    fn main() -> Result<(), Box<dyn Error>> {
        Ok(check()?)
    }
    let printed = format!("Error: {:?}", main().unwrap_err());
    assert!(
        printed.starts_with("Error: the plan has 2 problems\n  "),
        "{printed}"
    );
    assert!(
        printed.contains("one at on_force: nothing provides `String`\n"),
        "{printed}"
    );
}

#[test]
fn a_program_that_returns_a_failure_prints_where_and_why() {
    fn main() -> Result<(), Box<dyn Error>> {
        Err(failure())?
    }
    let printed = format!("Error: {:?}", main().unwrap_err());
    assert!(
        printed.starts_with("Error: closure at on_force ("),
        "{printed}"
    );
    assert!(
        printed.contains("): the disk is full\n  later, closure#2 at on_exit ("),
        "{printed}"
    );
}

#[test]
fn an_unwrapped_error_prints_its_text() {
    let text = plan_error().to_string();
    let caught = std::panic::catch_unwind(|| check().unwrap());
    let message = caught.unwrap_err().downcast::<String>().unwrap();
    assert!(message.ends_with(&text), "{message}");
}

#[test]
fn the_parts_of_an_error_print_their_text() {
    plan_error().problems().iter().for_each(assert_same);
    let failure = failure();
    assert_same(failure.origin());
    assert_same(failure.cause());
    failure.later().for_each(assert_same);
}

#[test]
fn the_errors_of_the_runtime_print_their_text() {
    assert_same(&plan_error());
    assert_same(&failure());
    assert_same(&"stesp = 10".parse::<Period>().unwrap_err());
    assert_same(
        &Periods::default()
            .keep("save", "on_epoch_end", 0, &[7])
            .unwrap_err(),
    );
    let mut lent = 1_u32;
    State::new().lend(&mut lent, |mut ctx| {
        assert_same(&ctx.remove::<u32>().unwrap_err());
    });
}

#[test]
fn an_outcome_prints_its_stop_and_what_it_swallowed_as_text() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::BEFORE_STEP, || Err::<(), _>("no network"))
        .on_failure(OnFailure::Warn);
    plan.on(Relax::ON_FORCE, || Flow::stop("cold"))
        .named("patience");
    let outcome = plan.run(&mut State::new(), |run| relax(run, 1)).unwrap();
    let stop = outcome.stopped().unwrap();
    assert_same(stop);
    let printed = format!("{outcome:?}");
    assert!(printed.contains(&format!("Stopped({stop})")), "{printed}");
    assert!(printed.contains(": no network"), "{printed}");
}

/// A system that cannot draw samples if `is_dry`.
struct Dry(bool);

impl Driven for Dry {
    type Samples = ();
    type Update = ();

    fn sample(&mut self) -> Result<(), BoxError> {
        if self.0 {
            Err("no sample".into())
        } else {
            Ok(())
        }
    }

    fn compute_loss_and_update(&mut self, (): &(), _: &mut Record) -> Result<(), BoxError> {
        Ok(())
    }

    fn update_parameters(&mut self, (): &()) -> Result<(), BoxError> {
        Ok(())
    }
}

impl SaveParameters for Dry {
    fn save(&self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn load(&mut self, _: &mut dyn Read) -> io::Result<()> {
        Ok(())
    }
}

/// Compares the texts of the cause of a failed run, which is an `E`.
#[track_caller]
fn assert_cause<E: Error + 'static>(outcome: &Outcome) {
    let failure = outcome.failed().expect("the run failed");
    let cause = failure.source().and_then(|cause| cause.downcast_ref::<E>());
    assert_same(cause.expect("the cause is of the type"));
}

#[test]
fn the_causes_of_failed_drivers_print_their_text() {
    let dry = VariationalDriver::new(Dry(true)).run(1).unwrap();
    assert_cause::<DrivenError>(&dry);
    let mut picky = VariationalDriver::new(Dry(false)).retry_limit(2);
    picky
        .plan()
        .on(Driver::on_compute_update_end, || Verdict::Reject);
    assert_cause::<TooManyRejections>(&picky.run(1).unwrap());
    let folder = SaveState::<Dry>::to_file(Period::steps(1), |_| std::env::temp_dir());
    let saved = VariationalDriver::new(Dry(false))
        .callback(folder)
        .run(1)
        .unwrap();
    assert_cause::<NotAFile>(&saved);
}

#[test]
fn every_error_type_is_an_error_that_can_be_sent() {
    fn is_error<E: Error + Send + Sync + 'static>() {}
    is_error::<PlanError>();
    is_error::<Failure>();
    is_error::<callbacks::NotLent>();
    is_error::<callbacks::NotOwned>();
    is_error::<callbacks::PeriodError>();
    is_error::<callbacks::UnreadablePeriod>();
    is_error::<callbacks::metrics::MetricError>();
    is_error::<DrivenError>();
    is_error::<TooManyRejections>();
    is_error::<NotAFile>();
    is_error::<SanityCheckError>();
    is_error::<MixError>();
}

#[test]
fn a_program_that_returns_a_boxed_error_accepts_every_error() {
    #[derive(Clone, callbacks::Parameters)]
    struct Model(f64);
    fn main() -> Result<(), BoxError> {
        let model = Model(1.0);
        let _snapshot = model.snapshot()?;
        let mut copy = model.clone();
        copy.restore(&model.snapshot()?)?;
        Pairs::new(vec![0], vec![1.0])?.check(1)?;
        check()?;
        Ok(())
    }
    /// The errors that are types convert into a box without `Send` and `Sync`, too.
    fn plain() -> Result<(), Box<dyn Error>> {
        Mixup::<()>::new(1.0).pairs(2, 1, 1)?.check(2)?;
        CutMix::<()>::new(1.0).patch(3, (4, 4), 1, 1)?;
        Pairs::new(vec![0], vec![])?;
        Ok(())
    }
    assert!(main().unwrap_err().is::<PlanError>());
    let error = plain().unwrap_err();
    assert_eq!(error.to_string(), "1 partners and 0 weights; give as many");
    assert_same(error.downcast_ref::<MixError>().unwrap());
}
