//! What went wrong between a value and its type.

use serde_core::{de, ser};
use std::fmt;

/// A value that cannot be saved, or that is no value of the type that it is loaded into.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedValueError {
    text: String,
}

impl SavedValueError {
    /// Makes an error with this text, which says what was found, what was expected, and what to do.
    ///
    /// ```
    /// # use callbacks::persist::SavedValueError;
    /// assert_eq!(SavedValueError::new("it is empty").to_string(), "it is empty");
    /// ```
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl fmt::Display for SavedValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

crate::debug_as_display!(SavedValueError);

impl std::error::Error for SavedValueError {}

impl ser::Error for SavedValueError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }
}

impl de::Error for SavedValueError {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }
}
