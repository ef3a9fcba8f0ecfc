//! When a checkpoint is asked for, and what happens to the saved run.

use super::Checkpoint;
use super::name::Values;
use super::own::OwnCheckpoint;
use super::request::Request;
use super::writer::Job;
use crate::checkpoint::NewCheckpoint;
use crate::fit::Epochs;
use crate::shelf::DryRun;
use crate::weight;
use callback_runtime::persist::{Fields, SavedEnding, SavedRun};
use callback_runtime::{
    At, BoxError, Callback, CallbackInfo, Claim, Flow, Handlers, Outcome, Period, Record, Role,
    Rounds, Unit,
};

/// A checkpoint that was asked for.
#[derive(Debug)]
pub(super) struct Pending {
    reason: &'static str,
    /// The monitored number, if there is one.
    monitored: Option<f64>,
}

/// What a run does with the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It writes nothing: it is an evaluation, or one of a sanity check.
    None,
    /// It has not found out yet whether it can write.
    Unchecked,
    /// It cannot write. By its policy the run may go on, and then each checkpoint is tried.
    Failed,
    /// It writes.
    Checked,
}

impl<L: Rounds> Callback<L> for Checkpoint {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>()
            .ready_made()
            .weight(weight::LAST)
            .claims(self.claim())
            .persist(Self::persist)
            .receives_saved_runs(Self::receive);
        let info = if self.writes_halts {
            info.receives_halted_runs()
        } else {
            info
        };
        let info = if self.writes_failures {
            info.receives_failed_runs()
        } else {
            info
        };
        self.name
            .declare(self.keep.declare(info), self.keep.keeps_several())
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::begin);
        // A run that is restored does not fire it again, and polls.
        if let Some(begin) = first_begin::<L>() {
            h.on(begin, Self::check_once);
        }
        for period in &self.periods {
            // A count of epochs has changed where an epoch begins, and a checkpoint is due where it ends.
            let at = if has_epochs(period) {
                L::on_round_end
            } else {
                L::on_poll
            };
            let handlers = h.on_each(at, Self::ask_for_period);
            handlers.every(period.clone()).jointly();
        }
        if self.periods.is_empty() {
            h.on_each(L::on_round_end, Self::ask_for_period);
        } else if L::UNIT == Some(Unit::Epochs) && !self.periods.iter().any(has_epochs) {
            // Within an epoch there is no number to compare.
            h.on_each(L::on_round_end, Self::ask_for_best);
        }
        h.on_each(L::on_poll, Self::poll);
        h.on_exit(Self::finish);
    }
}

/// Returns the breakpoint at which the outermost scope of the loop begins.
fn first_begin<L: Rounds>() -> Option<At<L>> {
    let mut breakpoints = L::BREAKPOINTS.iter();
    let index = breakpoints.position(|at| at.role() == Role::Begin)?;
    Some(At::new(index.try_into().ok()?))
}

fn has_epochs(period: &Period) -> bool {
    period.next_after(Unit::Epochs, 0).is_some()
}

impl Checkpoint {
    /// Claims the directory: two callbacks would remove what the other one keeps.
    fn claim(&self) -> Claim {
        let path = self.dir.absolute();
        Claim::new(
            format!("writes checkpoints into {}", path.display()),
            "give each a directory of its own, or attach one with several periods: `.every(…).every(…)`",
        )
    }

    /// Begins a run of its own, unless it continues the last one, as the runs of a driver do.
    fn begin(
        &mut self,
        record: &Record,
        epochs: Option<&Epochs>,
        dry_run: Option<&DryRun>,
    ) -> Result<(), BoxError> {
        if record.id().is_none() || record.id() != self.record {
            self.run_id = new_run_id();
            self.sequence = 0;
            self.writer.own.begin_run(&self.run_id);
            self.keep.begin_run();
        }
        self.record = record.id();
        // An evaluation has no epoch.
        let may_write = epochs.is_none_or(|epochs| epochs.max > 0) && dry_run.is_none();
        self.access = if may_write {
            Access::Unchecked
        } else {
            Access::None
        };
        self.pending = None;
        self.writer.has_written = false;
        self.requests.iter_mut().try_for_each(Request::begin)
    }

