//! What a run of the driver declares of its state, beyond the loop's own declaration.

use super::{Driven, Driver, Samples};
use callback_runtime::Availability;

/// Declares where the driven system, its samples and its update exist.
pub(super) fn declare_driven<D: Driven>(availability: &mut Availability<Driver>) {
    availability.always::<D>();
    availability.always::<Samples<D::Samples>>();
    availability.between::<D::Update>(Driver::on_compute_update_end, Driver::on_step_end);
}
