//! A swallowed failure in one line.

use callbacks::Swallowed;

/// Who failed where, how often and how, and whether that was the last of it.
pub(crate) fn text(swallowed: &Swallowed) -> String {
    let causes = swallowed.first().map(|fault| fault.cause().to_string());
    let causes: Vec<_> = causes.collect();
    let disabled = if swallowed.disabled() {
        ", disabled"
    } else {
        ""
    };
    format!(
        "{} {} {} {}{disabled}",
        swallowed.callback(),
        swallowed.breakpoint(),
        swallowed.times(),
        causes.join(", ")
    )
}