    /// Finds out whether the directory can be written, and whether another run has written there, once in a run. The policy of the callback
    /// swallows no failure of `on_enter`, so that this comes after it.
    fn check_once(&mut self) -> Result<Flow, BoxError> {
        if self.access != Access::Unchecked {
            return Ok(Flow::Continue);
        }
        self.access = Access::Failed;
        self.dir.check_writable()?;
        self.access = Access::Checked;
        Ok(match self.dir.latest_of_other(&self.run_id) {
            Some(name) => Flow::remark(self.describe_other(&name)),
            None => Flow::Continue,
        })
    }

    /// Says that a program that continues the latest checkpoint of the directory continues this run from now on.
    fn describe_other(&self, name: &str) -> String {
        let path = self.dir.path().display();
        format!(
            "the latest checkpoint in {path} is {name} of another run, and the first one of this run takes its place; to continue the other \
             run, begin with `.resume(Resume::latest(…))`, and otherwise give each run a directory of its own"
        )
    }

    fn ask_for_period(
        &mut self,
        record: &Record,
        epochs: Option<&Epochs>,
    ) -> Result<Flow, BoxError> {
        if self.access == Access::None {
            return Ok(Flow::Continue);
        }
        self.know()?;
        let monitored = self.keep.monitored(record, self.writer.own.all())?;
        let own = self.writer.own.all();
        if !self.keep.wants(monitored, own) {
            return Ok(Flow::Continue);
        }
        let is_last = |epochs: &Epochs| record.round().number() >= epochs.max;
        // A thread that is busy skips neither one of the best nor that of the last epoch.
        let reason = match epochs {
            _ if self.keep.is_best(monitored, own) => "best",
            Some(epochs) if record.is_complete() && is_last(epochs) => "last",
            _ if !self.writer.is_free(true)? => return Ok(Flow::Continue),
            _ => "periodic",
        };
        Ok(self.ask(reason, monitored))
    }

    /// Asks for a checkpoint where an epoch ends that is one of the best.
    fn ask_for_best(&mut self, record: &Record) -> Result<Flow, BoxError> {
        if self.access == Access::None {
            return Ok(Flow::Continue);
        }
        self.know()?;
        let monitored = self.keep.monitored(record, self.writer.own.all())?;
        if !self.keep.is_best(monitored, self.writer.own.all()) {
            return Ok(Flow::Continue);
        }
        Ok(self.ask("best", monitored))
    }

    /// Looks for requests from outside, and for an error of the writer.
    fn poll(&mut self, record: &Record) -> Result<Flow, BoxError> {
        if self.access == Access::None {
            return Ok(Flow::Continue);
        }
        let first = self.check_once()?;
        if first != Flow::Continue {
            return Ok(first);
        }
        self.writer.poll()?;
        let mut is_requested = false;
        for request in &mut self.requests {
            is_requested |= request.take()?;
        }
        if !is_requested {
            return Ok(Flow::Continue);
        }
        self.know()?;
        let monitored = self.keep.monitored(record, self.writer.own.all())?;
        Ok(self.ask("requested", monitored))
    }

    /// Asks for a saved run. Its memory of this callback has the number of this checkpoint already.
    fn ask(&mut self, reason: &'static str, monitored: Option<f64>) -> Flow {
        if self.pending.is_none() {
            self.sequence += 1;
        }
        // A request may come before the round of its checkpoint is complete.
        let pending = self.pending.get_or_insert(Pending {
            reason,
            monitored: None,
        });
        pending.monitored = pending.monitored.or(monitored);
        Flow::Save
    }

