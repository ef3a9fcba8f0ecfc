//! Callbacks that remember what they saw: with periods of every unit, and in the background.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler takes references"
)]

use callbacks::fit::Phase;
use callbacks::persist::Fields;
use callbacks::prelude::*;
use callbacks::{At, CallbackInfo, Loop, Rounds};

/// Remembers the steps at which its period was due, and why.
pub(crate) struct Seen {
    period: Period,
    pub(crate) seen: Vec<String>,
}

impl Seen {
    pub(crate) const fn new(period: Period) -> Self {
        Self {
            period,
            seen: Vec::new(),
        }
    }

    fn note(&mut self, step: &Step, due: &Due) {
        self.seen.push(format!("{step}: {due}"));
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("seen", &mut self.seen);
    }
}

impl<L: Rounds> Callback<L> for Seen {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().persist(Self::persist)
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_each(L::on_poll, Self::note)
            .every(self.period.clone())
            .jointly();
    }
}

/// Adds one callback for each of these periods, and returns their names.
pub(crate) fn add_seen<L: Rounds>(plan: &mut Plan<L>, periods: &[Period]) {
    for (nth, period) in periods.iter().enumerate() {
        plan.add(Seen::new(period.clone()))
            .named(format!("period {nth}"));
    }
}

/// Returns what the callbacks of [`add_seen`] remember.
pub(crate) fn all_seen<L: Rounds>(plan: &Plan<L>) -> Vec<Vec<String>> {
    let seen = (0..).map_while(|nth| plan.get_named::<Seen>(&format!("period {nth}")));
    seen.map(|each| each.seen.clone()).collect()
}

/// Sums the losses of the batches on a thread of its own.
#[derive(Debug, Default)]
pub(crate) struct LossSum {
    sum: f64,
    batches: u64,
}

#[callback(Fit, background, register = false, persist(sum, batches))]
impl LossSum {
    fn on_train_batch_end(&mut self, loss: &Loss) {
        self.batches += 1;
        self.sum = 0.5 * self.sum + loss.value();
    }

    fn on_valid_batch_end(&mut self, loss: &Loss, phase: &Phase) {
        assert_eq!(*phase, Phase::Valid);
        self.sum -= loss.value();
    }
}

/// Remembers the records at a breakpoint, on a thread of its own.
pub(crate) struct RecordTexts<L: Loop> {
    at: At<L>,
    pub(crate) texts: Vec<String>,
}

impl<L: Loop> RecordTexts<L> {
    pub(crate) const fn new(at: At<L>) -> Self {
        Self {
            at,
            texts: Vec::new(),
        }
    }

    fn note(&mut self, record: &Record) {
        self.texts.push(format!("{}: {record}", record.round()));
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("texts", &mut self.texts);
    }
}

impl<L: Loop> Callback<L> for RecordTexts<L> {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().persist(Self::persist)
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_background(self.at, Self::note);
    }
}
