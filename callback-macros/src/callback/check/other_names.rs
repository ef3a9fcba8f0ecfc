//! Checks the names of functions that are no handlers, and says what the names of other frameworks mean.

use crate::callback::model::{Meaning, Misnamed, Model};
use crate::errors::Errors;

/// What to do with a function that is no handler.
pub(super) const REMEDY: &str =
    "\na function that is no handler belongs in another `impl` block, without `#[callback]`";

/// A function that nothing in the block calls does not have the name of a breakpoint without `on_`, or that of a hook of another framework:
/// its author expects the loop to call it. Rejects:
///
/// ```text
/// fn epoch_end(&self) {}
/// fn training_step(&self) {}
/// ```
pub(super) fn check_not_handlers(model: &Model, errors: &Errors) {
    for (function, misnamed) in model.misnamed_functions() {
        let name = function.name();
        let message = match misnamed {
            Misnamed::LacksPrefix(breakpoint) => {
                format!("`{name}` is no handler: write `{breakpoint}`, the name of the breakpoint")
            }
            Misnamed::Hook(meanings) => {
                let answer = describe(&meanings, false);
                format!("`{name}` is no handler{answer}")
            }
        };
        errors.report(name, message + REMEDY);
    }
}

/// Says what hooks of other frameworks are here, to be appended to a message about their name. `omits_prefix` leaves `on_` out.
pub(super) fn describe(meanings: &[Meaning<'_>], omits_prefix: bool) -> String {
    format!(": {}", sentence("this hook", meanings, omits_prefix))
}

/// Says what `hook`, which resembles a misspelt name, is here.
pub(super) fn suggest(hook: &str, meanings: &[Meaning<'_>], omits_prefix: bool) -> String {
    let Some(first) = meanings.first() else {
        return String::new();
    };
    let guess = match &first.alias.breakpoint {
        Some(breakpoint) => format!("`{}`", without_on(breakpoint, omits_prefix)),
        None => format!("`{hook}` of {}", join(&frameworks(first))),
    };
    let sentence = sentence(&format!("`{hook}`"), meanings, omits_prefix);
    format!(": did you mean {guess}?\n{sentence}")
}

/// Returns a sentence about `subject`, the name of the hooks, and their notes on lines of their own.
fn sentence(subject: &str, meanings: &[Meaning<'_>], omits_prefix: bool) -> String {
    let mut subject = subject;
    let mut answers = Vec::new();
    for group in groups(meanings) {
        answers.push(answer_of(&group, subject, omits_prefix));
        subject = "that";
    }
    let mut lines = vec![answers.join(", ")];
    for Meaning { alias, .. } in meanings {
        let is_new = !alias.note.is_empty() && !lines.contains(&alias.note);
        if alias.breakpoint.is_some() && is_new {
            lines.push(alias.note.clone());
        }
    }
    lines.join("\n")
}

/// Hooks with the same answer.
struct Group<'m> {
    frameworks: Vec<&'m str>,
    first: Meaning<'m>,
    /// The loop, if the hook is another breakpoint in another loop of the block.
    loop_name: Option<&'m str>,
}

fn groups<'m>(meanings: &[Meaning<'m>]) -> Vec<Group<'m>> {
    let mut groups: Vec<Group<'m>> = Vec::new();
    for meaning in meanings {
        let is_same = |group: &&mut Group<'m>| {
            let first = group.first.alias;
            first.breakpoint == meaning.alias.breakpoint
                && (first.breakpoint.is_some() || first.note == meaning.alias.note)
        };
        let frameworks = frameworks(meaning);
        match groups.iter_mut().find(is_same) {
            Some(group) => group.add(&frameworks),
            None => groups.push(Group {
                frameworks,
                first: *meaning,
                loop_name: is_of_one_of_several(meaning, meanings).then_some(meaning.loop_name),
            }),
        }
    }
    groups
}

/// Whether another loop has the hook, too, and its answer is another one.
fn is_of_one_of_several(meaning: &Meaning<'_>, meanings: &[Meaning<'_>]) -> bool {
    let mut others = meanings.iter();
    others.any(|other| {
        other.loop_name != meaning.loop_name && other.alias.breakpoint != meaning.alias.breakpoint
    })
}

impl<'m> Group<'m> {
    fn add(&mut self, frameworks: &[&'m str]) {
        for framework in frameworks {
            if !self.frameworks.contains(framework) {
                self.frameworks.push(*framework);
            }
        }
    }
}

/// Returns that `subject` of some frameworks is a breakpoint here, or what to write in place of it.
fn answer_of(group: &Group<'_>, subject: &str, omits_prefix: bool) -> String {
    let frameworks = join(&group.frameworks);
    let Some(breakpoint) = &group.first.alias.breakpoint else {
        let note = &group.first.alias.note;
        return format!("in place of {subject} of {frameworks}, {note}");
    };
    let breakpoint = without_on(breakpoint, omits_prefix);
    let place = match group.loop_name {
        Some(loop_name) => format!("in `{loop_name}`"),
        None => "here".to_owned(),
    };
    format!("{subject} of {frameworks} is `{breakpoint}` {place}")
}

fn without_on(breakpoint: &str, omits_prefix: bool) -> &str {
    let short = breakpoint.strip_prefix("on_").filter(|_| omits_prefix);
    short.unwrap_or(breakpoint)
}

fn frameworks<'m>(meaning: &Meaning<'m>) -> Vec<&'m str> {
    meaning.alias.frameworks.split(", ").collect()
}

/// Returns `a, b and c`.
fn join(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [single] => (*single).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
