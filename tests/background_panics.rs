//! A worker that ends while calls wait for it lets the loop go on, whatever panics while the calls are dropped.

mod support {
    pub(crate) mod process;
    pub(crate) mod subscriber;
    pub(crate) mod trouble;
}

use callbacks::Background;
use callbacks::prelude::*;
use std::mem::forget;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, Sender, channel};
use support::process::{each_in_a_process, say};
use support::subscriber::BadSubscriber;
use support::trouble::{Bad, Fault, Payload, Touchy, ending};

breakpoints! {
    loop Count with Touchy<1> { scope RUN { on_run_begin; on_step; on_run_end; } error => on_error; }
}

/// Waits at its first call until it may go on, and fails then.
struct Writer {
    go: Receiver<()>,
    how: &'static str,
    fault: Fault,
}

impl Writer {
    fn write(&mut self, _: &Touchy<1>) -> Result<(), Bad> {
        let _ = self.go.recv();
        match self.how {
            "error" => Err(Bad(self.fault)),
            "payload" => resume_unwind(Box::new(Payload(3))),
            _ => panic!("the disk is gone"),
        }
    }

    fn exit(&mut self, outcome: &Outcome) {
        say(format!("exit: {}", ending(outcome)));
    }
}

impl Callback<Count> for Writer {
    fn handlers(&self, h: &mut Handlers<Count, Self>) {
        h.on_background(Count::on_step, Self::write);
        h.on_exit(Self::exit);
    }
}

const HOW: [&str; 3] = ["panic", "payload", "error"];

/// Begins each kind of trouble at the name of a case: what the copies, errors and events do.
fn trouble(case: &str) -> Fault {
    let fault = if case.contains("copies panic") {
        Fault::Copy
    } else if case.contains("errors panic") {
        Fault::Error
    } else {
        Fault::None
    };
    if case.contains("events panic") {
        BadSubscriber::Panics.install();
    } else if case.contains("wishes panic") {
        BadSubscriber::PanicsWhenAsked.install();
    }
    fault
}

fn cases() -> Vec<String> {
    let values = ["no value panics", "copies panic", "errors panic"];
    let events = ["no event panics", "events panic", "wishes panic"];
    let endings = [
        "a run",
        "a guard",
        "a guard with the oldest dropped",
        "a guard dropped",
    ];
    let mut cases = Vec::new();
    for how in HOW {
        for value in values {
            for event in events {
                let each = endings.iter();
                cases.extend(each.map(|ending| format!("{how}: {value}, {event}, {ending}")));
            }
        }
    }
    cases
}

fn plan(case: &str, fault: Fault) -> (Plan<Count>, Sender<()>) {
    let (sender, go) = channel();
    let how = HOW.into_iter().find(|how| case.starts_with(how));
    let mut plan = Plan::new();
    let mut queue = Background::queue(8);
    if case.ends_with("with the oldest dropped") {
        queue = Background::queue(2).drop_oldest();
    }
    let how = how.expect("how it fails");
    plan.add(Writer { go, how, fault })
        .named("writer")
        .background(queue);
    (plan, sender)
}

/// Fires six calls, of which one is made; the others wait behind it.
fn fire_all(mut fire: impl FnMut() -> Result<(), Break>, go: Sender<()>) {
    for _ in 0..6 {
        let _ = fire();
    }
    drop(go);
}

#[test]
fn a_worker_that_fails_lets_the_loop_go_on() {
    each_in_a_process(
        &cases(),
        |case| {
            let fault = trouble(case);
            let (mut plan, go) = plan(case, fault);
            let mut state = State::new();
            state.insert(Touchy::<1>::new(fault));
            if case.ends_with("a run") {
                let ran = plan.run(&mut state, |run| {
                    fire_all(|| run.fire(Count::on_step), go);
                    Ok(())
                });
                say(format!("outcome {}", ending(&ran.unwrap())));
                forget((plan, state));
                return;
            }
            let mut guard = plan.start(state).unwrap();
            fire_all(|| guard.fire(Count::on_step), go);
            if case.ends_with("a guard dropped") {
                drop(guard);
            } else {
                forget(guard.finish());
            }
        },
        |case, ended| {
            ended.assert_succeeds();
            // With `Fault::Copy` what the call drops at its end is a panic of its own, behind the error.
            let bad = [
                "exit: failed by writer: bad error",
                "exit: failed by writer: panic",
            ];
            let text = bad.iter().map(|line| ended.count(line)).sum::<usize>();
            assert_eq!(text, 1, "{case}: {:?}", ended.lines);
        },
    );
}
