//! Callbacks in the background see what they would see in the loop, later; nothing is lost, and nobody waits for ever.

mod support {
    pub(crate) mod deadline;
}

use callbacks::prelude::*;
use callbacks::{Background, Cause, Swallowed};
use std::sync::mpsc::{Receiver, Sender, channel};
use support::deadline::in_time;

breakpoints! {
    loop Count with u64 as steps {
        scope RUN { on_run_begin; after_step; on_run_end; }
        stop => on_stop;
        error => on_error;
    }
}

/// Writes down what it sees.
#[derive(Default)]
struct Writer {
    lines: Vec<String>,
    /// Received from before each step, if there is somebody who lets it go on.
    gate: Option<Receiver<()>>,
    /// Says so before each step.
    arrived: Option<Sender<()>>,
    /// The step that it fails at, and the one that it panics at.
    fails_at: Option<u64>,
    panics_at: Option<u64>,
}

#[callback(Count, background, register = false)]
impl Writer {
    fn on_enter(&mut self) {
        self.lines.push("enter".into());
    }

    fn after_step(&mut self, step: &u64) -> Result<(), String> {
        if let Some(arrived) = &self.arrived {
            let _ = arrived.send(());
        }
        if let Some(gate) = &self.gate {
            // Nobody is there any more: it is open.
            let _ = gate.recv();
        }
        self.lines.push(step.to_string());
        assert_ne!(self.panics_at, Some(*step), "the step is wrong");
        match self.fails_at {
            Some(at) if at == *step => Err(format!("no room for step {step}")),
            _ => Ok(()),
        }
    }

    fn on_run_end(&mut self) {
        self.lines.push("end".into());
    }

    fn on_stop(&mut self, stop: &Stop) {
        self.lines.push(stop.reason().into());
    }

    fn on_error(&mut self, failure: &Failure) {
        self.lines.push(failure.cause().to_string());
    }

    fn on_exit(&mut self, outcome: &Outcome) {
        self.lines.push(format!("exit: {outcome}"));
    }
}

/// Steps from one on; nothing else.
fn count(run: &mut Run<'_, Count>, steps: u64) -> Result<(), Break> {
    run.scope(Count::RUN, |run| step_from(run, 1, steps))
        .map(drop)
}

fn step_from(run: &mut Run<'_, Count>, first: u64, last: u64) -> Result<(), Break> {
    for step in first..=last {
        run.state().insert(step);
        run.fire(Count::after_step)?;
    }
    Ok(())
}

fn lines(plan: &Plan<Count>) -> Vec<&str> {
    let writer = plan.get::<Writer>().unwrap();
    writer.lines.iter().map(String::as_str).collect()
}

fn dropped(outcome: &Outcome) -> u64 {
    outcome
        .dropped()
        .iter()
        .map(|dropped| dropped.times())
        .sum()
}

#[test]
fn it_sees_every_firing_in_order_and_exits_behind_all() {
    in_time(|| {
        let mut plan = Plan::new();
        plan.add(Writer::default()).background(Background::queue(2));
        let outcome = plan.run(&mut State::new(), |run| count(run, 5)).unwrap();
        assert!(outcome.is_finished() && outcome.dropped().is_empty());
        let expected = ["enter", "1", "2", "3", "4", "5", "end", "exit: finished"];
        assert_eq!(lines(&plan), expected);
    });
}

#[test]
fn the_loop_goes_on_while_it_is_at_work() {
    in_time(|| {
        let (mut plan, (open, gate)) = (Plan::new(), channel());
        let writer = Writer {
            gate: Some(gate),
            ..Writer::default()
        };
        plan.add(writer);
        // It is let go when the loop is through: nobody else would end it.
        let outcome = plan.run(&mut State::new(), |run| {
            count(run, 5)?;
            drop(open);
            Ok(())
        });
        assert!(outcome.unwrap().is_finished());
        assert_eq!(lines(&plan).len(), 8);
    });
}

#[test]
fn it_sees_the_state_as_it_was_when_the_breakpoint_was_fired() {
    in_time(|| {
        let (mut plan, (open, gate)) = (Plan::new(), channel());
        let writer = Writer {
            gate: Some(gate),
            ..Writer::default()
        };
        plan.add(writer);
        let outcome = plan.run(&mut State::new(), |run| {
            count(run, 3)?;
            run.state().insert(77_u64);
            drop(open);
            Ok(())
        });
        assert!(outcome.unwrap().is_finished());
        assert_eq!(lines(&plan)[1..4], ["1", "2", "3"]);
    });
}

