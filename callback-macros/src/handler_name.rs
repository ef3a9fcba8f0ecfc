//! The prefixes that distinguish the names of handlers and breakpoints from those of other functions.

const PREFIXES: [&str; 3] = ["on_", "before_", "after_"];

/// Whether a function called `name` is a handler, and whether a breakpoint may be called so.
pub(crate) fn has_handler_prefix(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
