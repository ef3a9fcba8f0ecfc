//! What makes durable what a sink has written, on the thread that writes a checkpoint.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Makes durable what a [sink](super::Rewind) had written when the run was saved. A checkpoint calls it on the thread that writes it, so that the
/// loop does not wait for the disk.
///
/// ```
/// use callbacks::persist::SinkSync;
///
/// # let path = std::env::temp_dir().join(format!("callbacks-sink-sync-{}", std::process::id()));
/// let file = std::fs::File::create(&path)?;
/// let sync = SinkSync::new(move || file.sync_data());
/// sync.run()?;
/// # std::fs::remove_file(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct SinkSync(Arc<dyn Fn() -> io::Result<()> + Send + Sync>);

impl SinkSync {
    /// Wraps a function that waits until what was written is durable. An error fails the checkpoint, so it names the file.
    pub fn new(sync: impl Fn() -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(sync))
    }

    /// Waits until what was written is durable.
    pub fn run(&self) -> io::Result<()> {
        (self.0)()
    }
}

impl fmt::Debug for SinkSync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SinkSync").finish_non_exhaustive()
    }
}

/// It is no part of what is saved.
impl PartialEq for SinkSync {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
