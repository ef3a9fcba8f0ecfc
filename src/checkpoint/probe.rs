//! Whether checkpoints can be written into a directory, before there is one.

use super::dir::CheckpointDir;
use super::error::CheckpointError;
use super::names::Hidden;

impl CheckpointDir {
    /// Finds out whether checkpoints can be written: creates the directory if there is none, writes a hidden file into it, and removes the
    /// file. The callback `Checkpoint` does this where a run begins, so that no run works for hours and then cannot be saved.
    ///
    /// ```
    /// # use callbacks::checkpoint::CheckpointDir;
    /// # let folder = std::env::temp_dir().join(format!("callbacks-doc-probe-{}", std::process::id()));
    /// CheckpointDir::new(&folder).check_writable()?;
    /// assert!(folder.is_dir());
    ///
    /// std::fs::write(folder.join("notes.txt"), "all well").unwrap();
    /// let error = CheckpointDir::new(folder.join("notes.txt")).check_writable().unwrap_err();
    /// assert!(error.to_string().contains("notes.txt"));
    /// # std::fs::remove_dir_all(folder).ok();
    /// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
    /// ```
    pub fn check_writable(&self) -> Result<(), CheckpointError> {
        self.create()?;
        // No other process has this name. If this one is killed here, the next write of any run removes the file.
        let id = format!("{:016x}", fastrand::u64(..));
        let path = self.hidden(&id, &Hidden::Probe);
        let written = self.write_file(
            &path,
            [b"A process tries whether it can write here.\n".as_slice()],
        );
        let removed = self.settle_one(&id, &Hidden::Probe);
        written.and(removed)
    }

    /// Returns the name of the checkpoint that `latest` names, if it is one of another run.
    pub(crate) fn latest_of_other(&self, run_id: &str) -> Option<String> {
        let name = self.pointer().ok()??;
        let path = self.folder_of(&name).ok()??;
        let head = self.head_of_any(&path).ok()?;
        (head.run_id != run_id).then_some(name)
    }
}
