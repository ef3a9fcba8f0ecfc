//! Checks the names in declared orders: a name that no callback has may be misspelt.

use super::CheckInput;
use crate::callback::Registration;
use crate::plan::{DeclaredBy, NamedBy, OrderRule, OrderSide, Problem, ProblemKind, Suggestions};

/// Refuses an order with a name that no callback has, and that is similar to the name of one, as
///
/// ```text
/// plan.on(Fit::on_epoch_end, || {}).named("measure");
/// plan.on(Fit::on_epoch_end, || {}).after("measrue");
/// plan.order("measrue", "print");
/// ```
///
/// A callback that is named in an order need not be attached. So an order of a type, which who attaches it did not write, gets a note, and
/// so does a call of `plan.order` with any other name that no callback has.
pub(crate) fn check_order_names(input: &CheckInput<'_>) -> Vec<Problem> {
    let resolved = &input.plan.resolved;
    let mut suggestions = Suggestions::of(resolved);
    let mut problems = Vec::new();
    for order in &resolved.orders {
        for (side, other) in [(&order.first, &order.second), (&order.second, &order.first)] {
            if side.named == NamedBy::Name && side.callbacks.is_empty() {
                let found = suggestions.for_side(side, other);
                let found = found.filter(|found| is_misspelling(input, &side.label, found));
                problems.extend(unattached(input, order, side, other, found));
            }
        }
    }
    problems
}

/// Whether `name` is a misspelling of `similar`: it is not the name of a callback that could be attached, such as `layer2` beside `layer1`.
fn is_misspelling(input: &CheckInput<'_>, name: &str, similar: &str) -> bool {
    let letters =
        |name: &str| name.replace(|letter: char| letter.is_ascii_digit() || letter == '#', "");
    let mut registered = input.registered().map(Registration::name);
    letters(name) != letters(similar) && !registered.any(|registered| registered == name)
}

/// Returns the problem of a side without callbacks. `similar` is the name that is probably meant.
fn unattached(
    input: &CheckInput<'_>,
    order: &OrderRule,
    side: &OrderSide,
    other: &OrderSide,
    similar: Option<&str>,
) -> Option<Problem> {
    let name = &side.label;
    let what = match order.by {
        DeclaredBy::Plan => format!("names `{name}`, which is not attached"),
        DeclaredBy::After { .. } => format!("runs after `{name}`, which is not attached"),
        DeclaredBy::Before { .. } => format!("runs before `{name}`, which is not attached"),
    };
    let text = match similar {
        Some(similar) => format!("{what}; did you mean `{similar}`?"),
        None => format!("{what}; attach it, or leave the order out"),
    };
    match (order.by, similar) {
        (DeclaredBy::Plan, _) => {
            let kind = similar.map_or(ProblemKind::Idle, |_| ProblemKind::Misspelt);
            Some(Problem::of_plan(kind, "plan.order", order.location, text))
        }
        (DeclaredBy::After { attached } | DeclaredBy::Before { attached }, Some(_)) => {
            of_callback(input, order, other, attached, text)
        }
        _ => None,
    }
}

/// Makes the problem of an order that a callback declares; `None` for a ready-made callback, whose block the user cannot change.
fn of_callback(
    input: &CheckInput<'_>,
    order: &OrderRule,
    owner: &OrderSide,
    attached: bool,
    text: String,
) -> Option<Problem> {
    let id = *owner.callbacks.first()?;
    let is_ready_made = input.plan.attached[id].info.is_ready_made();
    let kind = match attached {
        true => ProblemKind::Misspelt,
        false if is_ready_made => return None,
        false => ProblemKind::Idle,
    };
    let problem = input.of_callback(id, kind, text);
    Some(Problem {
        // The attachment declares the order.
        attached_at: if attached {
            Some(order.location)
        } else {
            problem.attached_at
        },
        location: order.location,
        ..problem
    })
}
