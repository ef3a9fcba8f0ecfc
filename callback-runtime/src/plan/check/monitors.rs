//! Checks the names in the record that callbacks monitor: the loop or a callback puts them there.

use super::CheckInput;
use crate::callback::CallbackId;
use crate::plan::{Problem, ProblemKind, ProblemText, nearest};
use crate::raw::AccessKind;
use crate::record::{Record, covers};
use crate::run::HandlerRecord;
use std::any::TypeId;

/// Refuses a name that nothing puts into the record, as
///
/// ```text
/// trainer.callback(EarlyStopping::minimize("vaild_loss"))
/// ```
///
/// A callback that writes records and does not say which names may add any; then a name that is similar to a known one is a note. A run
/// without rounds, such as an evaluation, has no record to monitor.
pub(crate) fn check_monitors(input: &CheckInput<'_>) -> Vec<Problem> {
    if !has_rounds(input) {
        return Vec::new();
    }
    let names = RecordNames::of(input);
    input.each_callback(|id, attached| {
        let monitors = attached.info.declarations().monitors.iter();
        let problems = monitors.filter_map(|name| names.check(input, id, name));
        problems.collect::<Vec<_>>()
    })
}

/// Whether the run completes rounds.
fn has_rounds(input: &CheckInput<'_>) -> bool {
    let breakpoints = input.plan.loop_info.ids();
    let mut ends = breakpoints.filter(|id| input.breakpoint(*id).is_round_end());
    ends.any(|id| input.plan.of_run.why_silent(id).is_none())
}

/// The names that the record of a run may have.
struct RecordNames<'p> {
    /// The names that the loop and the callbacks declare.
    declared: Vec<&'p str>,
    /// The names that callbacks of the program, and no ready-made ones, declare.
    by_program: Vec<&'p str>,
    /// Whether the loop or a callback may add other names.
    is_open: bool,
}

impl<'p> RecordNames<'p> {
    fn of(input: &CheckInput<'p>) -> Self {
        let plan = input.plan;
        let by_loop = plan.of_run.records.iter().flatten();
        let mut names = Self {
            declared: by_loop.map(AsRef::as_ref).collect(),
            by_program: Vec::new(),
            is_open: plan.of_run.records.is_none(),
        };
        for id in &plan.resolved.order {
            let info = &plan.attached[*id].info;
            let produces = info.declarations().produces.iter().map(AsRef::as_ref);
            names.declared.extend(produces.clone());
            if !info.is_ready_made() {
                names.is_open |= produces.len() == 0 && writes_records(input, *id);
                names.by_program.extend(produces);
            }
        }
        names
    }

    /// Returns what is wrong with a name that the callback `id` monitors, if anything is.
    fn check(&self, input: &CheckInput<'_>, id: CallbackId, name: &str) -> Option<Problem> {
        if self
            .by_program
            .iter()
            .any(|produced| covers(produced, name))
        {
            return None;
        }
        if let Some(why) = input.plan.of_run.why_unrecorded(name) {
            let what = format!("monitors `{name}`, which this run does not record: {why}");
            let text = ProblemText::hinted(what, &remedy(name));
            return Some(input.of_callback(id, ProblemKind::NotRecorded, text));
        }
        if self.declared.iter().any(|produced| covers(produced, name)) {
            return None;
        }
        let similar = nearest(name, self.declared.iter().copied());
        let what = format!("monitors `{name}`, which nothing puts into the record");
        match (self.is_open, similar) {
            (true, None) => None,
            (true, Some(similar)) => {
                let text = format!(
                    "monitors `{name}`; did you mean `{similar}`? Otherwise the callback that adds `{name}` can declare it: \
                     `produces(\"{name}\")`"
                );
                Some(input.of_callback(id, ProblemKind::SimilarName, text))
            }
            (false, similar) => {
                let text = ProblemText::hinted(what, &self.advice(name, similar));
                Some(input.of_callback(id, ProblemKind::NotRecorded, text))
            }
        }
    }

    fn advice(&self, name: &str, similar: Option<&str>) -> String {
        match similar {
            Some(similar) => format!("did you mean `{similar}`?"),
            None if self.declared.is_empty() => remedy(name),
            None => format!(
                "monitor one of these: {}; {}",
                self.declared.join(", "),
                remedy(name)
            ),
        }
    }
}

fn remedy(name: &str) -> String {
    format!("a callback that adds `{name}` declares it: `#[callback(produces(\"{name}\"))]`")
}

/// Whether a handler of the callback can add values to the record.
fn writes_records(input: &CheckInput<'_>, id: CallbackId) -> bool {
    let record = TypeId::of::<Record>();
    let writes = |handler: &HandlerRecord| {
        handler.accesses.iter().any(|access| match access.kind {
            AccessKind::Read => false,
            AccessKind::Write => access.type_id == record,
            AccessKind::Everything => true,
        })
    };
    let mut handlers = input.handlers();
    handlers.any(|handler| handler.callback == id && writes(handler))
}
