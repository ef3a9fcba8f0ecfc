//! The checkpoints of a run that are in the directory, so that a save need not read what earlier ones have written.

use crate::checkpoint::{CheckpointDir, CheckpointError};

/// A checkpoint that was written, or is being written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OwnCheckpoint {
    pub(super) sequence: u64,
    pub(super) name: String,
    /// The monitored number, if there is one.
    pub(super) monitored: Option<f64>,
}

/// The checkpoints of a run, by their numbers. Those of failed runs are not among them.
#[derive(Debug, Default)]
pub(super) struct OwnCheckpoints {
    /// The run whose checkpoints these are. `None` if the directory is to be looked at.
    run_id: Option<String>,
    all: Vec<OwnCheckpoint>,
}

impl OwnCheckpoints {
    /// Begins a run, which has none.
    pub(super) fn begin_run(&mut self, run_id: &str) {
        self.run_id = Some(run_id.to_owned());
        self.all.clear();
    }

    /// Lets the next use look at the directory.
    pub(super) fn forget(&mut self) {
        self.run_id = None;
    }

    /// Whether these are the checkpoints of this run.
    pub(super) fn are_known(&self, run_id: &str) -> bool {
        self.run_id.as_deref() == Some(run_id)
    }

    /// Looks which checkpoints the run has, if it has continued or a write has failed. Those with larger numbers than the last one are of a
    /// branch that the run has left, but for the one of a stop, whose number is given again.
    pub(super) fn know(
        &mut self,
        dir: &CheckpointDir,
        run_id: &str,
        sequence: u64,
        monitor: Option<&str>,
    ) -> Result<(), CheckpointError> {
        if self.are_known(run_id) {
            return Ok(());
        }
        let heads = dir.list()?.complete.into_iter().map(|listed| listed.head);
        let own = heads.filter(|head| {
            let is_halt = matches!(head.reason.as_str(), "stopped" | "interrupted");
            let is_before = head.sequence <= sequence + u64::from(is_halt);
            head.run_id == run_id && !head.failed && is_before
        });
        let own = own.map(|head| OwnCheckpoint {
            sequence: head.sequence,
            monitored: monitor.and_then(|name| head.numbers.get(name).copied()),
            name: head.name,
        });
        self.all = own.collect();
        self.run_id = Some(run_id.to_owned());
        Ok(())
    }

    pub(super) fn all(&self) -> &[OwnCheckpoint] {
        &self.all
    }

    /// Adds one that is going to be written. It replaces one of its name.
    pub(super) fn add(&mut self, new: OwnCheckpoint) {
        self.all.retain(|own| own.name != new.name);
        self.all.push(new);
    }

    /// Takes out those that are going to be removed.
    pub(super) fn remove(&mut self, names: &[String]) {
        self.all.retain(|own| !names.contains(&own.name));
    }

    /// Corrects the name of one, because another run had a checkpoint of its name. It has replaced one of the new name.
    pub(super) fn rename(&mut self, sequence: u64, name: &str) {
        self.all
            .retain(|own| own.name != name || own.sequence == sequence);
        if let Some(renamed) = self.all.iter_mut().find(|own| own.sequence == sequence) {
            name.clone_into(&mut renamed.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OwnCheckpoint, OwnCheckpoints};

    fn own(sequence: u64, name: &str) -> OwnCheckpoint {
        OwnCheckpoint {
            sequence,
            name: name.to_owned(),
            monitored: None,
        }
    }

    #[test]
    fn one_of_the_same_name_is_replaced() {
        let mut all = OwnCheckpoints::default();
        all.add(own(1, "last"));
        all.add(own(2, "best"));
        all.add(own(3, "last"));
        assert_eq!(all.all(), [own(2, "best"), own(3, "last")]);
        all.remove(&["best".to_owned()]);
        assert_eq!(all.all(), [own(3, "last")]);
    }

    #[test]
    fn those_of_another_run_are_not_known() {
        let mut all = OwnCheckpoints::default();
        assert!(!all.are_known(""));
        all.begin_run("a");
        assert!(all.are_known("a") && !all.are_known("b"));
        all.forget();
        assert!(!all.are_known("a"));
    }
}
