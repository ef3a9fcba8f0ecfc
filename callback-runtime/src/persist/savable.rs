//! The types that can be saved.

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

/// A type that can be saved and loaded: every type with `serde`'s `Serialize` and `Deserialize` that owns what it has.
///
/// ```
/// use callbacks::persist::Savable;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Best {
///     round: u64,
///     value: f64,
/// }
///
/// fn is_savable<T: Savable>() {}
/// is_savable::<Option<Best>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be saved",
    label = "this has no `Serialize` and `Deserialize` of `serde`",
    note = "write `#[derive(serde::Serialize, serde::Deserialize)]` above `{Self}`, or leave it out of what is saved",
    note = "for a type of another crate look for its feature `serde`, or save it with `Fields::field_with`"
)]
pub trait Savable: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Savable for T {}
