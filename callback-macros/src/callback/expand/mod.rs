//! Writes the code of both stages. It reports no errors: the model contains nothing that a rule refused.

mod binding;
mod callback;
mod first_stage;
mod location;
mod period;
mod persist;
mod provisions;
mod registration;
mod relations;
mod second_stage;
mod spans;

pub(crate) use first_stage::expand_first_stage;
pub(crate) use second_stage::{expand_second_stage, expand_with_table};
