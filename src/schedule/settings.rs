//! The checks of a schedule's settings.

use callback_runtime::CallbackInfo;

/// Requires a factor that is finite and not negative.
pub(super) fn factor(info: CallbackInfo, name: &str, factor: f64) -> CallbackInfo {
    let is_valid = factor.is_finite() && factor >= 0.0;
    let remedy = "give one that is finite and not negative";
    info.valid_if(is_valid, name, factor, remedy)
}

/// Requires a finite factor above 0.
pub(super) fn positive(info: CallbackInfo, name: &str, factor: f64) -> CallbackInfo {
    let is_valid = factor.is_finite() && factor > 0.0;
    info.valid_if(is_valid, name, factor, "give a finite one above 0")
}

/// Requires a finite value.
pub(super) fn finite(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    info.valid_if(value.is_finite(), name, value, "give a finite one")
}

/// Requires a length of 1 or more, if there is one.
pub(super) fn length(info: CallbackInfo, name: &str, length: Option<u64>) -> CallbackInfo {
    let length = length.unwrap_or(1);
    info.valid_if(length > 0, name, length, "give 1 or more")
}
