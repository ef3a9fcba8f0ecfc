//! [`Record`]: the named values of one round of a loop.

mod absence;
mod columns;
mod context;
mod flags;
mod round;
mod saved;
mod value;

pub use context::RecordId;
pub(crate) use context::{NameDeclarations, RecordedNames, covers};
pub use round::Round;
pub use value::{Complex, Stats, Value};

use context::Context;
use std::borrow::Cow;
use std::fmt;

/// The record of a round: its named values, in the order in which they were added. A round is what a loop counts its records by, such as an
/// epoch of `Fit` or a step of `Driver`. The loop and the callbacks add the values; loggers, stoppers and progress bars read them.
///
/// A stop, an interrupt or a leave can cut a round short. The record of such a round is not [complete](Self::is_complete): stoppers and
/// loggers ignore it.
///
/// ```
/// use callbacks::{Record, Stats};
///
/// let mut record = Record::default();
/// record.set("valid_loss", 0.25);
/// record.set("energy", Stats::of([1.0, 3.0]));
/// record.set("best", "epoch 3");
/// assert_eq!(record.get("valid_loss"), Some(0.25));
/// assert_eq!(record.get("energy.variance"), Some(1.0));
/// assert_eq!(record.get("valid_los"), None);
/// assert_eq!(format!("{record:.2}"), "valid_loss 0.25  energy 2.00 ± 1.00  best epoch 3");
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    round: Round,
    entries: Vec<(Cow<'static, str>, Value)>,
    /// The names of values that the round does not have, because the part of the loop that adds them was left.
    lacking: Vec<Cow<'static, str>>,
    progress: Progress,
    /// What a run adds that is not compared.
    context: Context,
}

/// How far a round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Progress {
    UnderWay,
    CutShort,
    /// Also a record that no loop has begun.
    #[default]
    Complete,
}

/// What handlers and loops read.
impl Record {
    /// Returns the round whose record this is: what counts it, and its number.
    ///
    /// ```
    /// # use callbacks::{Record, Round};
    /// let mut record = Record::default();
    /// record.begin(Round::new("epoch", 3));
    /// assert_eq!(record.round().number(), 3);
    /// assert_eq!(record.round().to_string(), "epoch 3");
    /// ```
    pub const fn round(&self) -> Round {
        self.round
    }

    /// Returns the value called `name` as a number: for statistics, the mean. A part has its name after a dot, as in `energy.variance`;
    /// [`Value::parts`] lists the names. Returns `None` if there is no such number.
    ///
    /// ```
    /// # use callbacks::{Complex, Record};
    /// let mut record = Record::default();
    /// record.set("valid_loss", 0.25);
    /// record.set("overlap", Complex { re: 0.5, im: -0.25 });
    /// assert!(record.get("valid_loss").is_some_and(|loss| loss < 0.5));
    /// assert_eq!(record.get("overlap.im"), Some(-0.25));
    /// assert_eq!(record.get("overlap"), None);
    /// ```
    pub fn get(&self, name: &str) -> Option<f64> {
        if let Some(value) = self.value(name) {
            return value.number();
        }
        let (name, part) = name.rsplit_once('.')?;
        self.value(name)?.part(part)
    }

    /// Returns the value called `name`.
    ///
    /// ```
    /// # use callbacks::{Record, Value};
    /// let mut record = Record::default();
    /// record.set("rate", 0.5);
    /// assert_eq!(record.value("rate"), Some(&Value::Number(0.5)));
    /// ```
    pub fn value(&self, name: &str) -> Option<&Value> {
        let entry = self.entries.iter().find(|(other, _)| other == name);
        entry.map(|(_, value)| value)
    }

