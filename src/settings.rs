//! The rules for settings, one function each. So every rule has one wording, wherever a setting breaks it.
//!
//! The metrics, which report their settings with an error of their own, use the constants.

use callback_runtime::CallbackInfo;

pub(crate) const NOT_NEGATIVE: &str = "give one that is finite and not negative";
pub(crate) const AT_LEAST_ONE: &str = "give 1 or more";
pub(crate) const SHARE: &str = "give one from 0 to 1";

/// Requires a finite value that is not negative.
pub(crate) fn not_negative(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    let is_valid = value.is_finite() && value >= 0.0;
    info.valid_if(is_valid, name, value, NOT_NEGATIVE)
}

/// Requires a finite value above 0.
pub(crate) fn positive(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    let is_valid = value.is_finite() && value > 0.0;
    info.valid_if(is_valid, name, value, "give a finite one above 0")
}

/// Requires a finite value.
pub(crate) fn finite(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    info.valid_if(value.is_finite(), name, value, "give a finite one")
}

/// Requires a value above 1, which may be infinite.
pub(crate) fn above_one(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    info.valid_if(value > 1.0, name, value, "give one above 1")
}

/// Requires a share from 0 to less than 1.
pub(crate) fn below_one(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    let is_valid = (0.0..1.0).contains(&value);
    info.valid_if(is_valid, name, value, "give one from 0 to less than 1")
}

/// Requires a share from 0 to 1.
pub(crate) fn share(info: CallbackInfo, name: &str, value: f64) -> CallbackInfo {
    info.valid_if((0.0..=1.0).contains(&value), name, value, SHARE)
}

/// Requires a count of 1 or more, if there is one.
pub(crate) fn at_least_one(info: CallbackInfo, name: &str, count: Option<u64>) -> CallbackInfo {
    let count = count.unwrap_or(1);
    info.valid_if(count > 0, name, count, AT_LEAST_ONE)
}
