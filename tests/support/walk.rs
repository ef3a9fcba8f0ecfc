//! A walker that a driver drives: its arithmetic can be done in one's head, and it writes down what it is asked to do.
#![allow(dead_code, reason = "no test uses all of it")]

use super::journal::Journal;
use super::tracer::Tracer;
use callbacks::driver::{Driven, Driver, Rollback, Time, VariationalDriver, Verdict};
use callbacks::fit::Step;
use callbacks::persist::Fields;
use callbacks::{Attach, BoxError, Record};

/// Goes half a unit with each step, which takes half a unit of time.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) x: f64,
    /// How many samples have been drawn.
    pub(crate) drawn: u32,
    /// Its own rule rejects until so many have been.
    pub(crate) refuse_until: u32,
    pub(crate) journal: Journal,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place(pub(crate) f64);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Move(pub(crate) f64);

impl Walk {
    pub(crate) fn new(journal: &Journal) -> Self {
        Self {
            x: 0.0,
            drawn: 0,
            refuse_until: 0,
            journal: journal.clone(),
        }
    }
}

impl Driven for Walk {
    type Samples = Place;
    type Update = Move;

    fn reset_step(&mut self) {
        self.journal.note("reset");
    }

    fn sample(&mut self) -> Result<Place, BoxError> {
        self.drawn += 1;
        self.journal.note("sample");
        Ok(Place(f64::from(self.drawn)))
    }

    fn compute_loss_and_update(
        &mut self,
        place: &Place,
        record: &mut Record,
    ) -> Result<Move, BoxError> {
        self.journal.note(format!("compute from {}", place.0));
        record.set("place", place.0);
        Ok(Move(0.5))
    }

    fn judge(&mut self, _: &Move, _: &Record) -> Verdict {
        self.journal.note("judge");
        Verdict::reject_if(self.drawn < self.refuse_until)
    }

    fn update_parameters(&mut self, by: &Move) -> Result<(), BoxError> {
        self.journal.note(format!("update by {}", by.0));
        self.x += by.0;
        Ok(())
    }

    fn time(&self) -> Time {
        Time::new(self.x)
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters", &mut self.x);
    }
}

impl Rollback for Walk {
    type Snapshot = u32;

    fn snapshot(&self) -> u32 {
        self.drawn
    }

    fn restore(&mut self, drawn: &u32) {
        self.drawn = *drawn;
    }
}

/// A driver of a walker that writes into a journal of its own, which is not read.
pub(crate) fn walk() -> VariationalDriver<Walk> {
    VariationalDriver::new(Walk::new(&Journal::default()))
}

/// What happens in a step of the walker.
pub(crate) const STEP: [&str; 10] = [
    "on_step_start",
    "reset",
    "on_compute_update_start",
    "sample",
    "compute from 1",
    "on_compute_update_end",
    "judge",
    "before_parameter_update",
    "update by 0.5",
    "on_step_end",
];

/// A driver of a walker; callbacks and walker write into one journal.
pub(crate) fn traced() -> (VariationalDriver<Walk>, Journal) {
    let journal = Journal::default();
    let driver = VariationalDriver::new(Walk::new(&journal)).plan_with(|plan| {
        plan.add_local(Tracer(journal.clone()));
    });
    (driver, journal)
}

/// Runs to its end.
pub(crate) fn finish(driver: &mut VariationalDriver<Walk>, steps: u64) {
    let outcome = driver.run(steps).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
}

/// What was logged of the place in each step that came to its end.
pub(crate) fn places_logged(driver: VariationalDriver<Walk>) -> (VariationalDriver<Walk>, Journal) {
    let journal = Journal::default();
    let note = journal.clone();
    let driver = driver.on(Driver::on_step_end, move |step: &Step, record: &Record| {
        note.note(format!("{step}: {record}"));
    });
    (driver, journal)
}
