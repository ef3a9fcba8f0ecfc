//! The flags of a format, for values of several numbers: precision is each number's, the sign the first one's, the width the whole's.

use std::fmt::{self, Alignment, Formatter};

/// A number with the precision that is asked for, and with its sign if that is.
pub(super) fn number(f: &Formatter<'_>, value: f64) -> String {
    if f.sign_plus() {
        return signed(f, value);
    }
    plain(f, value)
}

/// A number with the precision that is asked for.
pub(super) fn plain(f: &Formatter<'_>, value: f64) -> String {
    match f.precision() {
        Some(digits) => format!("{value:.digits$}"),
        None => value.to_string(),
    }
}

/// A number with its sign, whatever is asked for. What is no number has a sign, too.
pub(super) fn signed(f: &Formatter<'_>, value: f64) -> String {
    let text = plain(f, value);
    if text.starts_with('-') {
        return text;
    }
    format!("+{text}")
}

/// Writes the whole as wide as is asked for: on the right, as numbers are, if nothing is said.
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
