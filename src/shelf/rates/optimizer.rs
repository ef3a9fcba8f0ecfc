//! What the callbacks that change learning rates declare of the optimiser whose rate they change.

use crate::fit::OPTIMIZER;
use callback_runtime::{CallbackInfo, Claim};
use std::borrow::Cow;

/// The claim of a schedule that no other callback sets the rate of its optimiser anew.
pub(super) const SETS_RATE: &str = "sets the learning rate at each position";

/// Claims a deed for one optimiser or, without a name, for all.
pub(in crate::shelf) fn of_optimizer(
    deed: impl Into<Cow<'static, str>>,
    remedy: &'static str,
    optimizer: Option<&Cow<'static, str>>,
) -> Claim {
    let claim = Claim::new(deed, remedy);
    match optimizer {
        Some(name) => claim.of(name.clone()),
        None => claim,
    }
}

/// Refers to the optimiser, if it is named.
pub(in crate::shelf) fn refer_to_optimizer(
    info: CallbackInfo,
    optimizer: Option<&Cow<'static, str>>,
) -> CallbackInfo {
    match optimizer {
        Some(name) => info.refers_to(OPTIMIZER, name.clone()),
        None => info,
    }
}

/// Returns the name under which the rate is in the record.
pub(super) fn recorded_name(optimizer: Option<&Cow<'static, str>>) -> String {
    optimizer.map_or_else(|| "lr".into(), |name| format!("lr.{name}"))
}
