//! The signals that interrupt runs: which one has arrived, and whether a further one ends the process.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the signal handlers of this process share with its runs. The handlers are registered before the first run, and stay.
#[derive(Default)]
pub(super) struct Signals {
    /// The number of the signal that has arrived; 0 if none has. It stays until the runs that it interrupts have ended.
    arrived: Arc<AtomicUsize>,
    /// Whether a signal ends the process: outside of runs, and after a signal that interrupts them.
    ends_process: Arc<AtomicBool>,
    runs: Mutex<Runs>,
}

#[derive(Default)]
struct Runs {
    /// The number of runs under way.
    active: usize,
    /// Whether a run has ended because of the signal, so that it is not kept for the next run.
    is_answered: bool,
}

/// The signals of this process; `None` before its first run.
static SIGNALS: Mutex<Option<Arc<Signals>>> = Mutex::new(None);

impl Signals {
    /// Returns the signals of this process. Registers the handlers, unless they are there.
    fn of_process() -> io::Result<Arc<Self>> {
        let mut signals = lock(&SIGNALS);
        if let Some(signals) = &*signals {
            return Ok(signals.clone());
        }
        let new = Arc::new(Self::default());
        new.ends_process.store(true, Ordering::SeqCst);
        for signal in [SIGINT, SIGTERM] {
            new.register(signal)?;
        }
        Ok(signals.insert(new).clone())
    }

    /// Registers the handlers of a signal. They run in this order: the first one ends the process as if there were no handler, if it should.
    fn register(&self, signal: i32) -> io::Result<()> {
        flag::register_conditional_default(signal, self.ends_process.clone())?;
        flag::register(signal, self.ends_process.clone())?;
        let number = usize::try_from(signal).unwrap_or_default();
        flag::register_usize(signal, self.arrived.clone(), number)?;
        Ok(())
    }

    /// The name of the signal that has arrived.
    fn arrived(&self) -> Option<&'static str> {
        match i32::try_from(self.arrived.load(Ordering::SeqCst)) {
            Ok(SIGINT) => Some("SIGINT"),
            Ok(SIGTERM) => Some("SIGTERM"),
            _ => None,
        }
    }
}

/// A run under way that signals interrupt.
pub(super) struct ActiveRun {
    signals: Arc<Signals>,
    /// Whether the run began after a signal had arrived for others, which it ignores: a handler of an interrupted run may run a plan.
    ignores: bool,
    has_ended: bool,
}

impl ActiveRun {
    /// Begins a run.
    pub(super) fn begin() -> io::Result<Self> {
        let signals = Signals::of_process()?;
        let mut runs = lock(&signals.runs);
        let has_arrived = signals.arrived().is_some();
        if runs.active == 0 {
            // A signal that no run has noticed interrupts this one.
            signals.ends_process.store(has_arrived, Ordering::SeqCst);
        }
        let ignores = has_arrived && runs.active > 0;
        runs.active += 1;
        drop(runs);
        Ok(Self {
            signals,
            ignores,
            has_ended: false,
        })
    }

    /// Returns the name of the signal that interrupts the run.
    #[inline]
    pub(super) fn signal(&self) -> Option<&'static str> {
        self.signals.arrived().filter(|_| !self.ignores)
    }

    /// Ends the run. `is_answered` says that a signal, if there was one, has not been missed.
    pub(super) fn end(mut self, is_answered: bool) {
        self.leave(is_answered);
    }

    fn leave(&mut self, is_answered: bool) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        let signals = &self.signals;
        let mut runs = lock(&signals.runs);
        runs.active = runs.active.saturating_sub(1);
        runs.is_answered |= is_answered && self.signal().is_some();
        if runs.active > 0 {
            return;
        }
        signals.ends_process.store(true, Ordering::SeqCst);
        if std::mem::take(&mut runs.is_answered) {
            signals.arrived.store(0, Ordering::SeqCst);
        }
    }
}

impl Drop for ActiveRun {
    fn drop(&mut self) {
        self.leave(false);
    }
}

/// Locks; no user code runs while it is locked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
