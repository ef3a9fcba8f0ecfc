//! Format flags for values of several numbers: the precision applies to each number, the sign to the first one, the width to the whole.

use std::fmt::{self, Alignment, Formatter};

/// Formats a number with the precision of `f`, and with a plus sign if `f` has that flag.
pub(super) fn format_number(f: &Formatter<'_>, value: f64) -> String {
    if f.sign_plus() {
        return format_signed(f, value);
    }
    format_plain(f, value)
}

/// Formats a number with the precision of `f` alone.
pub(super) fn format_plain(f: &Formatter<'_>, value: f64) -> String {
    match f.precision() {
        Some(digits) => format!("{value:.digits$}"),
        None => value.to_string(),
    }
}

/// Formats a number with its sign, whatever the flags. NaN gets a sign, too.
pub(super) fn format_signed(f: &Formatter<'_>, value: f64) -> String {
    let text = format_plain(f, value);
    if text.starts_with('-') {
        return text;
    }
    format!("+{text}")
}

/// Writes the whole text with the width of `f`: aligned to the right, as numbers are, unless `f` has an alignment.
pub(super) fn pad(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let missing = f.width().unwrap_or_default();
    let missing = missing.saturating_sub(text.chars().count());
    if f.sign_aware_zero_pad() {
        let (sign, digits) = text.split_at(text.len() - text.trim_start_matches(['+', '-']).len());
        f.write_str(sign)?;
        fill(f, '0', missing)?;
        return f.write_str(digits);
    }
    let before = match f.align() {
        Some(Alignment::Left) => 0,
        Some(Alignment::Center) => missing / 2,
        Some(Alignment::Right) | None => missing,
    };
    fill(f, f.fill(), before)?;
    f.write_str(text)?;
    fill(f, f.fill(), missing - before)
}

fn fill(f: &mut Formatter<'_>, with: char, times: usize) -> fmt::Result {
    for _ in 0..times {
        fmt::Write::write_char(f, with)?;
    }
    Ok(())
}
