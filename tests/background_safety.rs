//! However a run ends, its worker has ended before the plan gives the callback away. AddressSanitizer checks it, too.

mod support {
    pub(crate) mod deadline;
}

use callbacks::prelude::*;
use callbacks::{Background, Dropped, Guard};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use support::deadline::in_time;

breakpoints! {
    loop Count with u64 as steps by hand { scope RUN { on_run_begin; after_step; on_run_end; } }
}

/// Writes where a use after it is freed would be seen, and receiver the lines when it goes.
struct Writer {
    #[expect(clippy::box_collection, reason = "to be freed where it is")]
    lines: Box<Vec<String>>,
    gate: Receiver<()>,
    sender: Sender<Vec<String>>,
}

#[callback(Count, background, register = false)]
impl Writer {
    fn after_step(&mut self, step: &u64) {
        // An error means that the other side is gone: the gate is open.
        let _ = self.gate.recv();
        self.lines.push(step.to_string());
    }

    fn on_exit(&mut self) {
        self.lines.push("exit".into());
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The receiver may be gone.
        let _ = self.sender.send(std::mem::take(&mut self.lines));
    }
}

/// A plan with a writer, what lets it go on, and what it receiver when it goes.
fn plan() -> (Plan<Count>, Sender<()>, Receiver<Vec<String>>) {
    let (open, gate) = channel();
    let (sender, receiver) = channel();
    let mut plan = Plan::new();
    plan.add(Writer {
        lines: Box::default(),
        gate,
        sender,
    })
    .background(Background::queue(8));
    (plan, open, receiver)
}

/// The state at step 0.
fn start() -> State {
    let mut state = State::new();
    state.insert(0_u64);
    state
}

fn steps(run: &mut Run<'_, Count>) -> Result<(), Break> {
    for step in 1..=3_u64 {
        run.state().insert(step);
        run.fire(Count::after_step)?;
    }
    Ok(())
}

#[test]
fn a_guard_that_is_dropped_waits_for_what_is_left() {
    in_time(|| {
        let (plan, open, receiver) = plan();
        let mut guard = plan.start(start()).unwrap();
        for step in 1..=3_u64 {
            guard.state().insert(step);
            guard.fire(Count::after_step).unwrap();
        }
        drop(open);
        drop(guard);
        assert_eq!(receiver.recv().unwrap(), ["1", "2", "3", "exit"]);
    });
}

static FORGOTTEN: AtomicPtr<Guard<Count>> = AtomicPtr::new(std::ptr::null_mut());

#[test]
fn a_guard_that_is_forgotten_leaks_the_callback_and_its_worker_goes_on() {
    in_time(|| {
        let (plan, open, receiver) = plan();
        let mut guard = plan.start(start()).unwrap();
        guard.state().insert(1_u64);
        guard.fire(Count::after_step).unwrap();
        // As good as forgotten, and known to whoever looks for what is leaked.
        FORGOTTEN.store(Box::into_raw(Box::new(guard)), Ordering::Relaxed);
        // It is still there to be written to, and never goes.
        drop(open);
        assert!(receiver.try_recv().is_err());
    });
}

#[test]
fn an_engine_that_panics_takes_its_guard_along_when_the_worker_is_done() {
    in_time(|| {
        let (plan, open, receiver) = plan();
        let caught = catch_unwind(AssertUnwindSafe(move || {
            let mut guard = plan.start(start()).unwrap();
            guard.state().insert(1_u64);
            guard.fire(Count::after_step).unwrap();
            drop(open);
            panic!("the engine is broken");
        }));
        assert!(caught.is_err());
        assert_eq!(receiver.recv().unwrap(), ["1", "exit"]);
    });
}

#[test]
fn a_loop_that_panics_loses_nothing() {
    in_time(|| {
        let (mut plan, open, receiver) = plan();
        let outcome = plan.run(&mut start(), |run| {
            steps(run)?;
            drop(open);
            panic!("the loop is broken");
        });
        assert!(outcome.unwrap().failed().is_some());
        drop(plan);
        assert_eq!(receiver.recv().unwrap(), ["1", "2", "3", "exit"]);
    });
}

#[test]
fn between_two_runs_a_callback_is_anybody_s() {
    in_time(|| {
        let (mut plan, open, receiver) = plan();
        drop(open);
        for _ in 0..20 {
            assert!(plan.run(&mut start(), steps).unwrap().is_finished());
            plan.get_mut::<Writer>().unwrap().lines.clear();
            plan.on(Count::after_step, || {}).named("another");
            assert!(plan.remove_named("another"));
        }
        assert!(plan.run(&mut start(), steps).unwrap().is_finished());
        let writer = plan.remove::<Writer>().unwrap();
        assert_eq!(writer.lines.len(), 4);
        drop(writer);
        assert_eq!(receiver.recv().unwrap(), ["1", "2", "3", "exit"]);
    });
}

/// A copy whose drop panics.
#[derive(Clone)]
struct Bomb {
    is_copy: bool,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(
            !self.is_copy || std::thread::panicking(),
            "a copy is dropped"
        );
    }
}

/// Its first call holds the others up.
struct Slow(Receiver<()>);

impl Slow {
    fn hold(&mut self, _: &Fuse) {
        // An error means that the other side is gone: the gate is open.
        let _ = self.0.recv();
    }
}

/// Its copies are bombs.
struct Fuse(Bomb);

impl Clone for Fuse {
    fn clone(&self) -> Self {
        Self(Bomb {
            is_copy: !self.0.is_copy,
        })
    }
}

impl Callback<Count> for Slow {
    fn handlers(&self, h: &mut Handlers<Count, Self>) {
        h.on_background(Count::after_step, Self::hold);
    }
}

#[test]
fn copies_whose_drop_panics_do_not_bring_anything_down() {
    in_time(|| {
        let (open, gate) = channel();
        let mut plan = Plan::new();
        plan.add(Slow(gate))
            .background(Background::queue(1).drop_oldest());
        let mut state = State::new();
        state.insert(Fuse(Bomb { is_copy: false }));
        let outcome = plan.run(&mut state, |run| {
            for _ in 0..5 {
                run.fire(Count::after_step)?;
            }
            drop(open);
            Ok(())
        });
        // The call panicked when its copies were dropped; the calls after it are reported.
        let outcome = outcome.unwrap();
        assert!(outcome.failed().is_some());
        let dropped: u64 = outcome.dropped().iter().map(Dropped::times).sum();
        assert_eq!(dropped, 4);
    });
}
