//! A handler may return a `Result` of a `Result`: each error is reported as itself.

mod support {
    pub(crate) mod relax;
}

use callbacks::{Cause, Flow, Plan, State};
use std::fmt;
use std::num::ParseIntError;
use support::relax::{Relax, relax};

/// An error of another type than the one that parsing has.
#[derive(Debug)]
struct NoDisk;

impl fmt::Display for NoDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no disk")
    }
}

impl std::error::Error for NoDisk {}

/// The text of the error that a run with this handler fails with, and whether it is of type `E`.
fn failure<E: std::error::Error + 'static>(plan: &mut Plan<Relax>) -> (String, bool) {
    let outcome = plan.run(&mut State::new(), |run| relax(run, 1)).unwrap();
    let failure = outcome.failed().expect("the handler fails");
    let of_type = matches!(failure.cause(), Cause::Error(error) if error.is::<E>());
    (failure.cause().to_string(), of_type)
}

#[test]
fn the_outer_error_is_reported_as_itself() {
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || {
        Err::<Result<(), ParseIntError>, _>(NoDisk)
    });
    assert_eq!(failure::<NoDisk>(&mut plan), ("no disk".to_owned(), true));
}

#[test]
fn the_inner_error_is_reported_as_itself() {
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || {
        Ok::<_, NoDisk>("a".parse::<u8>().map(drop))
    });
    let text = "invalid digit found in string".to_owned();
    assert_eq!(failure::<ParseIntError>(&mut plan), (text, true));
}

#[test]
fn errors_of_three_results_are_reported_as_themselves() {
    type Three = Result<Result<Result<Flow, NoDisk>, ParseIntError>, fmt::Error>;
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || -> Three { Ok(Ok(Err(NoDisk))) });
    assert_eq!(failure::<NoDisk>(&mut plan), ("no disk".to_owned(), true));
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || -> Three {
        Ok(Err("a".parse::<u8>().unwrap_err()))
    });
    assert!(failure::<ParseIntError>(&mut plan).1);
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || -> Three { Err(fmt::Error) });
    assert!(failure::<fmt::Error>(&mut plan).1);
}

#[test]
fn a_flow_inside_of_two_results_acts() {
    let mut plan = Plan::new();
    plan.on(Relax::ON_FORCE, || {
        Ok::<Result<Flow, ParseIntError>, NoDisk>(Ok(Flow::stop("enough")))
    });
    let outcome = plan.run(&mut State::new(), |run| relax(run, 3)).unwrap();
    assert_eq!(
        outcome.stopped().map(callbacks::Stop::reason),
        Some("enough")
    );
}
