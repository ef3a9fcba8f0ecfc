//! Checks that the run fires the breakpoints without which a callback has no effect.

use super::CheckInput;
use crate::callback::CallbackId;
use crate::loops::BreakpointId;
use crate::plan::{Problem, ProblemKind};

/// Refuses a callback that needs a breakpoint which the run does not fire, as
///
/// ```text
/// Fit::session(5).callback(ClipGradients::<Slopes>::by_norm(1.0)).start()   // without `.fires(Fit::on_train_batch_before_step)`
/// ```
///
/// A run that does not open the outermost scope around the breakpoint is of another kind, such as an evaluation, and has no use for the
/// callback.
pub(crate) fn check_needs(input: &CheckInput<'_>) -> Vec<Problem> {
    let own = input.plan.loop_info.type_id;
    input.each_callback(|id, attached| {
        // A callback for several loops also names the breakpoints of the others.
        let needs = attached.info.declarations().needs.iter();
        let needs = needs.filter(|(loop_info, _)| loop_info.type_id == own);
        let problems = needs.filter_map(|(_, at)| not_fired(input, id, *at));
        problems.collect::<Vec<_>>()
    })
}

fn not_fired(input: &CheckInput<'_>, id: CallbackId, at: BreakpointId) -> Option<Problem> {
    let why = input.plan.of_run.why_silent(at)?;
    if !opens_outermost(input, at) {
        return None;
    }
    let text =
        format!("has no effect without this breakpoint, which this run does not fire: {why}");
    let problem = input.of_callback(id, ProblemKind::NotFired, text);
    Some(Problem {
        breakpoint: Some(input.breakpoint(at).name()),
        ..problem
    })
}

/// Whether the run opens the outermost scope around a breakpoint, or there is none.
fn opens_outermost(input: &CheckInput<'_>, at: BreakpointId) -> bool {
    let scopes = input.plan.loop_info.scopes;
    let mut scope = input.breakpoint(at).scope_id();
    while let Some(parent) = scope.and_then(|scope| scopes[scope].parent_id()) {
        scope = Some(parent);
    }
    scope.is_none_or(|scope| {
        input
            .plan
            .of_run
            .why_silent(scopes[scope].begin())
            .is_none()
    })
}
