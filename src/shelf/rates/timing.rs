//! When a schedule is applied: its unit, and the position in it.

use crate::fit::{BatchesPerStep, Epochs, Fit, Iteration, Phase, Step, Total};
use crate::schedule::SchedulePosition;
use crate::settings;
use callback_runtime::persist::Fields;
use callback_runtime::{CallbackInfo, Record, Rounds};
use std::any::TypeId;

/// What the positions of a schedule count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScheduleUnit {
    Steps,
    Epochs,
    /// Whatever the rounds of the loop are.
    Rounds,
}

/// The state that says where a run is. A fit has all of it.
#[derive(Clone, Copy)]
pub(super) struct RunPosition<'s> {
    pub(super) record: &'s Record,
    pub(super) phase: Option<&'s Phase>,
    pub(super) iteration: Option<&'s Iteration>,
    pub(super) step: Option<&'s Step>,
    pub(super) epochs: Option<&'s Epochs>,
    pub(super) total: Option<&'s Total>,
    pub(super) batches_per_step: Option<&'s BatchesPerStep>,
}

impl<'s> RunPosition<'s> {
    /// Returns the position of a loop whose rounds are no scopes, such as the driver's, at a poll. `None` in a fit, which begins a scope for each
    /// position, and at the end of a round.
    pub(super) fn at_poll(
        record: &'s Record,
        phase: Option<&'s Phase>,
        total: Option<&'s Total>,
    ) -> Option<Self> {
        let is_in_round = phase.is_none() && !record.is_complete();
        is_in_round.then_some(Self {
            record,
            phase,
            iteration: None,
            step: None,
            epochs: None,
            total,
            batches_per_step: None,
        })
    }
}

/// When a schedule is applied: once at each position.
#[derive(Debug, Clone)]
pub(super) struct Timing {
    unit: ScheduleUnit,
    /// The number of positions in the run, if it is given.
    pub(super) total: Option<u64>,
    /// The position from which on the schedule is not applied.
    pub(super) until: Option<u64>,
    /// The round at which the run began.
    begin: u64,
    /// The position at which the schedule was applied last; `None` at the begin of a run.
    last: Option<u64>,
}

impl Timing {
    pub(super) const fn new(unit: ScheduleUnit) -> Self {
        Self {
            unit,
            total: None,
            until: None,
            begin: 0,
            last: None,
        }
    }

    /// Declares the settings that are not valid, such as a unit that the loop does not count.
    pub(super) fn declare<L: Rounds>(&self, info: CallbackInfo) -> CallbackInfo {
        let info = settings::at_least_one(info, "total", self.total);
        let info = settings::at_least_one(info, "until", self.until);
        let (is_counted, unit) = match self.unit {
            ScheduleUnit::Rounds => (true, "rounds"),
            ScheduleUnit::Steps => (is_fit::<L>() || L::ROUND == "step", "steps"),
            ScheduleUnit::Epochs => (L::ROUND == "epoch", "epochs"),
        };
        if is_counted {
            return info;
        }
        info.problem(format!(
            "counts {unit}, and this loop has {}s; write `per_round`",
            L::ROUND
        ))
    }

    /// Begins a run.
    pub(super) fn begin_run(&mut self, record: &Record) {
        self.last = None;
        self.begin = record.round().number();
    }

    /// Names what a saved run has of the timing.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("begin", &mut self.begin);
        fields.field("last", &mut self.last);
    }

    /// Returns the position, if it is another one than that of the last call. The `Err` says that the total is needed and not known.
    pub(super) fn next(
        &mut self,
        now: RunPosition<'_>,
        needs_total: bool,
    ) -> Result<Option<SchedulePosition>, String> {
        let new = self.count(now).filter(|count| {
            self.last != Some(*count) && self.until.is_none_or(|until| *count < until)
        });
        let Some(count) = new else {
            return Ok(None);
        };
        let at = SchedulePosition::new(count);
        let total = self.total.or_else(|| self.find_total(now));
        if total.is_none() && needs_total {
            let unit = self.unit_name(now.record);
            return Err(format!(
                "the schedule spans the whole run, and the number of its {unit} is not known; give it with `.total(…)`, or the \
                 schedule a length with `.over(…)`"
            ));
        }
        self.last = Some(count);
        Ok(Some(total.map_or(at, |total| at.of(total))))
    }

    /// Returns the number of steps or rounds that are complete; `None` where a fit is not in a batch of training, and steps are counted, and
    /// in an evaluation or a prediction, which have no epochs.
    fn count(&self, now: RunPosition<'_>) -> Option<u64> {
        if now.epochs.is_some_and(|epochs| epochs.max == 0) {
            return None;
        }
        if self.unit == ScheduleUnit::Steps
            && let Some(phase) = now.phase
        {
            let is_in_batch = now.iteration.is_none_or(|iteration| iteration.get() > 0);
            let is_training = *phase == Phase::Train && is_in_batch;
            return now.step.filter(|_| is_training).map(|step| step.get());
        }
        let number = now.record.round().number();
        Some(if now.record.is_complete() {
            number
        } else {
            number.saturating_sub(1)
        })
    }

    /// Finds the number of steps or rounds in the run.
    fn find_total(&self, now: RunPosition<'_>) -> Option<u64> {
        let total = now.total.and_then(|total| total.get());
        match (now.epochs, self.unit) {
            // `Total` is the number of batches in the pass.
            (Some(epochs), ScheduleUnit::Steps) if now.phase.is_some() => {
                let group = now.batches_per_step;
                let steps =
                    total.map(|batches| group.map_or(batches, |group| group.steps_of(batches)));
                steps.map(|steps| steps.saturating_mul(epochs.max))
            }
            (Some(epochs), _) => Some(epochs.max),
            (None, _) => {
                let last = total.map(|rounds| rounds.saturating_add(self.begin));
                last.or_else(|| now.record.last_round())
            }
        }
    }

    fn unit_name(&self, record: &Record) -> String {
        match self.unit {
            ScheduleUnit::Steps => "steps".into(),
            ScheduleUnit::Epochs => "epochs".into(),
            ScheduleUnit::Rounds => format!("{}s", record.round().unit()),
        }
    }
}

/// Whether the loop is a fit, which counts steps inside its rounds.
fn is_fit<L: Rounds>() -> bool {
    TypeId::of::<L>() == TypeId::of::<Fit>()
}
