//! Places in the source.

use std::fmt;
use std::panic;

/// A place in the source: where a callback or a handler was written, or attached.
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
    /// The place `file:line:column`, both counted from 1.
    ///
    /// ```
    /// let location = callbacks::Location::new("src/main.rs", 12, 5);
    /// assert_eq!(location.to_string(), "src/main.rs:12");
    /// ```
    pub const fn new(file: &'static str, line: u32, column: u32) -> Self {
        Self { file, line, column }
    }

    /// Where this is called.
    ///
    /// ```
    /// assert!(callbacks::Location::here().file().ends_with(".rs"));
    /// ```
    #[track_caller]
    pub const fn here() -> Self {
        let caller = panic::Location::caller();
        Self::new(caller.file(), caller.line(), caller.column())
    }

    /// The file, as the compiler was given it.
    ///
    /// ```
    /// assert_eq!(callbacks::Location::new("a.rs", 1, 1).file(), "a.rs");
    /// ```
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// The line, from 1.
    ///
    /// ```
    /// assert_eq!(callbacks::Location::new("a.rs", 3, 1).line(), 3);
    /// ```
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1.
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
