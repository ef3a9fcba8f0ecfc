//! Numbers and times as people read them in passing.

use crate::driver::{LogData, Stats, Value};
use crate::fit::Metrics;
use indicatif::{FormattedDuration, HumanDuration};
use std::borrow::Cow;
use std::time::Duration;

/// The names of what is shown; everything but vectors, if it is empty.
pub(super) type Names = [Cow<'static, str>];

/// What can be shown by its name.
pub(super) trait Shown {
    fn value(&self, name: &str) -> Option<String>;
    fn all(&self) -> Vec<String>;
}

impl Shown for Metrics {
    fn value(&self, name: &str) -> Option<String> {
        self.get(name).map(number)
    }

    fn all(&self) -> Vec<String> {
        self.iter()
            .map(|(name, value)| entry(name, &number(value)))
            .collect()
    }
}

impl Shown for LogData {
    fn value(&self, name: &str) -> Option<String> {
        let whole = self.get(name).map(self::value);
        whole.or_else(|| self.number(name).map(number))
    }

    fn all(&self) -> Vec<String> {
        let short = self
            .iter()
            .filter(|(_, value)| !matches!(value, Value::Vector(_)));
        short
            .map(|(name, value)| entry(name, &self::value(value)))
            .collect()
    }
}

/// Those of the values that are there.
pub(super) fn present(values: &impl Shown, names: &Names) -> Vec<String> {
    if names.is_empty() {
        return values.all();
    }
    let found = names
        .iter()
        .filter_map(|name| Some(entry(name, &values.value(name)?)));
    found.collect()
}

/// All of the values that were asked for: a dash for one that is not there, so that a misspelt name is seen.
pub(super) fn complete(values: &impl Shown, names: &Names) -> String {
    if names.is_empty() {
        return values.all().join("  ");
    }
    let value = |name: &str| values.value(name).unwrap_or_else(|| "-".into());
    let entries: Vec<String> = names.iter().map(|name| entry(name, &value(name))).collect();
    entries.join("  ")
}

pub(super) fn entry(name: &str, value: &str) -> String {
    format!("{name} {value}")
}

/// Four places behind the point, or three and an exponent.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    let is_plain = size == 0.0 || (1e-3..1e6).contains(&size) || !size.is_finite();
    if is_plain {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Number(value) => number(*value),
        Value::Stats(Stats {
            mean,
            error_of_mean,
            ..
        }) => {
            format!("{} ± {}", number(*mean), number(*error_of_mean))
        }
        Value::Complex(_) | Value::Vector(_) => format!("{value:.4}"),
    }
}

/// A line that stays: what has come to an end, what it came to, and how long it took.
pub(super) fn line(what: &str, values: &str, took: Duration) -> String {
    let colon = if values.is_empty() { "" } else { ": " };
    format!("{what}{colon}{values} ({})", seconds(took))
}

/// How fast it goes and how long it will take, or has taken where one does not know.
pub(super) fn pace(position: u64, total: Option<u64>, taken: Duration) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a run has fewer than 2^53 of anything"
    )]
    let (done, left) = (
        position as f64,
        total.map(|total| total.saturating_sub(position) as f64),
    );
    let each = taken.as_secs_f64() / done;
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
        None => format!("{rate}  {:#}", HumanDuration(taken)),
    }
}

/// `250ms`, `12.3s`, or `01:02:03` from a minute on.
pub(super) fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{}ms", time.as_millis())
    } else if time < Duration::from_mins(1) {
        format!("{:.1}s", time.as_secs_f64())
    } else {
        FormattedDuration(time).to_string()
    }
}
