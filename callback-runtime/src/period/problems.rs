//! What a period cannot be.

use super::Period;

impl Period {
    /// Settings that cannot be, each with what to write instead.
    pub(crate) fn problems(&self) -> Vec<String> {
        self.misuses.clone()
    }
}
