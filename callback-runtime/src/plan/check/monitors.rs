//! Checks the names in the record that callbacks monitor or produce: the loop or one callback puts them there.

use super::CheckInput;
use crate::callback::{CallbackId, ProducedName};
use crate::plan::{Problem, ProblemKind, ProblemText, nearest};
use crate::raw::AccessKind;
use crate::record::{Record, covers};
use crate::run::HandlerRecord;
use std::any::TypeId;
use std::collections::HashSet;

/// Refuses a name that nothing puts into the record, as
///
/// ```text
/// trainer.callback(EarlyStopping::minimize("vaild_loss"))
/// ```
///
/// A callback that writes records and does not say which names may add any; then a name that is similar to a known one, or that the run does
/// not record, is a note. A run without rounds, such as an evaluation, has no record to monitor.
pub(crate) fn check_monitors(input: &CheckInput<'_>) -> Vec<Problem> {
    if !has_monitors(input) || !has_rounds(input) {
        return Vec::new();
    }
    let names = RecordNames::of(input);
    input.each_callback(|id, attached| {
        let monitors = attached.info.declarations().monitors.iter();
        let problems = monitors.filter_map(|name| names.check(input, id, name));
        problems.collect::<Vec<_>>()
    })
}

fn has_monitors(input: &CheckInput<'_>) -> bool {
    let attached = input.plan.attached.iter();
    let mut monitors = attached.map(|attached| &attached.info.declarations().monitors);
    monitors.any(|names| !names.is_empty())
}

/// Whether the run completes rounds.
fn has_rounds(input: &CheckInput<'_>) -> bool {
    let breakpoints = input.plan.loop_info.ids();
    let mut ends = breakpoints.filter(|id| input.breakpoint(*id).is_round_end());
    ends.any(|id| input.plan.of_run.why_silent(id).is_none())
}

/// The names that the record of a run may have.
struct RecordNames<'p> {
    /// The names that the loop declares.
    by_loop: Vec<&'p str>,
    /// The names that callbacks declare, and that the run may record.
    by_callbacks: Vec<&'p ProducedName>,
    /// Whether the loop or a callback may add other names.
    is_open: bool,
}

impl<'p> RecordNames<'p> {
    fn of(input: &CheckInput<'p>) -> Self {
        let plan = input.plan;
        let by_loop = plan.of_run.records.iter().flatten();
        let mut names = Self {
            by_loop: by_loop.map(AsRef::as_ref).collect(),
            by_callbacks: Vec::new(),
            is_open: plan.of_run.records.is_none(),
        };
        let writers = writers_of_records(input);
        for id in &plan.resolved.order {
            let attached = &plan.attached[*id];
            let declares_none = attached.produces().next().is_none();
            let is_ready_made = attached.info.is_ready_made();
            names.is_open |= !is_ready_made && declares_none && writers.contains(id);
            let produced = attached.produces();
            let recorded = produced.filter(|name| plan.of_run.may_record(name));
            names.by_callbacks.extend(recorded);
        }
        names
    }

    /// Returns what is wrong with a name that the callback `id` monitors, if anything is.
    fn check(&self, input: &CheckInput<'_>, id: CallbackId, name: &str) -> Option<Problem> {
        let mut by_callbacks = self.by_callbacks.iter();
        if by_callbacks.any(|produced| produced.has_number(name)) {
            return None;
        }
        let why = input.plan.of_run.why_unrecorded(name);
        if why.is_none() && self.by_loop.iter().any(|recorded| covers(recorded, name)) {
            return None;
        }
        let similar = nearest(name, self.declared());
        let part = self.part_of(name);
        let (what, hint) = match (&part, why) {
            (Some(part), _) => (
                "which has several numbers".to_owned(),
                format!("monitor one of them, such as `{part}`"),
            ),
            (None, Some(why)) => (
                format!("which this run does not record: {why}"),
                remedy(name),
            ),
            (None, None) => (
                "which nothing puts into the record".to_owned(),
                self.advice(name, similar),
            ),
        };
        let kind = match (self.is_open, part.as_deref().or(why).or(similar)) {
            (false, _) => ProblemKind::NotRecorded,
            (true, Some(_)) => ProblemKind::MaybeNotRecorded,
            (true, None) => return None,
        };
        let text = ProblemText::hinted(format!("monitors `{name}`, {what}"), &hint);
        Some(input.of_callback(id, kind, text))
    }

    fn declared(&self) -> impl Iterator<Item = &str> {
        let by_callbacks = self.by_callbacks.iter().map(|produced| produced.name());
        self.by_loop.iter().copied().chain(by_callbacks)
    }

    /// Returns a number of the value called `name`, if only its parts are numbers.
    fn part_of(&self, name: &str) -> Option<String> {
        let mut by_callbacks = self.by_callbacks.iter();
        let of_name = by_callbacks.find(|produced| produced.name() == name)?;
        of_name.example()
    }

    fn advice(&self, name: &str, similar: Option<&str>) -> String {
        match similar {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => match self.declared().collect::<Vec<_>>().join(", ") {
                names if names.is_empty() => remedy(name),
                names => format!("monitor one of these: {names}; {}", remedy(name)),
            },
        }
    }
}

fn remedy(name: &str) -> String {
    format!(
        "a callback that adds `{name}` declares it: `#[callback(produces(\"{name}\"))]`, or `.produces(\"{name}\")` \
         where a closure is attached"
    )
}

/// Returns the callbacks with a handler that can add values to the record, at a breakpoint that the run fires.
fn writers_of_records(input: &CheckInput<'_>) -> HashSet<CallbackId> {
    let writing = input.handlers().filter(|handler| {
        writes_record(handler) && input.plan.of_run.why_silent(handler.at).is_none()
    });
    writing.map(|handler| handler.callback).collect()
}

fn writes_record(handler: &HandlerRecord) -> bool {
    let record = TypeId::of::<Record>();
    handler.accesses.iter().any(|access| match access.kind {
        AccessKind::Read => false,
        AccessKind::Write => access.type_id == record,
        AccessKind::Everything => true,
    })
}
