//! Steps of the driver that do not come to their end: what is left of them, and what a rollback makes of them.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::float_cmp,
    reason = "a handler's parameters are what the runtime hands it; the walker's arithmetic is exact"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{
    Attempt, Driven, Driver, RejectedAttempts, Samples, Time, VariationalDriver, Verdict,
    reject_if, stop_if,
};
use callbacks::fit::Step;
use callbacks::{At, Attach, BoxError, Breakpoint, Flow, Record};
use std::panic::resume_unwind;
use support::journal::Journal;
use support::walk::{Move, Place, Walk, finish, places_logged, walk};

/// What ends a run at a breakpoint.
const ENDS: [fn() -> Result<Flow, &'static str>; 5] = [
    || Ok(Flow::stop("enough")),
    || Ok(Flow::interrupt("SIGINT")),
    || Ok(Flow::leave(Driver::RUN)),
    || Err("broken"),
    // A panic that does not fill the terminal.
    || resume_unwind(Box::new("frightened")),
];

/// Where samples or an update are there.
const WITHIN: [At<Driver>; 3] = [
    Driver::on_compute_update_start,
    Driver::before_parameter_update,
    Driver::on_step_end,
];

/// Notes what there is of a step wherever a run ends.
fn see_the_ending<D>(driver: &mut VariationalDriver<D>) -> Journal
where
    D: Driven<Samples = Place, Update = Move>,
{
    let journal = Journal::default();
    let endings = [
        Driver::on_stop,
        Driver::on_interrupt,
        Driver::on_run_error,
        Driver::on_run_end,
    ];
    for at in endings {
        let note = journal.clone();
        let see = move |samples: &Samples<Place>, update: Option<&Move>, at: &Breakpoint| {
            note.note(format!("{at}: {:?} {update:?}", samples.get()));
        };
        driver.plan().on(at, see);
    }
    journal
}

#[test]
fn handlers_of_an_ending_find_no_samples_and_no_update() {
    for at in WITHIN {
        for end in ENDS {
            let inject = |samples: &mut Samples<Place>| {
                samples.set(Place(7.0));
            };
            let mut driver = walk()
                .on(Driver::on_compute_update_start, inject)
                .on(at, end);
            let journal = see_the_ending(&mut driver);
            let _ = driver.run(1).unwrap();
            let text = journal.take();
            assert!(!text.is_empty());
            assert!(
                text.iter().all(|line| line.ends_with(": None None")),
                "{text:?}"
            );
        }
    }
}

/// What is driven panics where the samples, and then the update, are there.
struct Fragile {
    breaks_in_judge: bool,
}

impl Driven for Fragile {
    type Samples = Place;
    type Update = Move;

    fn sample(&mut self) -> Result<Place, BoxError> {
        Ok(Place(1.0))
    }

    fn compute_loss_and_update(&mut self, _: &Place, _: &mut Record) -> Result<Move, BoxError> {
        if self.breaks_in_judge {
            return Ok(Move(0.5));
        }
        resume_unwind(Box::new("frightened"))
    }

    fn judge(&mut self, _: &Move, _: &Record) -> Verdict {
        resume_unwind(Box::new("frightened"))
    }

    fn update_parameters(&mut self, _: &Move) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn nor_does_a_handler_of_a_panic_of_the_driven() {
    for breaks_in_judge in [false, true] {
        let mut driver = VariationalDriver::new(Fragile { breaks_in_judge });
        let journal = see_the_ending(&mut driver);
        assert!(driver.run(1).unwrap().failed().is_some());
        assert_eq!(journal.take(), ["on_run_error: None None"]);
    }
}

/// An update whose `Drop` panics.
struct Unstable;

impl Drop for Unstable {
    fn drop(&mut self) {
        // A panic that does not fill the terminal.
        resume_unwind(Box::new("the update panics"));
    }
}

/// A system whose updates are unstable, and fail.
struct WithUnstableUpdates;

impl Driven for WithUnstableUpdates {
    type Samples = Place;
    type Update = Unstable;

    fn sample(&mut self) -> Result<Place, BoxError> {
        Ok(Place(1.0))
    }

    fn compute_loss_and_update(&mut self, _: &Place, _: &mut Record) -> Result<Unstable, BoxError> {
        Ok(Unstable)
    }

