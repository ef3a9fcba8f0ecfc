//! What waits for another thread is over in time, or has failed.

use std::sync::mpsc::channel;
use std::time::Duration;

/// Long enough for a machine that has other things to do.
const DEADLINE: Duration = Duration::from_mins(1);

/// Runs `test` on a thread of its own; one that hangs fails.
pub(crate) fn in_time(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = channel();
    let helper = std::thread::spawn(move || {
        test();
        // Whoever waited for it longer than the deadline has failed already.
        let _ = done.send(());
    });
    match is_done.recv_timeout(DEADLINE) {
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Ok(()) | Err(_) => {
            if let Err(panic) = helper.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}
