//! Tests that run the worker and the loop in every order that their threads allow:
//! `RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=3 cargo test --release --target-dir target/loom -p callback-runtime --lib loom`.

use super::{Background, Worker};
use crate::callback::{HandlerId, Turn};
use crate::loops::BreakpointId;
use crate::raw::{CallbackOwner, HandlerStatus};
use loom::sync::Mutex;
use std::any::Any;

/// A callback that panics if two threads use it at the same time, because it does not wait for its lock.
#[derive(Default)]
struct Counted(Mutex<u32>);

impl Counted {
    fn add(&self) {
        let mut count = self.0.try_lock().expect("one user at a time");
        // Another thread may run here.
        loom::thread::yield_now();
        *count += 1;
    }

    fn get(&self) -> u32 {
        *self.0.try_lock().expect("one user at a time")
    }
}

fn call(callback: &mut dyn Any) -> Result<(), crate::BoxError> {
    callback.downcast_ref::<Counted>().expect("its type").add();
    Ok(())
}

#[test]
fn loom_a_callback_has_one_user_at_a_time() {
    loom::model(|| {
        let owner = CallbackOwner::new(Counted::default());
        let cell = owner.cell();
        let worker = {
            let cell = cell.clone();
            loom::thread::spawn(move || cell.with_on_worker(call).is_some())
        };
        assert!(owner.call_on_loop(Counted::add), "the cell is open");
        owner.close();
        // After `close` the worker does not use the callback, whether it has called it or not.
        let count = owner.get().get();
        let was_called = worker.join().expect("it does not panic");
        assert_eq!(count, 1 + u32::from(was_called));
        assert!(cell.with_on_worker(call).is_none(), "the cell is closed");
    });
}

fn handler(turn: usize) -> HandlerId {
    HandlerId::new(BreakpointId::new(0), Turn::new(turn))
}

/// Runs `body` with a worker, as a plan does.
fn with_worker(
    policy: Background,
    body: impl Fn(&Worker, &CallbackOwner<Counted>) + Send + Sync + 'static,
) {
    loom::model(move || {
        let owner = CallbackOwner::new(Counted::default());
        let worker = Worker::new(policy, owner.cell());
        worker.start();
        body(&worker, &owner);
        worker.stop();
        owner.close();
    });
}

#[test]
fn loom_every_call_is_made_before_the_loop_goes_on() {
    with_worker(Background::queue(1), |worker, owner| {
        for _ in 0..2 {
            assert_eq!(
                worker.enqueue(handler(0), Box::new(call)),
                HandlerStatus::Continue
            );
        }
        worker.wait_until_done();
        owner.close();
        assert_eq!(owner.get().get(), 2);
    });
}

#[test]
fn loom_every_call_is_made_or_counted_as_dropped() {
    with_worker(Background::queue(1).drop_oldest(), |worker, owner| {
        for _ in 0..2 {
            worker.enqueue(handler(0), Box::new(call));
        }
        worker.discard();
        worker.wait_until_done();
        let dropped: u64 = worker.dropped().iter().map(|(_, times)| times).sum();
        owner.close();
        assert_eq!(u64::from(owner.get().get()) + dropped, 2);
    });
}

#[test]
fn loom_a_call_that_panics_is_the_last_and_holds_nothing_up() {
    with_worker(Background::queue(1), |worker, _| {
        worker.enqueue(
            handler(0),
            Box::new(|_| std::panic::resume_unwind(Box::new("broken"))),
        );
        worker.enqueue(handler(1), Box::new(call));
        worker.wait_until_done();
        assert_eq!(worker.take_failures().len(), 1);
        assert_eq!(worker.dropped(), [(handler(1), 1)]);
    });
}