    fn update_parameters(&mut self, _: &Unstable) -> Result<(), BoxError> {
        Err("broken".into())
    }
}

#[test]
fn samples_are_removed_although_the_drop_of_the_update_panics() {
    let journal = Journal::default();
    let note = journal.clone();
    let mut driver = VariationalDriver::new(WithUnstableUpdates).on(
        Driver::on_run_error,
        move |samples: &Samples<Place>, update: Option<&Unstable>| {
            note.note(format!("{:?} {}", samples.get(), update.is_some()));
        },
    );
    let outcome = driver.run(1).unwrap();
    assert!(outcome.failed().unwrap().to_string().contains("broken"));
    assert_eq!(journal.take(), ["None false"]);
}

/// Rejects every update of a run's first attempt and stops there, so often.
fn rejected_and_stopped(
    driver: VariationalDriver<Walk>,
    mut times: u32,
) -> VariationalDriver<Walk> {
    let mut stops = move || {
        let is_due = times > 0;
        times = times.saturating_sub(1);
        is_due
    };
    let first = |step: &Step, attempt: &Attempt| step.get() == 1 && attempt.get() == 1;
    driver
        .on(Driver::on_compute_update_end, reject_if(first))
        .on(
            Driver::on_compute_update_end,
            stop_if("enough", move |step: &Step| step.get() == 1 && stops()),
        )
}

#[test]
fn a_stop_wins_over_a_rejection_and_the_attempt_is_neither_accepted_nor_rejected() {
    let mut driver = rejected_and_stopped(walk(), 1);
    assert!(driver.run(2).unwrap().stopped().is_some());
    assert_eq!((driver.step(), driver.driven().x), (Step::new(1), 0.5));
    let rejected = driver.get::<RejectedAttempts>().unwrap();
    assert_eq!(rejected.iter().count(), 0);
    // As NetKet's, the sampler has moved on.
    assert_eq!(driver.driven().drawn, 2);
}

#[test]
fn with_a_rollback_a_step_that_was_stopped_before_its_update_has_not_been() {
    let mut driver = rejected_and_stopped(walk().rollback(), 1);
    assert!(driver.run(2).unwrap().stopped().is_some());
    assert_eq!((driver.step(), driver.driven().drawn), (Step::new(1), 1));
    for at in [Driver::on_step_start, Driver::before_parameter_update] {
        for end in &ENDS[..3] {
            let mut driver = walk().rollback().on(at, end);
            let _ = driver.run(1).unwrap();
            assert_eq!((driver.step(), driver.driven().drawn), (Step::new(0), 0));
        }
    }
}

#[test]
fn a_run_that_goes_on_after_a_stop_is_the_run_that_was_not_stopped() {
    let (mut whole, all) = places_logged(walk().rollback());
    finish(&mut whole, 3);
    let (driver, logged) = places_logged(walk().rollback());
    let mut driver = rejected_and_stopped(driver, 2);
    while driver.step().get() < 3 {
        let left = 3 - driver.step().get();
        let _ = driver.run(left).unwrap();
    }
    assert_eq!(logged.take(), all.take());
}

#[test]
fn a_rollback_leaves_a_step_with_an_update_and_one_that_failed_as_they_are() {
    let mut counted = walk()
        .rollback()
        .on(Driver::on_step_end, || Flow::stop("enough"));
    assert!(counted.run(1).unwrap().stopped().is_some());
    assert_eq!((counted.step(), counted.driven().drawn), (Step::new(1), 1));
    let mut failed = walk()
        .rollback()
        .on(Driver::before_parameter_update, ENDS[3]);
    assert!(failed.run(1).unwrap().failed().is_some());
    assert_eq!((failed.step(), failed.driven().drawn), (Step::new(0), 1));
}

#[test]
fn after_a_step_that_was_stopped_the_log_is_that_of_the_last_whole_one() {
    for at in [Driver::on_step_start, Driver::before_parameter_update] {
        for stops_at in [0, 2] {
            let stop = stop_if("enough", move |step: &Step| step.get() == stops_at);
            let journal = Journal::default();
            let note = journal.clone();
            let mut driver = walk()
                .on(at, stop)
                .on(Driver::on_stop, move |record: &Record| {
                    note.note(record.to_string());
                });
            assert!(driver.run(5).unwrap().stopped().is_some());
            let last = if stops_at == 0 { "" } else { "place 2" };
            assert_eq!(journal.take(), [last]);
            assert_eq!(driver.get::<Record>().unwrap().to_string(), last);
        }
    }
}

#[test]
fn a_run_that_is_refused_leaves_what_the_last_one_left() {
    let in_first = |attempt: &Attempt| attempt.get() == 1;
    let mut driver = walk().on(Driver::on_compute_update_end, reject_if(in_first));
    finish(&mut driver, 2);
    driver.plan().on(Driver::on_step_end, |_: &String| {});
    assert!(driver.run(1).is_err());
    assert_eq!(driver.get::<Record>().unwrap().to_string(), "place 4");
    let rejected = driver.get::<RejectedAttempts>().unwrap();
    assert_eq!(rejected.iter().count(), 1);
    assert_eq!(driver.get(), Some(&Attempt::new(2)));
}

/// What is driven fails, or panics, in its third step: where its parameters are updated.
struct Third {
    made: u32,
    panics: bool,
}

impl Driven for Third {
    type Samples = Place;
    type Update = Move;

