//! State that our loops themselves need.

use callback_runtime::{Break, Ctx};
use std::any::type_name;

/// Returns a value that the loop put into the state. A handler with `Ctx` may have taken it out, which fails the run.
pub(crate) fn require<'s, T: 'static>(state: &'s mut Ctx<'_>) -> Result<&'s mut T, Break> {
    Ok(state.get_mut().ok_or_else(|| {
        let name = type_name::<T>();
        format!("`{name}` is gone from the state; a handler that takes it out has to put one back")
    })?)
}
