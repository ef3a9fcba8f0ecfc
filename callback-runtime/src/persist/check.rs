//! Checks the names under which a run is saved (P10).

use crate::callback::CallbackId;
use crate::plan::{Attached, CheckInput, Problem, ProblemKind};
use std::collections::HashMap;

/// Refuses a callback without `.named(…)` whose type name is the name of another callback, if a run saves one of them, as
///
/// ```text
/// plan.add(Best::default());
/// plan.add(Other::default()).named("Best");
/// ```
///
/// The first one would be saved as `Best#2`, and a program without the second one would look for `Best`.
pub(crate) fn check_saved_names(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut named: HashMap<&str, &Attached> = HashMap::new();
    for id in &input.plan.resolved.order {
        let attached = &input.plan.attached[*id];
        if let Some(name) = attached.explicit_name() {
            named.insert(name, attached);
        }
    }
    let clash = |id: CallbackId, attached: &Attached| {
        let name = match attached.explicit_name() {
            Some(_) => return None,
            None => attached.info.type_label(),
        };
        let other = named.get(name)?;
        let text = format!(
            "another callback is named `{name}` ({}), which is also the name under which a saved run has this one; \
             write `.named(\"…\")`",
            other.added_at
        );
        let is_saved = [attached, *other].iter().any(|each| each.is_saved());
        is_saved.then(|| input.of_callback(id, ProblemKind::SameName, text))
    };
    input.each_callback(clash)
}

/// Refuses two values of the state with the same name, as
///
/// ```text
/// plan.persist::<Weights>("model");
/// plan.persist::<Moments>("model");
/// ```
pub(crate) fn check_saved_state(input: &CheckInput<'_>) -> Vec<Problem> {
    let mut taken = HashMap::new();
    let mut problems = Vec::new();
    for value in &input.plan.persistence.get().state {
        if let Some(other) = taken.insert(&value.name, value) {
            let text = format!(
                "`{}` and `{}` are saved under this name; give one of them another name",
                other.type_name, value.type_name
            );
            problems.push(Problem::of_plan(
                ProblemKind::SameName,
                &value.name,
                value.location,
                text,
            ));
        }
    }
    problems
}
