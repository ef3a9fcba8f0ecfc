//! Callbacks in the background see what they would see in the loop, later; nothing is lost, and nothing waits for ever.

mod support {
    pub(crate) mod deadline;
    pub(crate) mod writer;
}

use callbacks::Background;
use callbacks::prelude::*;
use std::sync::mpsc::channel;
use support::deadline::in_time;
use support::writer::{Count, Writer, count, dropped, held_up, lines, start, step_from};

#[test]
fn it_sees_every_firing_in_order_and_exits_after_all() {
    in_time(|| {
        let mut plan = Plan::new();
        plan.add(Writer::default()).background(Background::queue(2));
        let outcome = plan.run(&mut start(), |run| count(run, 5)).unwrap();
        assert!(outcome.is_finished() && outcome.dropped().is_empty());
        let expected = ["enter", "1", "2", "3", "4", "5", "end", "exit: finished"];
        assert_eq!(lines(&plan), expected);
    });
}

#[test]
fn the_loop_goes_on_while_it_is_at_work() {
    in_time(|| {
        let (mut plan, open) = held_up(Writer::default());
        // Released when the loop has ended: nothing else ends it.
        let outcome = plan.run(&mut start(), |run| {
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
        let (mut plan, open) = held_up(Writer::default());
        let outcome = plan.run(&mut start(), |run| {
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
        let outcome = plan.run(&mut start(), |run| count(run, 100)).unwrap();
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
        let outcome = plan.run(&mut start(), |run| {
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
        let text = outcome.dropped()[0].origin().to_string();
        assert!(text.starts_with("Writer at after_step"), "{text}");
    });
}

#[test]
fn a_stop_and_a_failure_of_others_leave_nothing_in_the_state() {
    type End = fn() -> Result<Flow, &'static str>;
    let ends: [(End, &str); 2] = [
        (|| Ok(Flow::stop("enough")), "enough"),
        (|| Err("no data"), "no data"),
    ];
    for (end, text) in ends {
        in_time(move || {
            let (mut plan, open) = held_up(Writer::default());
            plan.on(Count::after_step, move |step: &u64| {
                if *step == 5 {
                    end()
                } else {
                    Ok(Flow::Continue)
                }
            });
            let outcome = plan.run(&mut start(), |run| {
                let counted = count(run, 10);
                drop(open);
                counted
            });
            assert!(outcome.unwrap().dropped().is_empty());
            let lines = lines(&plan);
            assert_eq!(lines[1..6], ["1", "2", "3", "4", "5"]);
            assert_eq!(lines[6], text);
        });
    }
}
