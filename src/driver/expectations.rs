//! What a run of the driver knows of its state beyond what the loop declares.

use super::{Driven, Driver, Samples};
use callback_runtime::States;

/// What the types of what is driven add.
pub(super) fn of_driven<D: Driven>(states: &mut States<Driver>) {
    states.always::<D>();
    states.always::<Samples<D::Samples>>();
    states.between::<D::Update>(Driver::on_compute_update_end, Driver::on_step_end);
}
