//! A loop that counts, and a callback in the background that writes down what it sees.

use callbacks::prelude::*;
use std::sync::mpsc::{Receiver, Sender, channel};

breakpoints! {
    pub(crate) loop Count with u64 as steps by hand {
        scope RUN { on_run_begin; after_step; on_run_end; }
        stop => on_stop;
        error => on_error;
    }
}

/// Writes down what it sees.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) lines: Vec<String>,
    /// Received from before each step, if a sender controls it.
    pub(crate) gate: Option<Receiver<()>>,
    /// Says so before each step.
    pub(crate) arrived: Option<Sender<()>>,
    /// The step that it fails at, and the one that it panics at.
    pub(crate) fails_at: Option<u64>,
    pub(crate) panics_at: Option<u64>,
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
            // An error means that the other side is gone: the gate is open.
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

/// A plan with a writer that waits before each step, until what comes with it is dropped.
pub(crate) fn held_up(writer: Writer) -> (Plan<Count>, Sender<()>) {
    let (mut plan, (open, gate)) = (Plan::new(), channel());
    plan.add(Writer {
        gate: Some(gate),
        ..writer
    });
    (plan, open)
}

/// The state at step 0.
pub(crate) fn start() -> State {
    let mut state = State::new();
    state.insert(0_u64);
    state
}

/// Steps from one on; nothing else.
pub(crate) fn count(run: &mut Run<'_, Count>, steps: u64) -> Result<(), Break> {
    run.scope(Count::RUN, |run| step_from(run, 1, steps))
        .map(drop)
}

pub(crate) fn step_from(run: &mut Run<'_, Count>, first: u64, last: u64) -> Result<(), Break> {
    for step in first..=last {
        run.state().insert(step);
        run.fire(Count::after_step)?;
    }
    Ok(())
}

pub(crate) fn lines(plan: &Plan<Count>) -> Vec<&str> {
    let writer = plan.get::<Writer>().unwrap();
    writer.lines.iter().map(String::as_str).collect()
}

pub(crate) fn dropped(outcome: &Outcome) -> u64 {
    outcome
        .dropped()
        .iter()
        .map(callbacks::Dropped::times)
        .sum()
}