    fn receive(&mut self, saved: &SavedRun) -> Result<(), BoxError> {
        let ending = saved.ending();
        if self.access == Access::None {
            return Ok(());
        }
        // A directory that cannot be listed may be one that can be written to.
        let known = self.know();
        let (reason, monitored, sequence) = match (self.pending.take(), ending) {
            (_, Some(SavedEnding::Failed(_))) => ("failed", None, self.sequence + 1),
            (Some(pending), _) => (pending.reason, pending.monitored, self.sequence),
            // The run that continues gives this number again, and replaces this checkpoint.
            (None, Some(SavedEnding::Interrupted(_))) => ("interrupted", None, self.sequence + 1),
            (None, Some(_)) => ("stopped", None, self.sequence + 1),
            (None, None) => return Ok(()),
        };
        let values = Values::of(saved, sequence);
        let mut numbers = values.numbers();
        if let Some(best) = &self.keep.best {
            // That of a round under way is none to be compared.
            numbers.remove(&*best.monitor);
            numbers.extend(monitored.map(|value| (best.monitor.to_string(), value)));
        }
        let mut new = NewCheckpoint {
            name: self.name.apply(&values),
            run_id: self.run_id.clone(),
            sequence,
            reason: reason.to_owned(),
            failed: reason == "failed",
            numbers,
            saved: saved.clone(),
        };
        // An error of the checkpoint before is reported when this one is under way.
        let before = self.writer.is_free(reason == "periodic");
        if let Ok(false) = before {
            return Ok(());
        }
        let leaving = self.add_own(&mut new, monitored);
        let dir = self.dir.clone();
        self.writer.write(Job { dir, new, leaving })?;
        before.and(known)
    }

    /// Looks which checkpoints the run has, if that is not known.
    fn know(&mut self) -> Result<(), BoxError> {
        let monitor = self.keep.monitor();
        let last = self.sequence - u64::from(self.pending.is_some());
        let own = &mut self.writer.own;
        Ok(own.know(&self.dir, &self.run_id, last, monitor)?)
    }

    /// Adds a checkpoint that is going to be written, and returns the names of those that do not stay. One with the name of another one that
    /// stays gets its number behind it. One of a failed run is not counted.
    fn add_own(&mut self, new: &mut NewCheckpoint, monitored: Option<f64>) -> Vec<String> {
        let own = &mut self.writer.own;
        if !own.are_known(&self.run_id) {
            return Vec::new();
        }
        let mut all: Vec<_> = own.all().to_vec();
        if !new.failed {
            all.retain(|own| own.sequence != new.sequence);
            all.push(OwnCheckpoint {
                sequence: new.sequence,
                name: new.name.clone(),
                monitored,
            });
        }
        let leaving = self.keep.leaving(&all);
        let stays = |own: &OwnCheckpoint| own.sequence != new.sequence && !leaving.contains(own);
        if all.iter().any(|own| own.name == new.name && stays(own)) {
            new.name = format!("{}-{}", new.name, new.sequence);
        }
        if new.failed {
            return Vec::new();
        }
        own.add(OwnCheckpoint {
            sequence: new.sequence,
            name: new.name.clone(),
            monitored,
        });
        let leaving = leaving.into_iter().map(|own| own.name);
        let leaving: Vec<_> = leaving.filter(|name| *name != new.name).collect();
        own.remove(&leaving);
        leaving
    }

    /// Waits for the writer. A process that was killed may have left hidden files, and checkpoints that do not stay, if nothing was written
    /// since.
    fn finish(&mut self, outcome: &Outcome) -> Result<(), BoxError> {
        self.writer.finish()?;
        let cannot_write = matches!(self.access, Access::None | Access::Failed);
        // A run that has failed may be one that could not be restored.
        if cannot_write || self.writer.has_written || outcome.failed().is_some() {
            return Ok(());
        }
        self.know()?;
        for own in self.keep.leaving(self.writer.own.all()) {
            self.dir.remove_listed(&own.name, &self.run_id)?;
        }
        let (_lock, left) = self.dir.settle_all(&self.run_id)?;
        left.into_iter()
            .next()
            .map_or(Ok(()), |left| Err(left.into()))
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("run", &mut self.run_id);
        fields.field("sequence", &mut self.sequence);
        if fields.is_loading() {
            self.writer.own.forget();
        }
    }
}

/// Returns an id that no other run has.
fn new_run_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}