#[test]
fn with_back_pressure_a_full_queue_holds_the_loop_up_and_nothing_is_lost() {
    in_time(|| {
        let (mut plan, (open, gate), (arrive, arrived)) = (Plan::new(), channel(), channel());
        let writer = Writer {
            gate: Some(gate),
            arrived: Some(arrive),
            ..Writer::default()
        };
        plan.add(writer).background(Background::queue(2));
        // One at a time is let through, as one arrives: the loop could not come to its end if it were not held up rightly.
        let helper = std::thread::spawn(move || {
            let mut seen = 0;
            for () in arrived {
                seen += 1;
                let _ = open.send(());
            }
            seen
        });
        let outcome = plan.run(&mut State::new(), |run| count(run, 100)).unwrap();
        assert!(outcome.is_finished());
        assert_eq!((lines(&plan).len(), dropped(&outcome)), (103, 0));
        drop(plan);
        assert_eq!(helper.join().unwrap(), 100);
    });
}

#[test]
fn a_queue_that_drops_the_oldest_never_holds_the_loop_up_and_tells_how_many() {
    in_time(|| {
        let (mut plan, (open, gate), (arrive, arrived)) = (Plan::new(), channel(), channel());
        let writer = Writer {
            gate: Some(gate),
            arrived: Some(arrive),
            ..Writer::default()
        };
        plan.add(writer)
            .background(Background::queue(2).drop_oldest());
        let outcome = plan.run(&mut State::new(), |run| {
            run.scope(Count::RUN, |run| {
                step_from(run, 1, 1)?;
                // It has the first step in hand, and room for two.
                let _ = arrived.recv();
                step_from(run, 2, 10)
            })?;
            drop(open);
            Ok(())
        });
        let outcome = outcome.unwrap();
        // The end of the run took the place of the last step but one.
        assert_eq!(lines(&plan)[1..4], ["1", "10", "end"]);
        assert_eq!(dropped(&outcome), 8);
        let told = outcome.dropped()[0].origin().to_string();
        assert!(told.starts_with("Writer at after_step"), "{told}");
    });
}

#[test]
fn an_error_surfaces_at_a_later_firing_as_the_handler_s_own() {
    in_time(|| {
        let mut plan = Plan::new();
        let writer = Writer {
            fails_at: Some(2),
            ..Writer::default()
        };
        plan.add(writer).background(Background::queue(1));
        let mut fired = 0;
        let outcome = plan.run(&mut State::new(), |run| {
            run.scope(Count::RUN, |run| {
                for step in 1..=1000 {
                    fired = step;
                    step_from(run, step, step)?;
                }
                Ok(())
            })
            .map(drop)
        });
        let outcome = outcome.unwrap();
        let failure = outcome.failed().unwrap();
        assert_eq!(failure.cause().to_string(), "no room for step 2");
        assert!(
            failure
                .origin()
                .to_string()
                .starts_with("Writer at after_step"),
            "{failure}"
        );
        // A call beyond the next finds room only when the failed one is done.
        assert!(fired <= 5, "{fired}");
        let lines = lines(&plan);
        let [.., told, exit] = &lines[..] else {
            unreachable!()
        };
        assert_eq!(*told, "no room for step 2");
        assert!(
            exit.starts_with("exit: failed in Writer at after_step"),
            "{exit}"
        );
        // What it saw, and what is told of, is all.
        assert_eq!(lines.len() as u64 - 3 + dropped(&outcome), fired);
    });
}

#[test]
fn an_error_that_nothing_is_fired_after_surfaces_before_the_exits() {
    in_time(|| {
        let (mut plan, (open, gate)) = (Plan::new(), channel());
        let writer = Writer {
            gate: Some(gate),
            fails_at: Some(3),
            ..Writer::default()
        };
        plan.add(writer);
        let outcome = plan.run(&mut State::new(), |run| {
            step_from(run, 1, 3)?;
            drop(open);
            Ok(())
        });
        let outcome = outcome.unwrap();
        assert_eq!(
            outcome.failed().unwrap().cause().to_string(),
            "no room for step 3"
        );
        let lines = lines(&plan);
        assert_eq!(lines[1..5], ["1", "2", "3", "no room for step 3"]);
        assert!(lines[5].starts_with("exit: failed"), "{lines:?}");
    });
}

#[test]
fn an_error_found_behind_the_end_of_the_loop_leads_to_the_exits_directly() {
    in_time(|| {
        let (mut plan, (open, gate)) = (Plan::new(), channel());
        let writer = Writer {
            gate: Some(gate),
            fails_at: Some(3),
            ..Writer::default()
        };
        plan.add(writer);
        let outcome = plan.run(&mut State::new(), |run| {
            count(run, 3)?;
            drop(open);
            Ok(())
        });
        assert!(outcome.unwrap().failed().is_some());
        let lines = lines(&plan);
        assert_eq!(lines[1..5], ["1", "2", "3", "end"]);
        assert!(lines[5].starts_with("exit: failed"), "{lines:?}");
    });
}

