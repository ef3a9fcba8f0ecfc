//! The names that other frameworks have for the breakpoints of a loop.

use std::fmt;

/// A hook of another framework, and the breakpoint that it is in a loop. `breakpoints!` makes these from its `aliases`, and the compiler
/// uses them where a handler has the name of such a hook.
///
/// [`Loop::ALIASES`](super::Loop::ALIASES) has all of a loop, and [`Explanation::aliases`](crate::Explanation::aliases) those of one name.
///
/// ```
/// use callbacks::{Fit, Loop};
///
/// let mut aliases = Fit::ALIASES.iter();
/// let alias = aliases.find(|alias| alias.name() == "on_train_begin" && alias.framework() == "Keras").unwrap();
/// assert_eq!(alias.breakpoint(), Some("on_fit_begin"));
/// assert_eq!(alias.to_string(), "`on_train_begin` of Keras is `on_fit_begin` here");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias {
    framework: &'static str,
    name: &'static str,
    breakpoint: Option<&'static str>,
    note: Option<&'static str>,
}

impl Alias {
    /// Makes an alias. `breakpoints!` calls this.
    ///
    /// ```
    /// use callbacks::Alias;
    ///
    /// let alias = Alias::new("Lightning", "setup", Some("on_enter"), None);
    /// assert_eq!(alias.to_string(), "`setup` of Lightning is `on_enter` here");
    /// ```
    pub const fn new(
        framework: &'static str,
        name: &'static str,
        breakpoint: Option<&'static str>,
        note: Option<&'static str>,
    ) -> Self {
        Self {
            framework,
            name,
            breakpoint,
            note,
        }
    }

    /// The framework that has the hook.
    pub const fn framework(&self) -> &'static str {
        self.framework
    }

    /// The name of the hook.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The name of the breakpoint, possibly without its phase; `None` if no breakpoint corresponds to the hook.
    pub const fn breakpoint(&self) -> Option<&'static str> {
        self.breakpoint
    }

    /// How breakpoint and hook differ, or what to write in place of a hook without a breakpoint.
    pub const fn note(&self) -> Option<&'static str> {
        self.note
    }

    /// Whether the hook is called `name`, with or without `on_`, in upper or lower case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        without_on(self.name).eq_ignore_ascii_case(without_on(name))
    }
}

fn without_on(name: &str) -> &str {
    name.strip_prefix("on_").unwrap_or(name)
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.name, self.framework)?;
        match self.breakpoint {
            Some(breakpoint) => write!(f, " is `{breakpoint}` here")?,
            None => f.write_str(" has no breakpoint here")?,
        }
        self.note.map_or(Ok(()), |note| write!(f, "; {note}"))
    }
}
