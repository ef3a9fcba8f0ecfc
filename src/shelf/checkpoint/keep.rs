//! Which checkpoints stay.

use crate::checkpoint::{CheckpointDir, CheckpointError, CheckpointHead, ListedCheckpoint};
use crate::shelf::stopping::Direction;
use callback_runtime::{CallbackInfo, Record};
use std::borrow::Cow;

/// Which checkpoints stay: the last ones, and the best ones.
#[derive(Debug, Clone)]
pub(super) struct Keep {
    /// How many of the last ones; `None` for all.
    pub(super) last: Option<usize>,
    pub(super) best: Option<Best>,
}

/// The checkpoints with the best values of a number.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub(super) monitor: Cow<'static, str>,
    direction: Direction,
    count: usize,
    /// The numbers of the best checkpoints with their values, the best first. `None` before the directory was looked at.
    known: Option<Vec<(u64, f64)>>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            last: Some(2),
            best: None,
        }
    }
}

impl Keep {
    pub(super) fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let keeps_none =
            self.last == Some(0) && self.best.as_ref().is_none_or(|best| best.count == 0);
        let info = if keeps_none {
            info.problem("keeps no checkpoint; give `keep_last` or `keep_best_min` 1 or more")
        } else {
            info
        };
        match &self.best {
            Some(best) => info.monitors(best.monitor.clone()),
            None => info,
        }
    }

    /// Whether more than one checkpoint stays.
    pub(super) fn keeps_several(&self) -> bool {
        let best = self.best.as_ref().map_or(0, |best| best.count);
        self.last.is_none_or(|last| last.saturating_add(best) > 1)
    }

    pub(super) fn begin_run(&mut self) {
        if let Some(best) = &mut self.best {
            best.known = None;
        }
    }

    /// Looks which checkpoints the run has written, up to the one with this number.
    pub(super) fn know(
        &mut self,
        dir: &CheckpointDir,
        run_id: &str,
        sequence: u64,
    ) -> Result<(), CheckpointError> {
        let Some(best) = self.best.as_mut().filter(|best| best.known.is_none()) else {
            return Ok(());
        };
        let listed = dir.list()?.complete;
        let own = listed
            .iter()
            .filter(|each| is_of(&each.head, run_id, sequence));
        let values = own
            .filter_map(|each| Some((each.head.sequence, *each.head.numbers.get(&*best.monitor)?)));
        let mut values: Vec<_> = values.collect();
        best.sort(&mut values);
        best.known = Some(values);
        Ok(())
    }

    /// Returns the monitored number of a round, if it is one that can be best.
    pub(super) fn monitored(&self, record: &Record) -> Option<f64> {
        let best = self.best.as_ref()?;
        let value = record.get(&best.monitor)?;
        (record.is_complete() && value.is_finite()).then_some(value)
    }

    /// Whether a checkpoint with this number would stay.
    pub(super) fn wants(&self, monitored: Option<f64>) -> bool {
        if self.last != Some(0) {
            return true;
        }
        let Some((best, value)) = self.best.as_ref().zip(monitored) else {
            return false;
        };
        let known = best.known.as_deref().unwrap_or_default();
        let worst = known.get(best.count.saturating_sub(1));
        worst.is_none_or(|(_, worst)| best.direction.gain(value, *worst) > 0.0)
    }

    /// Counts a checkpoint among the best, if it is one of them.
    pub(super) fn add(&mut self, sequence: u64, value: f64) {
        if let Some(best) = &mut self.best {
            let mut known = best.known.take().unwrap_or_default();
            known.push((sequence, value));
            best.sort(&mut known);
            known.truncate(best.count);
            best.known = Some(known);
        }
    }

    /// Forgets a checkpoint that was not written.
    pub(super) fn forget(&mut self, sequence: u64) {
        if let Some(known) = self.best.as_mut().and_then(|best| best.known.as_mut()) {
            known.retain(|(number, _)| *number != sequence);
        }
    }

    /// Removes the checkpoints of the run that do not stay, after the one with this number was written.
    pub(super) fn prune(
        &self,
        dir: &CheckpointDir,
        run_id: &str,
        sequence: u64,
    ) -> Result<(), CheckpointError> {
        let Some(last) = self.last else {
            return Ok(());
        };
        let mut own = dir.list()?.complete;
        own.retain(|each| is_of(&each.head, run_id, sequence) && !each.head.failed);
        let best = self.best_of(&own);
        // The one that was just written stays in any case: it is the latest.
        let begin_of_last = own.len().saturating_sub(last.max(1));
        for each in &own[..begin_of_last] {
            if !best.contains(&each.head.sequence) {
                dir.remove(&each.head.name, run_id)?;
            }
        }
        Ok(())
    }

    /// Returns the numbers of the checkpoints with the best values.
    fn best_of(&self, own: &[ListedCheckpoint]) -> Vec<u64> {
        let Some(best) = &self.best else {
            return Vec::new();
        };
        let own = own.iter();
        let values = own
            .filter_map(|each| Some((each.head.sequence, *each.head.numbers.get(&*best.monitor)?)));
        let mut values: Vec<_> = values.collect();
        best.sort(&mut values);
        values.truncate(best.count);
        values.into_iter().map(|(sequence, _)| sequence).collect()
    }
}

impl Best {
    pub(super) const fn new(
        monitor: Cow<'static, str>,
        direction: Direction,
        count: usize,
    ) -> Self {
        Self {
            monitor,
            direction,
            count,
            known: None,
        }
    }

    /// Sorts the best value first, and of equal ones the earlier.
    fn sort(&self, values: &mut [(u64, f64)]) {
        values.sort_by(|(first, a), (second, b)| {
            let by_value = match self.direction {
                Direction::Minimize => a.total_cmp(b),
                Direction::Maximize => b.total_cmp(a),
            };
            by_value.then(first.cmp(second))
        });
    }
}

/// Whether a checkpoint is one of this run, up to the one with this number. Later ones are of a branch that the run has left.
fn is_of(head: &CheckpointHead, run_id: &str, sequence: u64) -> bool {
    head.run_id == run_id && head.sequence <= sequence
}
