//! The prefixes that distinguish the names of handlers and breakpoints from those of other functions.

const PREFIXES: [&str; 3] = ["on_", "before_", "after_"];

/// Returns `name` without its prefix: `epoch_end` for `on_epoch_end`.
pub(crate) fn without_handler_prefix(name: &str) -> &str {
    let mut rests = PREFIXES.iter().map(|prefix| name.strip_prefix(prefix));
    rests.find_map(|rest| rest).unwrap_or(name)
}

/// Whether a function called `name` is a handler, and whether a breakpoint may be called so.
pub(crate) fn has_handler_prefix(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
