//! NetKet's run loop: a test for each row of what we promise of it. Rejected attempts are in `netket_attempts.rs`, endings in
//! `netket_endings.rs`, loggers and stoppers in `shelf_….rs`.
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

use callbacks::driver::{Driver, Samples, Time, VariationalDriver, Verdict, stop_if, stop_unless};
use callbacks::fit::Step;
use callbacks::shelf::{ObservableCallback, SaveState};
use callbacks::{
    At, Attach, Breakpoint, Callback, Flow, Handlers, Local, Loop, Period, Record, Stats, Stop,
    Value,
};
use support::journal::Journal;
use support::walk::{Move, Place, STEP, Walk, finish, places_logged, traced, walk};

#[test]
fn the_same_eight_names_in_the_same_places_and_order() {
    let (mut driver, journal) = traced();
    finish(&mut driver, 1);
    let mut expected = vec!["on_run_start"];
    expected.extend(STEP);
    expected.push("on_run_end");
    assert_eq!(journal.take(), expected);

    let failing = driver.on(Driver::on_step_end, || Err::<(), _>("broken"));
    assert!({ failing }.run(1).unwrap().failed().is_some());
    assert_eq!(journal.take().last().unwrap(), "on_run_error");
}

#[test]
fn zero_steps_begin_and_end_a_run() {
    let (mut driver, journal) = traced();
    finish(&mut driver, 0);
    assert_eq!(journal.take(), ["on_run_start", "on_run_end"]);
}

#[test]
fn the_step_is_the_drivers_own_and_a_second_run_goes_on() {
    let (mut driver, journal) = places_logged(walk());
    finish(&mut driver, 2);
    finish(&mut driver, 2);
    assert_eq!(
        journal.take(),
        ["1: place 1", "2: place 2", "3: place 3", "4: place 4"]
    );
    assert_eq!(driver.step(), Step::new(4));
    assert_eq!(driver.driven().x, 2.0);
}

#[test]
fn a_callback_may_change_the_update_and_zeroing_it_leaves_the_parameters_bit_equal() {
    let mut driver = walk().on(Driver::before_parameter_update, |update: &mut Move| {
        update.0 = 0.0;
    });
    driver.driven_mut().x = 0.1 + 0.2;
    finish(&mut driver, 3);
    assert_eq!(driver.driven().x.to_bits(), (0.1_f64 + 0.2).to_bits());
    let mut driver = walk().on(Driver::on_compute_update_end, |update: &mut Move| {
        update.0 *= 4.0;
        Verdict::Accept
    });
    finish(&mut driver, 1);
    assert_eq!(driver.driven().x, 2.0);
}

#[test]
fn samples_that_are_injected_are_used_and_the_sampler_is_not_run() {
    let (driver, journal) = traced();
    let inject = |samples: &mut Samples<Place>, step: &Step| {
        if step.get() == 0 {
            assert!(samples.set(Place(7.0)).is_none());
        }
    };
    let mut driver = driver.on(Driver::on_compute_update_start, inject);
    finish(&mut driver, 1);
    let text = journal.take();
    assert!(text.contains(&"compute from 7".to_owned()), "{text:?}");
    assert!(!text.contains(&"sample".to_owned()), "{text:?}");
    finish(&mut driver, 1);
    assert!(journal.take().contains(&"compute from 1".to_owned()));

    // What is set before the reset is forgotten by it.
    let early = |samples: &mut Samples<Place>| {
        samples.set(Place(7.0));
    };
    let (mut driver, journal) = places_logged(walk().on(Driver::on_step_start, early));
    finish(&mut driver, 1);
    assert_eq!(journal.take(), ["1: place 1"]);
}

