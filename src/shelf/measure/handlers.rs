//! The handlers of [`Measure`]: update, and what goes into the record.

use super::parts::{Parts, name_in, record_alone};
use super::{Measure, Measures, Update};
use crate::metrics::{Entries, Metric};
use crate::weight;
use callback_runtime::persist::Fields;
use callback_runtime::{
    BoxError, Breakpoint, Callback, CallbackInfo, CallbackRef, Handlers, Local, Record, Role,
    Rounds,
};

impl<L, M, A, B> Callback<L> for Measure<L, M, A, B>
where
    L: Rounds,
    M: Metric + Send + 'static,
    A: 'static,
    B: 'static,
{
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>()
            .ready_made()
            .weight(weight::EARLY)
            .persist::<Self>(Self::persist)
            .group::<Measures>()
            .no_conflict(CallbackRef::of::<Measures>());
        self.declare(info)
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::reset);
        let parts = self.parts();
        for at in parts.updates() {
            match self.update {
                Update::One(_) => h.on(at, Self::update_one),
                Update::Two(_) => h.on(at, Self::update_two),
            };
        }
        for (at, role) in parts.phase_bounds() {
            if role == Role::Begin {
                h.on(at, Self::reset);
            } else {
                h.on(at, Self::record);
            }
        }
        if parts.has_rounds() {
            h.on_each(L::on_round_end, Self::record_round);
        }
    }
}

impl<L: Rounds, M: Metric, A: 'static, B: 'static> Measure<L, M, A, B> {
    fn parts(&self) -> Parts<'_, L> {
        Parts::new(&self.at, self.only.as_deref())
    }

    fn declare(&self, mut info: CallbackInfo) -> CallbackInfo {
        if let Err(error) = self.metric.check() {
            info = info.problem(format!(
                "has a metric that cannot compute `{}`: {error}",
                self.name
            ));
        }
        let parts = self.parts();
        if let Some(problem) = parts.problem() {
            info = info.problem(problem);
        }
        let part = self.metric.example_part();
        let names = parts.names(&self.name).into_iter();
        names.fold(info, |info, (name, end)| {
            record_alone(info, name, end, part.clone())
        })
    }

    fn reset(&mut self) {
        self.metric.reset();
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.nested("metric", |fields| self.metric.persist(fields));
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn update_one(
        &mut self,
        value: Local<'_, A>,
        at: &Breakpoint,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        if let Update::One(update) = &mut self.update {
            update(&mut self.metric, &value)?;
        }
        self.record_running(at, record);
        Ok(())
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn update_two(
        &mut self,
        first: Local<'_, A>,
        second: Local<'_, B>,
        at: &Breakpoint,
        record: &mut Record,
    ) -> Result<(), BoxError> {
        if let Update::Two(update) = &mut self.update {
            update(&mut self.metric, &first, &second)?;
        }
        self.record_running(at, record);
        Ok(())
    }

    fn record_running(&self, at: &Breakpoint, record: &mut Record) {
        if self.is_running {
            self.set(at.phase(), record);
        }
    }

    /// Puts the value of a phase into the record.
    fn record(&mut self, at: &Breakpoint, record: &mut Record) {
        self.set_or_lack(at.phase(), record);
    }

    /// Puts the value of a round into the record. The next round begins at once.
    fn record_round(&mut self, record: &mut Record) {
        self.set_or_lack(None, record);
        self.metric.reset();
    }

    fn set_or_lack(&self, phase: Option<&str>, record: &mut Record) {
        if self.set(phase, record) {
            return;
        }
        let name = name_in(phase, &self.name);
        let numbers = self.metric.parts();
        if numbers.is_empty() {
            record.lack(name);
        } else {
            for number in numbers {
                record.lack(format!("{name}.{number}"));
            }
        }
    }

    /// Puts the value so far into the record, if there is one.
    fn set(&self, phase: Option<&str>, record: &mut Record) -> bool {
        let Some(value) = self.metric.compute() else {
            return false;
        };
        let name = name_in(phase, &self.name);
        for (part, value) in value.entries() {
            match part {
                Some(part) => record.set(format!("{name}.{part}"), value),
                None => record.set(name.clone(), value),
            }
        }
        true
    }
}
