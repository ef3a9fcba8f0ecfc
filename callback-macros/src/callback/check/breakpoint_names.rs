//! Checks the names by which handlers refer to breakpoints and phases.

use super::other_names;
use crate::callback::model::{BreakpointRef, Handler, Loop, Model};
use crate::callback::syntax::LoopInfo;
use crate::errors::Errors;
use crate::handler_name::without_handler_prefix;
use crate::spelling::{did_you_mean, distance_limit, nearest, nearest_with_distance, wrap_names};
use proc_macro2::Ident;
use std::collections::HashSet;
use syn::ext::IdentExt;

/// A name is that of a breakpoint of one of the loops, with or without the phase. Rejects:
///
/// ```text
/// fn on_epoch_ned(&self) {}
/// ```
pub(super) fn check_known(handler: &Handler, model: &Model, errors: &Errors) {
    if model.has_incomplete_loop() {
        // The missing breakpoint may be one about which the loop's own macro reports an error.
        return;
    }
    let unknown = handler
        .breakpoints
        .iter()
        .filter(|breakpoint| model.is_unknown(breakpoint));
    for breakpoint in unknown {
        errors.report(&breakpoint.ident, unknown_breakpoint(breakpoint, model));
    }
}

fn unknown_breakpoint(breakpoint: &BreakpointRef, model: &Model) -> String {
    let ident = &breakpoint.ident;
    let loops: Vec<_> = model
        .loops
        .iter()
        .map(|each| format!("`{}`", each.info.name))
        .collect();
    let loops = match &loops[..] {
        [single] => format!("the loop {single} has no breakpoint"),
        several => format!("none of the loops {} has a breakpoint", several.join(", ")),
    };
    let answer = answer(breakpoint, model);
    let remedy = if breakpoint.in_attribute {
        ""
    } else {
        other_names::REMEDY
    };
    let lists = lists_of_first(breakpoint, model);
    let is_first = !lists.is_empty();
    let may_be_of_another_loop =
        answer.is_empty() || (is_first && is_hook_of_any_loop(breakpoint, model));
    let default_loop = if may_be_of_another_loop && model.arguments.loops().next().is_none() {
        DEFAULT_LOOP
    } else {
        ""
    };
    format!("{loops} `{ident}`{answer}{lists}{default_loop}{remedy}")
}

/// What a block without a loop means.
const DEFAULT_LOOP: &str =
    "\n`#[callback]` without a loop means `Fit`; name another loop, as in `#[callback(Relax)]`";

/// Returns the lists of breakpoints for the first unknown name of a block. They are long, and the same for each name.
fn lists_of_first(breakpoint: &BreakpointRef, model: &Model) -> String {
    let first = model.first_unknown();
    if first.is_some_and(|first| std::ptr::eq(first, breakpoint)) {
        model.loops.iter().map(list_breakpoints).collect()
    } else {
        String::new()
    }
}

/// Says what to write instead: what a hook of this name is here or, if there is none, the nearest breakpoint or hook.
fn answer(breakpoint: &BreakpointRef, model: &Model) -> String {
    let names = breakpoint.possible_names();
    let omits_prefix =
        breakpoint.in_attribute && !breakpoint.ident.unraw().to_string().starts_with("on_");
    let meanings = model.meanings(&names);
    if !meanings.is_empty() {
        return other_names::describe(&meanings, omits_prefix);
    }
    let full_name = names
        .iter()
        .find(|name| name.starts_with("on_"))
        .or(names.last());
    let Some(full_name) = full_name else {
        return String::new();
    };
    let breakpoints = model.loops.iter().flat_map(|each| all_names(&each.info));
    let by_letters = nearest_with_distance(full_name, breakpoints);
    if let Some(hook) = nearer_hook(full_name, by_letters, model) {
        let meanings = model.meanings(&[hook.to_owned()]);
        return other_names::suggest(hook, &meanings, omits_prefix);
    }
    let nearest = by_letters.map(|(_, name)| name);
    let short = |name| {
        let short = str::strip_prefix(name, "on_").filter(|_| omits_prefix);
        short.unwrap_or(name)
    };
    did_you_mean(nearest.map(short))
}

