//! Requests of a checkpoint from outside of the run.

use callback_runtime::BoxError;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Asks a [`Checkpoint`](super::Checkpoint) to write now, from elsewhere: another thread, or a server. Its clones share one request.
///
/// ```
/// use callbacks::shelf::{Checkpoint, SaveHandle};
///
/// let handle = SaveHandle::new();
/// let checkpoint = Checkpoint::to("runs/digits").on_request(handle.clone());
/// std::thread::spawn(move || handle.save()).join().unwrap();
/// # let _ = checkpoint;
/// ```
#[derive(Debug, Clone, Default)]
pub struct SaveHandle(Arc<AtomicBool>);

impl SaveHandle {
    /// Makes a handle without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a checkpoint. The next end of a scope or a round sees it.
    pub fn save(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How long a look for a file lasts, so that looking costs nothing.
const LOOK: Duration = Duration::from_millis(100);

/// Something outside that can ask for a checkpoint.
#[derive(Debug)]
pub(super) enum Request {
    Handle(SaveHandle),
    /// A file that appears, and when it was looked for.
    File(PathBuf, Option<Instant>),
    /// SIGUSR1, and whether its handler is installed.
    #[cfg(all(unix, feature = "signal-hook"))]
    Signal(Arc<AtomicBool>, bool),
}

impl Request {
    pub(super) const fn file(path: PathBuf) -> Self {
        Self::File(path, None)
    }

    #[cfg(all(unix, feature = "signal-hook"))]
    pub(super) fn signal() -> Self {
        Self::Signal(Arc::default(), false)
    }

    /// Begins a run: the handler of a signal is installed before the first step.
    #[allow(clippy::unnecessary_wraps, reason = "only that can fail")]
    pub(super) fn begin(&mut self) -> Result<(), BoxError> {
        #[cfg(all(unix, feature = "signal-hook"))]
        if let Self::Signal(request, is_installed) = self
            && !*is_installed
        {
            signal_hook::flag::register(signal_hook::consts::SIGUSR1, Arc::clone(request))?;
            *is_installed = true;
        }
        Ok(())
    }

    /// Returns whether a checkpoint is asked for, and withdraws the request.
    pub(super) fn take(&mut self) -> Result<bool, BoxError> {
        match self {
            Self::Handle(SaveHandle(request)) => Ok(request.swap(false, Ordering::Relaxed)),
            Self::File(path, looked_at) => {
                let now = Instant::now();
                if looked_at.is_some_and(|then| now.duration_since(then) < LOOK) {
                    return Ok(false);
                }
                *looked_at = Some(now);
                match std::fs::remove_file(&*path) {
                    Ok(()) => Ok(true),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
                    Err(error) => Err(format!(
                        "`{}` asks for a checkpoint and cannot be removed: {error}",
                        path.display()
                    )
                    .into()),
                }
            }
            #[cfg(all(unix, feature = "signal-hook"))]
            Self::Signal(request, _) => Ok(request.swap(false, Ordering::Relaxed)),
        }
    }
}
