//! Source locations.

use std::fmt;
use std::panic;

/// A source location: where a callback or a handler is written, or attached.
///
/// ```
/// let location = callbacks::Location::here();
/// assert!(location.line() > 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    file: &'static str,
    line: u32,
    column: u32,
}

impl Location {
    /// Makes the location `file:line:column`. Lines and columns are counted from 1.
    ///
    /// ```
    /// let location = callbacks::Location::new("src/main.rs", 12, 5);
    /// assert_eq!(location.to_string(), "src/main.rs:12");
    /// ```
    pub const fn new(file: &'static str, line: u32, column: u32) -> Self {
        Self { file, line, column }
    }

    /// Returns the location of the caller.
    ///
    /// ```
    /// assert!(callbacks::Location::here().file().ends_with(".rs"));
    /// ```
    #[track_caller]
    pub const fn here() -> Self {
        let caller = panic::Location::caller();
        Self::new(caller.file(), caller.line(), caller.column())
    }

    /// Whether the text of the other location is the same, which has no column.
    pub(crate) fn is_same_line(&self, other: &Self) -> bool {
        (self.file, self.line) == (other.file, other.line)
    }

    /// Returns the path of the file, as the compiler got it.
    ///
    /// ```
    /// assert_eq!(callbacks::Location::new("a.rs", 1, 1).file(), "a.rs");
    /// ```
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// Returns the line, counted from 1.
    ///
    /// ```
    /// assert_eq!(callbacks::Location::new("a.rs", 3, 1).line(), 3);
    /// ```
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Returns the column, counted from 1.
    ///
    /// ```
    /// assert_eq!(callbacks::Location::new("a.rs", 3, 8).column(), 8);
    /// ```
    pub const fn column(&self) -> u32 {
        self.column
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
