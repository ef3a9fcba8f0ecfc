//! Why samples cannot be mixed.

use std::error::Error;
use std::fmt;

/// The error of pairs, patches and draws that do not fit the samples or the settings.
///
/// ```
/// use callbacks::shelf::Mixup;
///
/// let error = Mixup::<()>::new(-1.0).pairs(2, 1, 1).unwrap_err();
/// assert_eq!(error.to_string(), "an `alpha` of -1; give a finite one above 0");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MixError(String);

impl MixError {
    pub(super) const fn new(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for MixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

callback_runtime::debug_as_display!(MixError);

impl Error for MixError {}