    fn sample(&mut self) -> Result<Place, BoxError> {
        Ok(Place(1.0))
    }

    fn compute_loss_and_update(&mut self, _: &Place, _: &mut Record) -> Result<Move, BoxError> {
        Ok(Move(0.5))
    }

    fn update_parameters(&mut self, _: &Move) -> Result<(), BoxError> {
        self.made += 1;
        match (self.made, self.panics) {
            (3, true) => resume_unwind(Box::new("frightened")),
            (3, false) => Err("no update".into()),
            _ => Ok(()),
        }
    }
}

#[test]
fn an_error_or_a_panic_of_what_is_driven_says_which_function_it_was_and_in_which_step() {
    let text = |panics| {
        let outcome = VariationalDriver::new(Third { made: 0, panics }).run(9);
        outcome.unwrap().failed().unwrap().cause().to_string()
    };
    assert_eq!(
        text(false),
        "`Driven::update_parameters` in step 3: no update"
    );
    assert_eq!(
        text(true),
        "panicked: `Driven::update_parameters` in step 3: frightened"
    );
}

/// What is driven panics in its second step, in the function of this name.
struct Frightened {
    made: u32,
    by: &'static str,
}

impl Frightened {
    fn passes(&self, function: &str) {
        if self.made == 1 && self.by == function {
            resume_unwind(Box::new("frightened"));
        }
    }
}

/// Panics when it is dropped, if it is said to.
struct Sharp(bool);

impl Drop for Sharp {
    fn drop(&mut self) {
        if self.0 {
            resume_unwind(Box::new("cut"));
        }
    }
}

impl Driven for Frightened {
    type Samples = Place;
    type Update = Sharp;

    fn reset_step(&mut self) {
        self.passes("reset_step");
    }

    fn sample(&mut self) -> Result<Place, BoxError> {
        self.passes("sample");
        Ok(Place(1.0))
    }

    fn compute_loss_and_update(&mut self, _: &Place, _: &mut Record) -> Result<Sharp, BoxError> {
        self.passes("compute_loss_and_update");
        Ok(Sharp(self.made == 1 && self.by.is_empty()))
    }

    fn judge(&mut self, _: &Sharp, _: &Record) -> Verdict {
        self.passes("judge");
        Verdict::Accept
    }

    fn update_parameters(&mut self, _: &Sharp) -> Result<(), BoxError> {
        self.passes("update_parameters");
        self.made += 1;
        Ok(())
    }

    fn time(&self) -> Time {
        self.passes("time");
        Time::new(f64::from(self.made))
    }
}

fn panic_of(by: &'static str) -> String {
    let mut driver = VariationalDriver::new(Frightened { made: 0, by });
    let outcome = driver.run(9).unwrap();
    assert!(driver.get::<Sharp>().is_none());
    outcome.failed().unwrap().cause().to_string()
}

#[test]
fn a_panic_of_each_function_says_which_one_it_was() {
    for function in [
        "reset_step",
        "sample",
        "compute_loss_and_update",
        "judge",
        "update_parameters",
    ] {
        assert_eq!(
            panic_of(function),
            format!("panicked: `Driven::{function}` in step 2: frightened")
        );
    }
    // It is asked when the update has been made, which is the end of the first step.
    assert_eq!(
        panic_of("time"),
        "panicked: `Driven::time` in step 1: frightened"
    );
}

#[test]
fn a_panic_of_an_update_that_is_dropped_is_that_of_no_function() {
    assert_eq!(panic_of(""), "panicked: cut");
}
