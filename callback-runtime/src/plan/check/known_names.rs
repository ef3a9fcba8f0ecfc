//! Checks the names of what the loop has, such as optimisers, in the settings of callbacks.

use super::CheckInput;
use crate::plan::{Problem, ProblemKind, ProblemText, nearest};

/// Refuses a name that the loop does not know, as
///
/// ```text
/// trainer.callback(RateSchedule::per_epoch(Exponential::new(0.9)).of("mian"))
/// ```
///
/// A loop that declares no names of the kind may have any.
pub(crate) fn check_known_names(input: &CheckInput<'_>) -> Vec<Problem> {
    let known = &input.plan.of_run.known_names;
    input.each_callback(|id, attached| {
        let names = attached.info.declarations().refers_to.iter();
        let problems = names.filter_map(|(kind, name)| {
            let mut of_kind = known.iter().filter(|(other, _)| other == kind).peekable();
            of_kind.peek()?;
            let of_kind: Vec<&str> = of_kind.map(|(_, known)| known.as_ref()).collect();
            if of_kind.contains(&name.as_ref()) {
                return None;
            }
            let hint = match nearest(name, of_kind.iter().copied()) {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => format!("name one of these: {}", of_kind.join(", ")),
            };
            let text = format!("there is no {kind} `{name}`");
            let text = ProblemText::hinted(text, &hint);
            Some(input.of_callback(id, ProblemKind::Setting, text))
        });
        problems.collect::<Vec<_>>()
    })
}