#[test]
fn old_parameters_new_parameters_and_the_samples_are_seen_where_they_are() {
    let journal = Journal::default();
    let mut driver = walk();
    let places = [
        (Driver::on_step_start, "start"),
        (Driver::on_compute_update_start, "compute"),
        (Driver::before_parameter_update, "before"),
        (Driver::on_step_end, "end"),
    ];
    for (at, name) in places {
        let note = journal.clone();
        let see =
            move |samples: &Samples<Place>, update: Option<&Move>, step: &Step, time: &Time| {
                let drawn = samples.get().map(|place| place.0);
                let update = update.map(|update| update.0);
                note.note(format!("{name}: {drawn:?} {update:?} {step} {time}"));
            };
        driver.plan().on(at, see);
    }
    finish(&mut driver, 2);
    let expected = [
        "start: None None 0 0",
        "compute: None None 0 0",
        "before: Some(1.0) Some(0.5) 0 0",
        "end: None Some(0.5) 1 0.5",
        "start: None None 1 0.5",
        "compute: None None 1 0.5",
        "before: Some(2.0) Some(0.5) 1 0.5",
        "end: None Some(0.5) 2 1",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn looking_ahead_leaves_what_the_last_run_left() {
    let mut driver = walk();
    finish(&mut driver, 2);
    driver.check().unwrap();
    driver.explain().unwrap();
    let record = driver.get::<Record>().unwrap();
    assert_eq!(record.get("place"), Some(2.0));
    // A driver that has not run can be looked at, too.
    walk().check().unwrap();
    let mut strict = walk();
    strict.plan().strict(true);
    strict.explain().unwrap();
}

#[test]
fn callbacks_run_by_ascending_weight_and_then_insertion() {
    let endings: [fn() -> Result<Flow, &'static str>; 4] = [
        || Ok(Flow::Continue),
        || Ok(Flow::stop("enough")),
        || Ok(Flow::interrupt("SIGINT")),
        || Err("broken"),
    ];
    let mut visited = Vec::new();
    for end in endings {
        let journal = Journal::default();
        let mut driver = walk();
        let plan = driver.plan();
        for (weight, name) in [(5.0, "last"), (0.0, "one"), (-5.0, "first"), (0.0, "two")] {
            plan.add_local(Everywhere(name, journal.clone()))
                .named(name)
                .weight(weight);
        }
        plan.on(Driver::before_parameter_update, end)
            .weight(f64::INFINITY);
        let _ = driver.run(1).unwrap();
        let lines = journal.take();
        for four in lines.chunks(4) {
            let at = four[0].split(' ').next().unwrap();
            let mut order = ["first", "one", "two", "last"];
            if at == "on_exit" {
                order.reverse();
            }
            assert_eq!(four, order.map(|name| format!("{at} {name}")));
            visited.push(at.to_owned());
        }
    }
    let all: Vec<&str> = Driver::BREAKPOINTS.iter().map(Breakpoint::name).collect();
    assert_eq!(all.len(), 12);
    for at in all {
        assert!(visited.iter().any(|visited| visited == at), "{at}");
    }
}

/// Notes every breakpoint and its own name.
struct Everywhere(&'static str, Journal);

impl Everywhere {
    fn note(&self, at: &Breakpoint) {
        self.1.note(format!("{at} {}", self.0));
    }
}

impl Callback<Driver> for Everywhere {
    fn handlers(&self, h: &mut Handlers<Driver, Self>) {
        h.on_enter(Self::note);
        h.on_all(Self::note);
        h.on_exit(Self::note);
    }
}

#[test]
fn an_update_is_there_from_its_judgement_to_the_end_of_its_step_and_a_plan_says_so() {
    let places = (0..).zip(Driver::BREAKPOINTS);
    let granted = places.filter(|(index, at)| {
        let of_a_run = !["on_enter", "on_exit"].contains(&at.name());
        let judges = at.name() == "on_compute_update_end";
        of_a_run && !judges && walk().on(At::new(*index), |_: &Move| {}).check().is_ok()
    });
    let granted: Vec<&str> = granted.map(|(_, at)| at.name()).collect();
    assert_eq!(granted, ["before_parameter_update", "on_step_end"]);
    let journal = Journal::default();
    let (judge, note) = (journal.clone(), journal.clone());
    let mut driver = walk()
        .on(Driver::on_compute_update_end, move |update: &Move| {
            judge.note(format!("judged {}", update.0));
            Verdict::Accept
        })
        .on(Driver::before_parameter_update, |update: &mut Move| {
            update.0 = 0.25;
        })
        .on(Driver::on_step_end, move |update: &Move| {
            note.note(format!("made {}", update.0));
        });
    finish(&mut driver, 1);
    assert_eq!(journal.take(), ["judged 0.5", "made 0.25"]);
}

#[test]
fn a_stop_skips_no_callback_and_the_outcome_has_the_reason() {
    let (mut driver, journal) = traced();
    driver
        .plan()
        .on(Driver::before_parameter_update, || Flow::stop("enough"))
        .named("stopper");
    let note = journal.clone();
    driver
        .plan()
        .on(Driver::before_parameter_update, move || note.note("later"));
    let outcome = driver.run(5).unwrap();
    let stop = outcome.stopped().unwrap();
    assert_eq!(
        (stop.origin().callback(), stop.reason()),
        (Some("stopper"), "enough")
    );
    let text = journal.take();
    assert_eq!(text[text.len() - 3..], ["later", "on_stop", "on_run_end"]);
    assert_eq!((driver.driven().x, driver.step()), (0.0, Step::new(0)));
}

#[test]
fn a_stop_at_on_step_end_is_a_step_that_counts() {
    let mut driver = walk().on(Driver::on_step_end, || Flow::stop("enough"));
    assert!(driver.run(5).unwrap().stopped().is_some());
    assert_eq!((driver.driven().x, driver.step()), (0.5, Step::new(1)));
}

#[test]
fn a_stop_or_an_error_at_on_run_end_is_one_ending() {
    let (driver, journal) = traced();
    let mut driver = driver.on(Driver::on_run_end, || Flow::stop("late"));
    assert!(driver.run(0).unwrap().is_finished());
    assert_eq!(journal.take(), ["on_run_start", "on_run_end"]);
    let mut driver = driver.on(Driver::on_run_end, || Err::<(), _>("broken"));
    let outcome = driver.run(0).unwrap();
    assert_eq!(outcome.failed().unwrap().cause().to_string(), "broken");
    assert_eq!(journal.take(), ["on_run_start", "on_run_end"]);
}

#[test]
fn an_interrupt_is_an_outcome_of_its_own() {
    let (driver, journal) = traced();
    let mut driver = driver.on(Driver::on_step_start, || Flow::interrupt("SIGINT"));
    let outcome = driver.run(5).unwrap();
    assert_eq!(outcome.interrupted().map(Stop::reason), Some("SIGINT"));
    let text = journal.take();
    assert_eq!(text[text.len() - 2..], ["on_interrupt", "on_run_end"]);
}

#[test]
fn closures_are_callbacks_and_a_bool_says_what_true_means() {
    let seen = |step: &Step, record: &mut Record| record.set("before", step.as_f64());
    let mut driver = walk().on(Driver::before_parameter_update, seen);
    finish(&mut driver, 2);
    let logged = driver
        .get::<Record>()
        .and_then(|record| record.get("before"));
    assert_eq!(logged, Some(1.0));

    let legacy = |step: &Step, _: &mut Record| step.get() < 3;
    let mut driver = walk().on(
        Driver::before_parameter_update,
        stop_unless("legacy", legacy),
    );
    let outcome = driver.run(9).unwrap();
    assert_eq!(outcome.stopped().map(Stop::reason), Some("legacy"));
    assert_eq!(driver.step(), Step::new(3));
    let far = |walk: Local<'_, Walk>| walk.x >= 1.0;
    let mut driver = walk().on(Driver::on_step_end, stop_if("far enough", far));
    assert!(driver.run(9).unwrap().stopped().is_some());
    assert_eq!(driver.step(), Step::new(2));
}

#[test]
fn the_log_has_typed_values_by_key_and_loggers_see_what_others_put_in() {
    let journal = Journal::default();
    let note = journal.clone();
    let mut driver = walk();
    driver
        .plan()
        .on(Driver::on_step_end, move |record: &Record| {
            note.note(record.to_string());
            assert_eq!(record.get("energy.variance"), Some(1.0));
            assert_eq!(record.value("vector"), Some(&Value::Vector(vec![1.0, 2.0])));
        })
        .weight(10.0);
    driver
        .plan()
        .on(Driver::on_step_end, |record: &mut Record| {
            record.set("energy", Stats::of([-1.0, -3.0]));
            record.set("vector", vec![1.0, 2.0]);
        });
    finish(&mut driver, 1);
    assert_eq!(journal.take(), ["place 1  energy -2 ± 1  vector [1, 2]"]);
}

#[test]
fn the_shelf_observes_and_saves_with_periods() {
    let journal = Journal::default();
    let note = journal.clone();
    let save = SaveState::new(Period::steps(2), |walk: &Walk, round| {
        walk.journal
            .note(format!("save {} at {}", walk.x, round.number()));
        Ok(())
    });
    let place = ObservableCallback::new("seen", Period::time(1.0), |walk: &Walk, at: &Place| {
        vec![walk.x, at.0]
    });
    let mut driver = VariationalDriver::new(Walk::new(&Journal::default()));
    driver.plan().add_local(save);
    driver.plan().add(place);
    driver
        .plan()
        .on(Driver::on_step_end, move |record: &Record, step: &Step| {
            if let Some(seen) = record.value("seen") {
                note.note(format!("{step}: {seen}"));
            }
        });
    let text = driver.driven().journal.clone();
    finish(&mut driver, 3);
    finish(&mut driver, 3);
    assert_eq!(journal.take(), ["3: [1, 3]", "5: [2, 5]"]);
    let text = text.take().into_iter();
    let saves: Vec<_> = text.filter(|line| line.starts_with("save ")).collect();
    assert_eq!(saves, ["save 1 at 2", "save 2 at 4", "save 3 at 6"]);
}
