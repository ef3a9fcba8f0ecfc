//! The names by which handlers say where they run.

use crate::callback::model::{Handler, Loop, Model, Request};
use crate::callback::syntax::Facts;
use crate::errors::Errors;
use crate::spelling::{nearest, wrapped};
use proc_macro2::Ident;
use syn::ext::IdentExt;

/// Each is a breakpoint of one of the loops, with or without its phase.
pub(super) fn check_breakpoint(handler: &Handler, model: &Model, errors: &Errors) {
    if model.loops.iter().any(|each| !each.facts.sure) {
        // The breakpoint may be one of those that the loop's own errors are about.
        return;
    }
    let unknown = handler
        .requests
        .iter()
        .filter(|request| model.means_nothing(request));
    for request in unknown {
        errors.at(&request.word, misspelt(request, model));
    }
}

fn misspelt(request: &Request, model: &Model) -> String {
    let word = &request.word;
    let loops: Vec<_> = model
        .loops
        .iter()
        .map(|each| format!("`{}`", each.facts.name))
        .collect();
    let loops = match &loops[..] {
        [one] => format!("the loop {one} has no breakpoint"),
        several => format!("none of the loops {} has a breakpoint", several.join(", ")),
    };
    let guess = guess(request, model)
        .map(|guess| format!(": did you mean `{guess}`?"))
        .unwrap_or_default();
    let lists: String = model.loops.iter().map(list).collect();
    let elsewhere = if request.in_attribute {
        ""
    } else {
        "\na function that is no handler belongs in another `impl` block, without `#[callback]`"
    };
    format!("{loops} `{word}`{guess}{lists}{elsewhere}")
}

/// What was meant, spelt as the user spells.
fn guess(request: &Request, model: &Model) -> Option<String> {
    let names = model.loops.iter().flat_map(|each| all_names(&each.facts));
    let names: Vec<_> = names.collect();
    let spellings = request.spellings();
    let full = spellings
        .iter()
        .find(|spelling| spelling.starts_with("on_"))
        .or(spellings.last())?;
    let guess = nearest(full, names)?;
    let is_short = request.in_attribute && !request.word.unraw().to_string().starts_with("on_");
    let short = guess.strip_prefix("on_").filter(|_| is_short);
    Some(short.unwrap_or(guess).to_owned())
}

fn all_names(facts: &Facts) -> impl Iterator<Item = &str> {
    let free = facts
        .breakpoints
        .iter()
        .filter_map(|each| each.free.as_deref());
    facts
        .breakpoints
        .iter()
        .map(|each| each.name.as_str())
        .chain(free)
}

fn list(each: &Loop) -> String {
    let Facts {
        name, breakpoints, ..
    } = &each.facts;
    let names = wrapped(breakpoints.iter().map(|each| each.name.as_str()));
    let mut free: Vec<_> = breakpoints
        .iter()
        .filter_map(|each| each.free.as_deref())
        .collect();
    let mut known = std::collections::HashSet::new();
    free.retain(|name| known.insert(*name));
    let every = if free.is_empty() {
        String::new()
    } else {
        format!("\n  in every phase that has it:\n    {}", wrapped(free))
    };
    format!("\n  breakpoints of `{name}`:\n    {names}{every}")
}

/// A phase is one of the loops', and the breakpoint is in it.
pub(super) fn check_phase(handler: &Handler, model: &Model, errors: &Errors) {
    for request in &handler.requests {
        let Some(phase) = &request.phase else {
            continue;
        };
        let phases: Vec<_> = model.phases().collect();
        if !phases.contains(&phase.unraw().to_string().as_str()) {
            // Once for all the names beside it.
            return errors.at(phase, unknown_phase(phase, phases));
        }
        if request.places.is_empty() && !model.means_nothing(request) {
            let word = &request.word;
            errors.at(word, format!("`{word}` is not in the phase `{phase}`"));
        }
    }
}

fn unknown_phase(phase: &Ident, phases: Vec<&str>) -> String {
    let guess = nearest(&phase.unraw().to_string(), phases.iter().copied());
    let guess = guess
        .map(|guess| format!(": did you mean `{guess}`?"))
        .unwrap_or_default();
    format!(
        "no phase is called `{phase}`{guess}\nthe phases: {}",
        wrapped(phases)
    )
}