    /// Sets a value: a number, an integer, a text, several numbers, or another [`Value`]. A value of the same name is replaced and keeps its
    /// position.
    ///
    /// ```
    /// # use callbacks::Record;
    /// let mut record = Record::default();
    /// record.set("rate", 0.5);
    /// record.set(format!("ra{}", "te"), 0.25);
    /// record.set("occupations", [0.5, 0.5]);
    /// record.set("chains", 16);
    /// assert_eq!((record.get("rate"), record.get("chains")), (Some(0.25), Some(16.0)));
    /// assert_eq!(record.iter().count(), 3);
    /// ```
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.entries.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.entries.push((name, value)),
        }
    }

    /// Returns the names and values, in the order in which they were added.
    ///
    /// ```
    /// # use callbacks::Record;
    /// let mut record = Record::default();
    /// record.set("rate", 0.5);
    /// record.set("shift", 0.01);
    /// let names: Vec<&str> = record.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["rate", "shift"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether the record has no values.
    ///
    /// ```
    /// # use callbacks::Record;
    /// assert!(Record::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the round is complete. `false` while the round is under way, and at the end of a round that was cut short. A part that was
    /// left itself, such as with `Flow::leave(Fit::VALID)`, does not cut the round short.
    ///
    /// ```
    /// # use callbacks::{Record, Round};
    /// let mut record = Record::default();
    /// record.begin(Round::new("epoch", 1));
    /// assert!(!record.is_complete());
    /// record.complete();
    /// assert!(record.is_complete());
    /// ```
    pub const fn is_complete(&self) -> bool {
        matches!(self.progress, Progress::Complete)
    }

    /// Returns the identity of the record. It is the same in all runs that continue one record, such as those of a driver, and different in
    /// each fit. `None` before the first run. A callback that remembers earlier rounds compares it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let (mut plan, mut state) = (Plan::<Fit>::new(), State::new());
    /// let mut ids = Vec::new();
    /// for is_new in [true, false, true] {
    ///     if is_new {
    ///         state.insert(Record::default());
    ///     }
    ///     plan.run(&mut state, |_| Ok(()))?.ok().unwrap();
    ///     ids.push(state.get::<Record>().unwrap().id());
    /// }
    /// assert_eq!(ids[0], ids[1]);
    /// assert_ne!(ids[1], ids[2]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn id(&self) -> Option<RecordId> {
        self.context.id()
    }

    /// Whether the loop or a callback of the run declares that it records a value of this name, at some rounds at least.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let (mut plan, mut state) = (Plan::<Fit>::new(), State::new());
    /// plan.expect(|run| run.records(["train_loss"]));
    /// plan.run(&mut state, |_| Ok(()))?.ok().unwrap();
    /// let record = state.get::<Record>().unwrap();
    /// assert!(record.is_declared("train_loss") && !record.is_declared("train_los"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_declared(&self, name: &str) -> bool {
        self.context.declares(name)
    }

    /// Returns the number of the last round of the run, if the loop has said it: a session of a loop whose rounds are the items of an iterator with
    /// an exact length says it where the iterator begins.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { loop Relax with Step as steps { scope STEP counts Step { before_step; after_step completes Step; } } }
    /// let mut plan = Plan::<Relax>::new();
    /// plan.on(Relax::after_step, |record: &Record| assert_eq!(record.last_round(), Some(3)));
    /// let session = plan.session().start()?;
    /// for _ in session.each(Relax::STEP, 0..3) {}
    /// assert!(session.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn last_round(&self) -> Option<u64> {
        self.context.last_round()
    }

    /// Returns the names of the values that the round does not have, because the part of the loop that adds them was left.
    ///
    /// ```
    /// # use callbacks::Record;
    /// let mut record = Record::default();
    /// record.set("train_loss", 0.5);
    /// record.lack("valid_loss");
    /// assert!(record.lacking().eq(["valid_loss"]));
    /// ```
    pub fn lacking(&self) -> impl Iterator<Item = &str> {
        let lacking = self.lacking.iter().map(AsRef::as_ref);
        lacking.filter(|name| self.value(name).is_none())
    }
}

/// What only loops call.
impl Record {
    /// Begins a round: the record is empty, and not complete. A loop whose rounds are a counted scope need not call this.
    ///
    /// ```
    /// # use callbacks::{Record, Round};
    /// let mut record = Record::default();
    /// record.set("rate", 0.5);
    /// record.begin(Round::new("step", 1));
    /// assert!(record.is_empty() && !record.is_complete());
    /// ```
    #[inline]
    pub fn begin(&mut self, round: Round) {
        self.round = round;
        self.progress = Progress::UnderWay;
        // This is on the hot path of a loop: most records are empty here, and this finds it without a call.
        if !self.is_empty() {
            self.entries.clear();
        }
        if !self.lacking.is_empty() {
            self.lacking.clear();
        }
    }

    /// Returns an empty record that continues this one: it has the same [`id`](Self::id). For a loop that empties its record where a run
    /// begins.
    ///
    /// ```
    /// # use callbacks::Record;
    /// let mut record = Record::default();
    /// record.set("rate", 0.5);
    /// let next = record.continued();
    /// assert!(next.is_empty() && next.id() == record.id());
    /// ```
    pub fn continued(&self) -> Self {
        Self {
            context: self.context.clone(),
            ..Self::default()
        }
    }

    /// Notes that this many more rounds follow.
    pub(crate) fn expect_rounds(&self, more: u64) {
        let last = self.round.number().saturating_add(more);
        self.context.expect_last_round(last);
    }

    /// Prepares the record for a run: sets the round, and the names that values of the run may have.
    pub(crate) fn begin_run(&mut self, round: Round, names: &RecordedNames) {
        self.round = round;
        self.context.begin_run(names);
    }

    /// Marks the round as complete. A loop whose rounds are a counted scope need not call this.
    ///
    /// ```
    /// # use callbacks::{Record, Round};
    /// let mut record = Record::default();
    /// record.begin(Round::new("step", 1));
    /// record.complete();
    /// assert!(record.is_complete());
    /// ```
    pub const fn complete(&mut self) {
        if matches!(self.progress, Progress::UnderWay) {
            self.progress = Progress::Complete;
        }
    }

    /// Marks the round as cut short: it does not become complete.
    ///
    /// ```
    /// # use callbacks::{Record, Round};
    /// let mut record = Record::default();
    /// record.begin(Round::new("step", 1));
    /// record.cut_short();
    /// record.complete();
    /// assert!(!record.is_complete());
    /// ```
    pub const fn cut_short(&mut self) {
        self.progress = Progress::CutShort;
    }

    /// Notes that the part of the loop that adds the value called `name` was left.
    ///
    /// ```
    /// # use callbacks::Record;
    /// let mut record = Record::default();
    /// record.lack("valid_loss");
    /// assert!(record.lacking().eq(["valid_loss"]));
    /// record.set("valid_loss", 0.5);
    /// assert_eq!(record.lacking().next(), None);
    /// ```
    pub fn lack(&mut self, name: impl Into<Cow<'static, str>>) {
        self.lacking.push(name.into());
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { "  " };
            write!(f, "{gap}{name} ")?;
            value.fmt(f)?;
        }
        Ok(())
    }
}
