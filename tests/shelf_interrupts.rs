//! The shelf's interrupts: a run ends with its last row, its `on_interrupt` and its exits; a second signal ends the process.
#![cfg(unix)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod process;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::VariationalDriver;
use callbacks::fit::{Iteration, Trainer};
use callbacks::prelude::*;
use callbacks::shelf::Interrupts;
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::raise;
use std::sync::{Arc, Barrier};
use std::thread;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::process::{each_in_a_process, say};
use support::walk::{Walk, walk};

/// Says a row for each round, and how the run ends.
struct Rows(&'static str);

#[callback(Rounds, register = false)]
impl Rows {
    fn on_round_end(&self, record: &Record) {
        let cut = if record.is_complete() {
            ""
        } else {
            ", cut short"
        };
        say(format!("{}{}{cut}", self.0, record.round()));
    }

    fn on_exit(&self, outcome: &Outcome) {
        let outcome = outcome.to_string();
        say(format!("{}{}", self.0, outcome.split(" (").next().unwrap()));
    }
}

/// Raises a signal in the third step.
struct RaiseInStep3(i32);

#[callback(Driver, register = false)]
impl RaiseInStep3 {
    fn on_step_end(&self, step: &Step) {
        if step.get() == 3 {
            raise(self.0).unwrap();
        }
    }
}

fn driver(name: &'static str) -> VariationalDriver<Walk> {
    let driver = walk().callback(Rows(name)).stop_on_interrupt();
    driver.on(Driver::on_interrupt, |stop: &Stop| {
        say(format!("on_interrupt: {}", stop.reason()));
    })
}

fn interrupted_fit() {
    let raise_in_the_second_batch = |iteration: &Iteration| {
        if iteration.get() == 2 {
            raise(SIGTERM).unwrap();
        }
    };
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(5)
        .min_epochs(5)
        .valid(inputs([1.0, 2.0, 3.0]))
        .on(Fit::on_valid_batch_begin, raise_in_the_second_batch)
        .on(Fit::on_valid_batch_begin, |iteration: &Iteration| {
            say(format!("batch {iteration}"));
        })
        .callback(Rows(""))
        .stop_on_interrupt()
        .on(Fit::on_interrupt, || say("on_interrupt"));
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    assert_eq!(fitted.outcome.interrupted().unwrap().reason(), "SIGTERM");
}

/// A loop that knows nothing of interrupts.
fn interrupted_loop_of_another_crate() {
    let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
    state.insert(Energy(1.0));
    plan.add(Rows(""));
    plan.add(Interrupts::new());
    plan.on(Relax::on_force, |step: &Step| {
        if step.get() == 2 {
            raise(SIGINT).unwrap();
        }
    });
    let outcome = relax(&mut plan, &mut state, 9).unwrap();
    assert!(outcome.interrupted().is_some());
}

/// The run that raises the signal is inside of another one. Both are interrupted, and what they run afterwards is not.
fn nested_runs() {
    let outer = driver("outer: ").on(Driver::on_step_end, || {
        let mut inner = driver("inner: ").callback(RaiseInStep3(SIGINT));
        assert!(inner.run(9).unwrap().interrupted().is_some());
    });
    let mut outer = outer.on(Driver::on_interrupt, || {
        assert!(driver("later: ").run(1).unwrap().is_finished());
    });
    assert!(outer.run(9).unwrap().interrupted().is_some());
    // The next run has a signal of its own.
    assert!(driver("next: ").run(1).unwrap().is_finished());
}

/// Two runs at the same time; one of them raises the signal.
fn parallel_runs() {
    let both_are_under_way = Arc::new(Barrier::new(2));
    let threads = [true, false].map(|raises| {
        let barrier = both_are_under_way.clone();
        thread::spawn(move || {
            let mut driver =
                walk()
                    .stop_on_interrupt()
                    .on(Driver::on_step_start, move |step: &Step| {
                        if step.get() == 1 {
                            barrier.wait();
                        }
                        if step.get() == 1 && raises {
                            raise(SIGINT).unwrap();
                        }
                    });
            assert!(driver.run(u64::MAX).unwrap().interrupted().is_some());
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

/// A signal that comes in the exits interrupts the next run, before its first step.
fn late_signal() {
    let mut late = driver("").on(Driver::on_run_start, || {});
    late.plan()
        .on(Driver::on_exit, || raise(SIGINT).unwrap())
        .weight(f64::INFINITY)
        .named("late");
    assert!(late.run(1).unwrap().is_finished());
    assert!(late.plan().remove_named("late"));
    assert!(late.run(1).unwrap().interrupted().is_some());
    assert_eq!(late.step().get(), 1);
    assert!(late.run(1).unwrap().is_finished());
}

fn scenario(case: &str) {
    match case {
        "a driver" => {
            let mut driver = driver("").callback(RaiseInStep3(SIGINT));
            assert!(driver.run(9).unwrap().interrupted().is_some());
        }
        "a fit" => interrupted_fit(),
        "another loop" => interrupted_loop_of_another_crate(),
        "a second signal" => {
            let twice = driver("").callback(RaiseInStep3(SIGINT));
            let mut twice = twice.callback(RaiseInStep3(SIGTERM));
            let _ = twice.run(9);
            unreachable!("the second signal ends the process");
        }
        "outside of a run" => {
            assert!(driver("").run(1).unwrap().is_finished());
            raise(SIGINT).unwrap();
            unreachable!("the signal ends the process");
        }
        "nested" => nested_runs(),
        "parallel" => parallel_runs(),
        _ => late_signal(),
    }
}

/// What each case says, and the signal that ends its process.
const CASES: [(&str, &[&str], Option<i32>); 8] = [
    (
        "a driver",
        &[
            "step 1",
            "step 2",
            "step 3",
            "on_interrupt: SIGINT",
            "interrupted by Interrupts at on_step_end",
        ],
        None,
    ),
    (
        "a fit",
        &[
            "batch 1",
            "batch 2",
            "epoch 1, cut short",
            "on_interrupt",
            "interrupted by Interrupts at on_valid_batch_end",
        ],
        None,
    ),
    (
        "another loop",
        &[
            "step 1",
            "step 2",
            "interrupted by Interrupts at after_step",
        ],
        None,
    ),
    (
        "a second signal",
        &["step 1", "step 2", "step 3"],
        Some(SIGTERM),
    ),
    ("outside of a run", &["step 1", "finished"], Some(SIGINT)),
    (
        "nested",
        &[
            "outer: step 1",
            "inner: step 1",
            "inner: step 2",
            "inner: step 3",
            "on_interrupt: SIGINT",
            "inner: interrupted by Interrupts at on_step_end",
            "on_interrupt: SIGINT",
            "later: step 1",
            "later: finished",
            "outer: interrupted by Interrupts at on_step_end",
            "next: step 1",
            "next: finished",
        ],
        None,
    ),
    ("parallel", &[], None),
    (
        "late",
        &[
            "step 1",
            "finished",
            "on_interrupt: SIGINT",
            "interrupted by Interrupts at on_enter",
            "step 2",
            "finished",
        ],
        None,
    ),
];

#[test]
fn a_signal_interrupts_the_runs_and_a_second_one_ends_the_process() {
    let names = CASES.map(|(name, _, _)| name);
    let run = |case: &str| scenario(case);
    each_in_a_process(&names, run, |case, ended| {
        let found = CASES.iter().find(|(name, _, _)| *name == case);
        let (_, lines, signal) = found.unwrap();
        match signal {
            None => ended.assert_succeeds(),
            Some(_) => assert_eq!(ended.signal(), *signal, "{case}"),
        }
        assert_eq!(ended.lines, *lines, "{case}");
    });
}

#[test]
fn interrupts_cost_a_run_without_a_signal_nothing_but_their_looks() {
    let mut driver = walk().callback(Interrupts::new());
    for _ in 0..2 {
        assert!(driver.run(2).unwrap().is_finished());
    }
}
