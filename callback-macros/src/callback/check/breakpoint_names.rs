//! Checks the names by which handlers refer to breakpoints and phases.

use crate::callback::model::{BreakpointRef, Handler, Loop, Model};
use crate::callback::syntax::LoopInfo;
use crate::errors::Errors;
use crate::spelling::{did_you_mean, nearest, wrap_names};
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
    let nearest = nearest_breakpoint(breakpoint, model);
    let suggestion = did_you_mean(nearest.as_deref());
    let lists: String = model.loops.iter().map(list_breakpoints).collect();
    let remedy = if breakpoint.in_attribute {
        ""
    } else {
        "\na function that is no handler belongs in another `impl` block, without `#[callback]`"
    };
    // A name that resembles none of the default loop is probably one of another loop.
    let default_loop = match nearest {
        None if model.arguments.loops().next().is_none() => DEFAULT_LOOP,
        _ => "",
    };
    format!("{loops} `{ident}`{suggestion}{lists}{default_loop}{remedy}")
}

/// What a block without a loop means.
const DEFAULT_LOOP: &str =
    "\n`#[callback]` without a loop means `Fit`; name another loop, as in `#[callback(Relax)]`";

/// Returns the nearest name, without `on_` if the user omits it.
fn nearest_breakpoint(breakpoint: &BreakpointRef, model: &Model) -> Option<String> {
    let names = model.loops.iter().flat_map(|each| all_names(&each.info));
    let possible_names = breakpoint.possible_names();
    let full_name = possible_names
        .iter()
        .find(|name| name.starts_with("on_"))
        .or(possible_names.last())?;
    let nearest = nearest(full_name, names)?;
    let omits_prefix =
        breakpoint.in_attribute && !breakpoint.ident.unraw().to_string().starts_with("on_");
    let short = nearest.strip_prefix("on_").filter(|_| omits_prefix);
    Some(short.unwrap_or(nearest).to_owned())
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
