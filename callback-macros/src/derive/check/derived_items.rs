//! Checks what is derived: a struct.

use crate::derive::model::Model;
use crate::errors::Errors;

/// The item is a struct. Rejects:
///
/// ```text
/// #[derive(Parameters)]
/// enum Layer { Dense(Vec<f32>), Flat }
/// ```
pub(super) fn check_struct(model: &Model, errors: &Errors) {
    if let Some(keyword) = &model.declaration.other_keyword {
        let derived = model.derived();
        let message = format!(
            "`{derived:?}` can be derived for a struct, not for this `{keyword}`; \
             implement `callbacks::{derived:?}` for `{}`",
            model.name
        );
        errors.report(keyword, message);
    }
}
