//! A failure in the background is reported in the loop, as a failure of the handler.

mod support {
    pub(crate) mod deadline;
    pub(crate) mod writer;
}

use callbacks::prelude::*;
use callbacks::{Background, Cause, Swallowed};
use std::sync::mpsc::channel;
use support::deadline::in_time;
use support::writer::{Count, Writer, count, dropped, held_up, lines, start, step_from};

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
        let outcome = plan.run(&mut start(), |run| {
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
        let [.., text, exit] = &lines[..] else {
            unreachable!()
        };
        assert_eq!(*text, "no room for step 2");
        assert!(
            exit.starts_with("exit: failed in Writer at after_step"),
            "{exit}"
        );
        // The calls that it saw and those that are reported are all calls.
        assert_eq!(lines.len() as u64 - 3 + dropped(&outcome), fired);
    });
}

#[test]
fn an_error_that_nothing_is_fired_after_surfaces_before_the_exits() {
    in_time(|| {
        let (mut plan, open) = held_up(Writer {
            fails_at: Some(3),
            ..Writer::default()
        });
        let outcome = plan.run(&mut start(), |run| {
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
fn an_error_of_a_later_callback_surfaces_before_the_exits() {
    in_time(|| {
        let (mut plan, open) = held_up(Writer::default());
        let (open_second, gate) = channel();
        plan.add(Writer {
            gate: Some(gate),
            fails_at: Some(1),
            ..Writer::default()
        });
        let outcome = plan.run(&mut start(), |run| {
            step_from(run, 1, 1)?;
            drop((open, open_second));
            Ok(())
        });
        let outcome = outcome.unwrap();
        let failed = outcome.failed().unwrap().origin().callback();
        assert_eq!(failed, Some("Writer#2"));
    });
}

#[test]
fn an_error_found_after_the_end_of_the_loop_leads_to_the_exits_directly() {
    in_time(|| {
        let (mut plan, open) = held_up(Writer {
            fails_at: Some(3),
            ..Writer::default()
        });
        let outcome = plan.run(&mut start(), |run| {
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
fn after_a_panic_it_is_not_called_and_what_it_did_not_see_is_reported() {
    in_time(|| {
        let (mut plan, open) = held_up(Writer {
            panics_at: Some(2),
            ..Writer::default()
        });
        let outcome = plan.run(&mut start(), |run| {
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
        let outcome = plan.run(&mut start(), |run| count(run, 4)).unwrap();
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
fn a_panic_that_is_swallowed_disables_it_and_what_it_did_not_see_is_reported() {
    in_time(|| {
        let (open, gate) = channel();
        let writer = Writer {
            panics_at: Some(2),
            gate: Some(gate),
            ..Writer::default()
        };
        let mut plan = Plan::new();
        plan.add(writer)
            .on_failure(OnFailure::Warn)
            .background(Background::queue(9));
        // The panic comes while five steps wait in the queue: the writer is let on only then.
        plan.on(Count::after_step, move |step: &u64| {
            if *step == 7 {
                for _ in 0..2 {
                    let _ = open.send(());
                }
            }
        });
        let outcome = plan.run(&mut start(), |run| count(run, 7)).unwrap();
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
fn a_plan_runs_again_also_after_a_panic_in_the_background() {
    in_time(|| {
        let mut plan = Plan::new();
        plan.add(Writer {
            panics_at: Some(2),
            ..Writer::default()
        });
        let failed = plan.run(&mut start(), |run| step_from(run, 1, 3));
        assert!(failed.unwrap().failed().is_some());
        for first in [11, 21] {
            let before = lines(&plan).len();
            let outcome = plan.run(&mut start(), |run| step_from(run, first, first + 1));
            assert!(outcome.unwrap().is_finished());
            let steps = [first, first + 1].map(|step| step.to_string());
            assert_eq!(lines(&plan)[before + 1..before + 3], steps);
        }
    });
}

/// A run in which the first call fails while the second is made and a third waits; then a fourth is fired.
fn failing(policy: OnFailure) -> (Vec<String>, Outcome) {
    let (mut plan, (open, gate), (arrive, arrived)) = (Plan::new(), channel(), channel());
    let writer = Writer {
        gate: Some(gate),
        arrived: Some(arrive),
        fails_at: Some(1),
        ..Writer::default()
    };
    plan.add(writer).on_failure(policy);
    let outcome = plan.run(&mut start(), |run| {
        step_from(run, 1, 3)?;
        // The worker is there for as long as the run is.
        let _ = (arrived.recv(), open.send(()), arrived.recv());
        let fired = step_from(run, 4, 4);
        drop(open);
        fired
    });
    let lines = lines(&plan).into_iter().map(str::to_owned).collect();
    (lines, outcome.unwrap())
}

#[test]
fn calls_that_wait_after_a_failure_of_the_run_are_not_made_and_are_reported() {
    in_time(|| {
        let (lines, outcome) = failing(OnFailure::Fail);
        assert_eq!(lines[..4], ["enter", "1", "2", "no room for step 1"]);
        assert_eq!((lines.len(), dropped(&outcome)), (5, 2));
    });
}

#[test]
fn calls_that_wait_for_a_disabled_callback_are_not_made_and_are_reported() {
    in_time(|| {
        let (lines, outcome) = failing(OnFailure::DisableAfter(1));
        let Some((exit, lines)) = lines.split_last() else {
            unreachable!("it enters")
        };
        assert_eq!(lines, ["enter", "1", "2"]);
        let text = "exit: finished (1 failure swallowed, 2 background calls dropped)\n  Writer at after_step (";
        assert!(exit.starts_with(text), "{exit}");
        assert!(
            exit.ends_with(" was not called in the background, 2 times"),
            "{exit}"
        );
        assert_eq!(dropped(&outcome), 2);
    });
}
