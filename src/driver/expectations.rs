//! What a run of the driver knows of its state beyond what the loop declares.

use super::{Driven, Driver, Samples};
use callback_runtime::Availability;

/// What the types of what is driven add.
pub(super) fn of_driven<D: Driven>(availability: &mut Availability<Driver>) {
    availability.always::<D>();
    availability.always::<Samples<D::Samples>>();
    availability.between::<D::Update>(Driver::on_compute_update_end, Driver::on_step_end);
}