/// Whether other frameworks have a hook of this name, and a loop that is no fit may have it, too: `after_step`.
fn is_hook_of_any_loop(breakpoint: &BreakpointRef, model: &Model) -> bool {
    let names = breakpoint.possible_names();
    let words_of_a_fit = ["epoch", "train", "batch", "valid", "fit"];
    let is_of_a_fit = |name: &String| words_of_a_fit.iter().any(|word| name.contains(word));
    !names.iter().any(is_of_a_fit) && !model.meanings(&names).is_empty()
}

/// Returns the hook of another framework that is nearer to `name` than each breakpoint. The part that all names share, such as `before_`, is no
/// resemblance.
fn nearer_hook<'m>(
    name: &str,
    by_letters: Option<(usize, &str)>,
    model: &'m Model,
) -> Option<&'m str> {
    let hooks = model.all_meanings().map(|meaning| &meaning.alias.name[..]);
    let (distance, hook) = nearest_with_distance(name, hooks)?;
    let is_nearer = by_letters.is_none_or(|(of_breakpoint, _)| distance < of_breakpoint);
    let is_near = distance <= distance_limit(without_handler_prefix(name));
    (is_near && is_nearer).then_some(hook)
}

fn all_names(info: &LoopInfo) -> impl Iterator<Item = &str> {
    full_names(info).chain(phase_free_names(info))
}

fn full_names(info: &LoopInfo) -> impl Iterator<Item = &str> {
    let breakpoints = info.breakpoints.iter();
    breakpoints.map(|breakpoint| breakpoint.name.as_str())
}

fn phase_free_names(info: &LoopInfo) -> impl Iterator<Item = &str> {
    let breakpoints = info.breakpoints.iter();
    breakpoints.filter_map(|breakpoint| breakpoint.phase_free.as_deref())
}

fn list_breakpoints(each: &Loop) -> String {
    let info = &each.info;
    let names = wrap_names(full_names(info));
    let mut seen = HashSet::new();
    let mut phase_free: Vec<_> = phase_free_names(info).collect();
    phase_free.retain(|name| seen.insert(*name));
    let phase_free = if phase_free.is_empty() {
        String::new()
    } else {
        let names = wrap_names(phase_free);
        format!("\n  in every phase that has it:\n    {names}")
    };
    format!(
        "\n  breakpoints of `{}`:\n    {names}{phase_free}",
        info.name
    )
}

/// A phase is one of the loops', and contains the breakpoints beside it. Rejects:
///
/// ```text
/// #[on(batch_end, phase = training)]
/// #[on(train_batch_end, phase = valid)]
/// ```
pub(super) fn check_phase(handler: &Handler, model: &Model, errors: &Errors) {
    for breakpoint in &handler.breakpoints {
        let Some(phase) = &breakpoint.phase else {
            continue;
        };
        let phases: Vec<_> = model.phases().collect();
        if !phases.contains(&phase.unraw().to_string().as_str()) {
            // One error for all the names in the attribute.
            return errors.report(phase, unknown_phase(phase, phases));
        }
        if breakpoint.matches.is_empty() && !model.is_unknown(breakpoint) {
            let ident = &breakpoint.ident;
            errors.report(ident, format!("`{ident}` is not in the phase `{phase}`"));
        }
    }
}

fn unknown_phase(phase: &Ident, phases: Vec<&str>) -> String {
    let suggestion = did_you_mean(nearest(&phase.unraw().to_string(), phases.iter().copied()));
    format!(
        "no phase is called `{phase}`{suggestion}\nthe phases: {}",
        wrap_names(phases)
    )
}
