//! Numbers for people.

/// Rounds a number to its first digits. Numbers can be small, so that a number of decimals does not fit all of them.
pub(super) fn round_digits(number: f64, digits: usize) -> f64 {
    let decimals = digits.saturating_sub(1);
    format!("{number:.decimals$e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::round_digits;

    #[test]
    fn small_and_large_numbers_keep_their_first_digits() {
        for (number, rounded) in [
            (0.006_875_814_067_569_451, "0.00687581"),
            (123_456_789.0, "123457000"),
            (-0.25, "-0.25"),
            (0.0, "0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(round_digits(number, 6).to_string(), rounded);
        }
    }
}
