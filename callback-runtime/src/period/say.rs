//! A period in words.

use super::Period;
use std::fmt;

impl Period {
    /// Its short name.
    pub fn short(&self) -> String {
        String::new()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("")
    }
}
