//! Which checkpoints stay.

use super::own::OwnCheckpoint;
use crate::shelf::stopping::Direction;
use callback_runtime::{CallbackInfo, Record};
use std::borrow::Cow;

/// Which checkpoints stay: the last ones, and the best ones.
#[derive(Debug)]
pub(super) struct Keep {
    /// How many of the last ones; `None` for all.
    pub(super) last: Option<usize>,
    pub(super) best: Option<Best>,
}

/// The checkpoints with the best values of a number.
#[derive(Debug)]
pub(super) struct Best {
    pub(super) monitor: Cow<'static, str>,
    direction: Direction,
    count: usize,
    /// Whether a complete round had the number.
    was_seen: bool,
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

    /// Returns the name of the monitored number.
    pub(super) fn monitor(&self) -> Option<&str> {
        self.best.as_ref().map(|best| &*best.monitor)
    }

    /// Whether more than one checkpoint stays.
    pub(super) fn keeps_several(&self) -> bool {
        let best = self.best.as_ref().map_or(0, |best| best.count);
        self.last.is_none_or(|last| last.saturating_add(best) > 1)
    }

    /// Begins a run whose rounds have had no number yet.
    pub(super) fn begin_run(&mut self) {
        if let Some(best) = &mut self.best {
            best.was_seen = false;
        }
    }

    /// Returns the monitored number of a complete round, if it is one that can be best. A number that is not declared and has never been there
    /// is an error, as it is for a stopper: its name may be misspelt.
    pub(super) fn monitored(
        &mut self,
        record: &Record,
        own: &[OwnCheckpoint],
    ) -> Result<Option<f64>, String> {
        let Some(best) = self.best.as_mut().filter(|_| record.is_complete()) else {
            return Ok(None);
        };
        let value = record.get(&best.monitor);
        best.was_seen |= value.is_some() || own.iter().any(|own| own.monitored.is_some());
        let may_come = record.is_declared(&best.monitor) || record.lacking().next().is_some();
        if !best.was_seen && !may_come {
            return Err(record.explain_absence(&best.monitor));
        }
        Ok(value.filter(|value| value.is_finite()))
    }

    /// Whether a checkpoint with this number would stay, beside those that are there.
    pub(super) fn wants(&self, monitored: Option<f64>, own: &[OwnCheckpoint]) -> bool {
        self.last != Some(0) || self.is_best(monitored, own)
    }

    /// Whether a checkpoint with this number would be one of the best.
    pub(super) fn is_best(&self, monitored: Option<f64>, own: &[OwnCheckpoint]) -> bool {
        let Some((best, value)) = self.best.as_ref().zip(monitored) else {
            return false;
        };
        if best.count == 0 {
            return false;
        }
        let worst = best.ranked(own).nth(best.count.saturating_sub(1));
        worst.is_none_or(|(_, worst)| best.direction.gain(value, worst) > 0.0)
    }

    /// Returns those that do not stay. The newest one stays in any case: it is the latest.
    pub(super) fn leaving(&self, own: &[OwnCheckpoint]) -> Vec<OwnCheckpoint> {
        let Some(last) = self.last else {
            return Vec::new();
        };
        let (older, _) = own.split_at(own.len().saturating_sub(last.max(1)));
        let best: Vec<u64> = self.best.iter().flat_map(|best| best.of(own)).collect();
        let leaving = older.iter().filter(|own| !best.contains(&own.sequence));
        leaving.cloned().collect()
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
            was_seen: false,
        }
    }

    /// Returns the numbers of the best ones.
    fn of(&self, own: &[OwnCheckpoint]) -> impl Iterator<Item = u64> {
        let best = self.ranked(own).take(self.count);
        best.map(|(sequence, _)| sequence)
    }

    /// Returns the numbers of the checkpoints and their values: the best value first, and of equal ones the earlier.
    fn ranked(&self, own: &[OwnCheckpoint]) -> impl Iterator<Item = (u64, f64)> + use<> {
        let values = own
            .iter()
            .filter_map(|own| Some((own.sequence, own.monitored?)));
        let mut values: Vec<_> = values.collect();
        values.sort_by(|(first, a), (second, b)| {
            let by_value = match self.direction {
                Direction::Minimize => a.total_cmp(b),
                Direction::Maximize => b.total_cmp(a),
            };
            by_value.then(first.cmp(second))
        });
        values.into_iter()
    }
}
