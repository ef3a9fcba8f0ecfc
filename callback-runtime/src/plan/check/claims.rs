//! Checks what callbacks claim to do alone.

use super::CheckInput;
use crate::callback::{CallbackId, Claim};
use crate::plan::order::active;
use crate::plan::{Problem, ProblemKind, ProblemText};

/// Refuses a second callback that claims the same, and one that excludes what another one claims, as
///
/// ```text
/// trainer.callback(RateSchedule::per_step(Cosine::new())).callback(RateSchedule::per_epoch(StepDecay::new(10, 0.5)))
/// ```
pub(crate) fn check_claims(input: &CheckInput<'_>) -> Vec<Problem> {
    let claims: Vec<(CallbackId, &Claim)> = active(&input.plan.attached)
        .flat_map(|(id, attached)| {
            let claims = attached.info.declarations().claims.iter();
            claims.map(move |claim| (id, claim))
        })
        .collect();
    let earlier = |id: CallbackId, claim: &Claim| {
        let mut earlier = claims.iter().take_while(|(other, _)| *other != id);
        earlier.find(|(_, other)| other.overlaps(claim)).copied()
    };
    let twice = claims.iter().filter_map(|(id, claim)| {
        let (other, same) = earlier(*id, claim)?;
        Some(problem(
            input,
            *id,
            other,
            &format!("{}, too", same.deed()),
            claim,
        ))
    });
    let excluded = active(&input.plan.attached).flat_map(|(id, attached)| {
        let excluded = attached.info.declarations().excludes.iter();
        excluded.filter_map({
            let claims = &claims;
            move |claim| {
                let mut others = claims.iter().filter(|(other, _)| *other != id);
                let (other, found) = others.find(|(_, other)| other.overlaps(claim))?;
                Some(problem(input, id, *other, found.deed(), claim))
            }
        })
    });
    twice.chain(excluded).collect()
}

fn problem(
    input: &CheckInput<'_>,
    id: CallbackId,
    other: CallbackId,
    deed: &str,
    claim: &Claim,
) -> Problem {
    let place = input.plan.attached[other].added_at;
    let text = format!("{} ({place}) {deed}", input.name(other));
    let text = ProblemText::hinted(text, claim.remedy());
    input.of_callback(id, ProblemKind::Incompatible, text)
}