#[test]
fn after_a_panic_it_is_left_alone_and_what_it_did_not_see_is_told() {
    in_time(|| {
        let (mut plan, (open, gate)) = (Plan::new(), channel());
        let writer = Writer {
            gate: Some(gate),
            panics_at: Some(2),
            ..Writer::default()
        };
        plan.add(writer);
        let outcome = plan.run(&mut State::new(), |run| {
            count(run, 10)?;
            drop(open);
            Ok(())
        });
        let outcome = outcome.unwrap();
        let cause = outcome.failed().unwrap().cause();
        assert!(
            matches!(cause, Cause::Panic(what) if what.contains("the step is wrong")),
            "{cause}"
        );
        let lines = lines(&plan);
        assert_eq!(lines[..3], ["enter", "1", "2"]);
        assert!(lines[3].starts_with("exit: failed"), "{lines:?}");
        // Eight steps, and the end.
        assert_eq!(dropped(&outcome), 9);
    });
}

#[test]
fn a_failure_is_swallowed_where_the_callback_may_fail_and_it_goes_on() {
    in_time(|| {
        let mut plan = Plan::new();
        let writer = Writer {
            fails_at: Some(2),
            ..Writer::default()
        };
        plan.add(writer).on_failure(OnFailure::Warn);
        let outcome = plan.run(&mut State::new(), |run| count(run, 4)).unwrap();
        assert!(outcome.is_finished() && outcome.dropped().is_empty());
        assert_eq!(
            outcome
                .swallowed()
                .iter()
                .map(Swallowed::times)
                .sum::<u64>(),
            1
        );
        assert_eq!(lines(&plan)[1..6], ["1", "2", "3", "4", "end"]);
    });
}

#[test]
fn a_panic_that_is_swallowed_disables_it_and_what_it_did_not_see_is_told() {
    in_time(|| {
        let mut plan = Plan::new();
        let writer = Writer {
            panics_at: Some(2),
            ..Writer::default()
        };
        plan.add(writer)
            .on_failure(OnFailure::Warn)
            .background(Background::queue(1));
        let outcome = plan.run(&mut State::new(), |run| count(run, 50)).unwrap();
        assert!(outcome.is_finished());
        assert!(outcome.swallowed()[0].disabled());
        let lines = lines(&plan);
        assert_eq!(
            (lines[..3].to_vec(), lines.len()),
            (vec!["enter", "1", "2"], 4)
        );
        assert!(dropped(&outcome) >= 1);
    });
}

#[test]
fn a_stop_and_a_failure_of_others_leave_nothing_behind() {
    type End = fn() -> Result<Flow, &'static str>;
    let ends: [(End, &str); 2] = [
        (|| Ok(Flow::stop("enough")), "enough"),
        (|| Err("no data"), "no data"),
    ];
    for (end, told) in ends {
        in_time(move || {
            let (mut plan, (open, gate)) = (Plan::new(), channel());
            let writer = Writer {
                gate: Some(gate),
                ..Writer::default()
            };
            plan.add(writer);
            plan.on(Count::after_step, move |step: &u64| {
                if *step == 5 {
                    end()
                } else {
                    Ok(Flow::Continue)
                }
            });
            let outcome = plan.run(&mut State::new(), |run| {
                let counted = count(run, 10);
                drop(open);
                counted
            });
            assert!(outcome.unwrap().dropped().is_empty());
            let lines = lines(&plan);
            assert_eq!(lines[1..6], ["1", "2", "3", "4", "5"]);
            assert_eq!(lines[6], told);
        });
    }
}

#[test]
fn a_plan_runs_again_also_after_a_panic_in_the_background() {
    in_time(|| {
        let mut plan = Plan::new();
        plan.add(Writer {
            panics_at: Some(2),
            ..Writer::default()
        });
        assert!(
            plan.run(&mut State::new(), |run| count(run, 3))
                .unwrap()
                .failed()
                .is_some()
        );
        *plan.get_mut::<Writer>().unwrap() = Writer::default();
        assert!(
            plan.run(&mut State::new(), |run| count(run, 3))
                .unwrap()
                .is_finished()
        );
        assert_eq!(
            lines(&plan),
            ["enter", "1", "2", "3", "end", "exit: finished"]
        );
    });
}
