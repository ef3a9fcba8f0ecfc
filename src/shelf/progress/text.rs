//! Formats numbers and times for people.

use crate::fit::{Epochs, Loss};
use callback_runtime::{Record, Round, Stats, Value};
use indicatif::{FormattedDuration, HumanDuration};
use std::borrow::Cow;
use std::time::Duration;

/// The names of the values to show; all but vectors, if it is empty.
pub(super) type Names = [Cow<'static, str>];

/// Formats the value called `name`.
fn format_named(record: &Record, name: &str) -> Option<String> {
    let whole = record.value(name).map(format_value);
    whole.or_else(|| record.get(name).map(format_number))
}

/// Formats all values but vectors, with their names.
fn format_entries(record: &Record) -> Vec<String> {
    let short = record
        .iter()
        .filter(|(_, value)| !matches!(value, Value::Vector(_)));
    short
        .map(|(name, value)| format_entry(name, &format_value(value)))
        .collect()
}

/// Formats the selected values that are present.
pub(super) fn format_present(record: &Record, names: &Names) -> Vec<String> {
    if names.is_empty() {
        return format_entries(record);
    }
    let present = names
        .iter()
        .filter_map(|name| Some(format_entry(name, &format_named(record, name)?)));
    present.collect()
}

/// Formats the loss of a batch, and the selected values that are present.
pub(super) fn format_batch(loss: Option<&Loss>, record: &Record, names: &Names) -> Vec<String> {
    let loss = loss.map(|loss| format_entry("loss", &format_number(loss.value())));
    let record = format_present(record, names);
    loss.into_iter().chain(record).collect()
}

/// Formats a round as `epoch 3/10`, or as `epoch 3` if the number of rounds is not known.
pub(super) fn format_round(round: Round, epochs: Option<&Epochs>) -> String {
    match epochs {
        Some(epochs) => format!("{round}/{}", epochs.max),
        None => round.to_string(),
    }
}

/// Formats all selected values. A missing one is a dash, so that a misspelt name is visible.
pub(super) fn format_all(record: &Record, names: &Names) -> String {
    if names.is_empty() {
        return format_entries(record).join("  ");
    }
    let value = |name: &str| format_named(record, name).unwrap_or_else(|| "-".into());
    let entries = names.iter().map(|name| format_entry(name, &value(name)));
    entries.collect::<Vec<String>>().join("  ")
}

fn format_entry(name: &str, value: &str) -> String {
    format!("{name} {value}")
}

/// Formats a number with four decimals, or with three and an exponent.
fn format_number(value: f64) -> String {
    let magnitude = value.abs();
    let is_plain = magnitude == 0.0 || (1e-3..1e6).contains(&magnitude) || !magnitude.is_finite();
    if is_plain {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

fn format_value(value: &Value) -> String {
    match value {
        Value::Number(value) => format_number(*value),
        Value::Stats(Stats {
            mean,
            error_of_mean,
            ..
        }) => {
            let (mean, error) = (format_number(*mean), format_number(*error_of_mean));
            format!("{mean} ± {error}")
        }
        Value::Integer(_) | Value::Text(_) | Value::Complex(_) | Value::Vector(_) => {
            format!("{value:.4}")
        }
    }
}

/// Formats a line that stays: a label, values, and the time taken.
pub(super) fn format_line(label: &str, values: &str, elapsed: Duration) -> String {
    let colon = if values.is_empty() { "" } else { ": " };
    format!("{label}{colon}{values} ({})", format_seconds(elapsed))
}

/// Formats the rate, and the time left, or the time taken if the total is not known.
pub(super) fn format_pace(position: u64, total: Option<u64>, elapsed: Duration) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a run has fewer than 2^53 of anything"
    )]
    let (done, left) = (
        position as f64,
        total.map(|total| total.saturating_sub(position) as f64),
    );
    let each = elapsed.as_secs_f64() / done;
    if !each.is_normal() {
        return String::new();
    }
    let rate = if each < 1.0 {
        format!("{:.1}/s", 1.0 / each)
    } else {
        format!("{each:.1}s each")
    };
    let left = left.map(|left| Duration::try_from_secs_f64(left * each).unwrap_or(Duration::MAX));
    match left {
        Some(left) => format!("{rate}  {:#} left", HumanDuration(left)),
        None => format!("{rate}  {:#}", HumanDuration(elapsed)),
    }
}

/// Formats a time as `250ms`, `12.3s`, or `01:02:03` from a minute on.
fn format_seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{}ms", time.as_millis())
    } else if time < Duration::from_mins(1) {
        format!("{:.1}s", time.as_secs_f64())
    } else {
        FormattedDuration(time).to_string()
    }
}
